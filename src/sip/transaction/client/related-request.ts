import { type FieldToWrite, formatRequest, parseCSeq, type SipMessage, splitList } from "../../message/index.ts";

/**
 * The CANCEL of an INVITE of ours.
 * @throws {SwitchError} `invalid-header` when an extra field holds CR or LF
 * @see RFC 3261 9.1
 */
export function cancelOf(invite: SipMessage, extraFields: readonly FieldToWrite[]): string {
  return relatedRequest("CANCEL", invite, invite.get("to") ?? "", extraFields);
}

/**
 * The ACK to a final response other than 2xx.
 * @see RFC 3261 17.1.1.3: ACK reuses the branch and takes To from the response
 */
export function ackOf(invite: SipMessage, response: SipMessage): string {
  return relatedRequest("ACK", invite, response.get("to") ?? invite.get("to") ?? "", []);
}

function relatedRequest(method: string, invite: SipMessage, to: string, extraFields: readonly FieldToWrite[]): string {
  const cseq = parseCSeq(invite.get("cseq") ?? "");
  const fields: FieldToWrite[] = [
    ["Via", splitList(invite.get("via") ?? "")[0] ?? ""],
    ...invite.getAll("route").map((route): FieldToWrite => ["Route", route]),
    ["Max-Forwards", "70"],
    ["From", invite.get("from") ?? ""],
    ["To", to],
    ["Call-ID", invite.get("call-id") ?? ""],
    ["CSeq", `${cseq.ok ? cseq.value.sequence : 0} ${method}`],
    ...extraFields,
  ];
  return formatRequest(method, invite.uri, fields, "");
}
