import { parseDigits, parseTokenList, type SipMessage } from "../../../sip/message/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";

/**
 * What a caller's INVITE says of reliable provisional responses (RFC 3262). `silent`: it requires them and makes no
 * offer; the first one would have to make it, so there is none (RFC 3261 13.2.1).
 */
export type Reliability = "none" | "supported" | "required" | "silent";

const RELIABLE: HeaderList = [["Require", "100rel"]];
const EXTENSION = "100rel";

export function reliabilityOf(invite: SipMessage, hasOffer: boolean): Reliability {
  if (names(invite, "require")) return hasOffer ? "required" : "silent";
  return hasOffer && names(invite, "supported") ? "supported" : "none";
}

/**
 * Headers of a provisional response; undefined when it must not be sent. One with a session description is reliable
 * only when it has to be: it would be the answer, and who answers in the end may say another.
 */
export function provisionalHeaders(reliability: Reliability, hasSession: boolean): HeaderList | undefined {
  switch (reliability) {
    case "none":
      return [];
    case "supported":
      return hasSession ? [] : RELIABLE;
    case "required":
      return RELIABLE;
    case "silent":
      return undefined;
  }
}

/** RAck of the PRACK for a response; undefined when it wants none (RFC 3262 7.2). */
export function rackOf(response: SipMessage): string | undefined {
  const rseq = parseDigits(response.get("rseq") ?? "", 2 ** 32 - 1);
  const cseq = response.get("cseq");
  return rseq.ok && cseq !== undefined && names(response, "require") ? `${rseq.value} ${cseq}` : undefined;
}

function names(message: SipMessage, header: "require" | "supported"): boolean {
  const tokens = parseTokenList(message.getAll(header));
  return tokens.ok && tokens.value.some((token) => token.toLowerCase() === EXTENSION);
}
