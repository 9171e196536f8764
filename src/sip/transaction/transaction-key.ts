import { isRfc3261Branch, parseCSeq, type SipMessage, tagOf, type Via } from "../message/index.ts";

/** RFC 3261 17.1.3: responses match by the branch and the method of CSeq. */
export function clientKey(branch: string, method: string): string {
  return flat(`${method}|${branch}`);
}

/**
 * RFC 3261 17.2.3: requests match by branch, sent-by and method; without the magic cookie by the rules of RFC 2543.
 * @param method that of the transaction looked for: INVITE for an ACK or a CANCEL
 */
export function serverKey(request: SipMessage, via: Via, method: string): string {
  if (!isRfc3261Branch(via.branch)) return rfc2543Key(request, method, toTagOf(request));
  return flat(`${method}|${via.branch}|${via.host.toLowerCase()}:${via.port ?? ""}`);
}

/**
 * Where the INVITE of an ACK without the cookie may stand, too: the ACK has the To tag of our response, which the
 * INVITE did not have. `undefined` when the branch says it all.
 */
export function initialInviteKey(request: SipMessage, via: Via): string | undefined {
  return isRfc3261Branch(via.branch) ? undefined : rfc2543Key(request, "INVITE", "");
}

/**
 * The same for all forks of a request, and for the ACK of an INVITE.
 * @see RFC 3261 8.2.2.2, 13.2.2.4
 */
export function requestKey(request: SipMessage): string {
  const fromTag = tagOf(request.get("from") ?? "") ?? "";
  return flat(`${sequenceOf(request)}|${fromTag}|${request.get("call-id") ?? ""}`);
}

/** The To tag, "" when there is none: the request is outside a dialog. */
export function toTagOf(request: SipMessage): string {
  return tagOf(request.get("to") ?? "") ?? "";
}

function rfc2543Key(request: SipMessage, method: string, toTag: string): string {
  const fromTag = tagOf(request.get("from") ?? "") ?? "";
  const callId = request.get("call-id") ?? "";
  const via = request.get("via") ?? "";
  return flat(`${method}|${request.uri}|${toTag}|${fromTag}|${callId}|${sequenceOf(request)}|${via}`);
}

function sequenceOf(request: SipMessage): number {
  const cseq = parseCSeq(request.get("cseq") ?? "");
  return cseq.ok ? cseq.value.sequence : 0;
}

/**
 * A text made of pieces, as one. Pieces of a message keep that message alive as long as they live, and keys outlive
 * their messages by far; asking for a character copies what is in pieces.
 */
export function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}
