import type { Ids } from "../../common/index.ts";
import { parseDigits, parseTokenList, type SipMessage } from "../message/index.ts";

const OPTION = "100rel";
const MAX_RSEQ = 2 ** 32 - 1;
/** RFC 3262 3: at most 2^31 - 1 to begin with; a little less leaves room for what follows. */
const MAX_FIRST_RSEQ = 2 ** 31 - 1_000;

/** True when a provisional response is to be acknowledged, or says so. */
export function asksForReliable(response: SipMessage): boolean {
  return hasOption(response, "require");
}

/** True when the sender of a request understands reliable provisional responses. */
export function takesReliable(request: SipMessage): boolean {
  return hasOption(request, "supported") || hasOption(request, "require");
}

/** True when the sender of a request takes no other provisional responses than reliable ones. */
export function requiresReliable(request: SipMessage): boolean {
  return hasOption(request, "require");
}

/** The value of Require without `100rel`; empty when nothing else is required. */
export function requireWithoutReliable(value: string): string {
  const options = value.split(",").map((option) => option.trim());
  return options.filter((option) => option.toLowerCase() !== OPTION).join(", ");
}

/** The RSeq of a response that is to be acknowledged by PRACK; undefined when it is not. */
export function readRseq(response: SipMessage): number | undefined {
  if (!asksForReliable(response)) return undefined;
  const parsed = parseDigits(response.get("rseq") ?? "", MAX_RSEQ);
  return parsed.ok ? parsed.value : undefined;
}

/**
 * What a PRACK acknowledges. What follows the method is not looked at: the SIPp scenarios of drachtio-srf write
 * `<RSeq> <CSeq value> INVITE`, and so the method twice.
 */
export function readRack(prack: SipMessage): { readonly rseq: number; readonly cseq: number } | undefined {
  const [, rseq = "", cseq = ""] = /^(\d{1,10})[ \t]+(\d{1,10})[ \t]+INVITE\b/.exec(prack.get("rack") ?? "") ?? [];
  return rseq === "" ? undefined : { rseq: Number(rseq), cseq: Number(cseq) };
}

/** A random RSeq to begin with. */
export function firstRseq(ids: Ids): number {
  return (Number.parseInt(ids.token(4), 16) % MAX_FIRST_RSEQ) + 1;
}

function hasOption(message: SipMessage, name: "require" | "supported"): boolean {
  const options = parseTokenList(message.getAll(name));
  return options.ok && options.value.some((option) => option.toLowerCase() === OPTION);
}
