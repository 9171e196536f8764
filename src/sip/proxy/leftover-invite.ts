import type { SentRequest } from "../dialog/index.ts";
import { parseCSeq, tagOf, type SipMessage } from "../message/index.ts";
import type { Target } from "../transport/index.ts";

/** Longer INVITEs are not recorded: their callees ring on after a kill. */
const MAX_RECORDED_LENGTH = 16_384;

/**
 * What is recorded of an INVITE that went on to a target; undefined for one that makes no call, or is too long.
 * @param request as it came
 * @param text as it went on
 */
export function leftoverInvite(request: SipMessage, text: string, target: Target): SentRequest | undefined {
  const from = request.get("from") ?? "";
  const to = request.get("to") ?? "";
  if (request.method !== "INVITE" || tagOf(to) !== undefined || text.length > MAX_RECORDED_LENGTH) return undefined;
  const cseq = parseCSeq(request.get("cseq") ?? "");
  return {
    text,
    callId: request.get("call-id") ?? "",
    fromTag: tagOf(from) ?? "",
    from,
    to,
    cseq: cseq.ok ? cseq.value.sequence : 0,
    contact: request.get("contact") ?? "",
    method: "INVITE",
    uri: request.uri,
    target,
    hasGivenNextHop: false,
    body: "",
  };
}
