import { displayName, tagOf, type SipMessage } from "../message/index.ts";
import { bodyLines, otherFieldLines, type DraftMessage } from "./application-message.ts";
import { withLocalHost } from "./local-host.ts";
import { requireWithoutReliable } from "./reliable-fields.ts";

export interface ResponseContext {
  readonly request: SipMessage;
  /** The tag for To when neither the request nor the application has one; undefined for 100. */
  readonly toTag: string | undefined;
  /** `address:port` of ours towards this peer. */
  readonly local: string;
  /** Contact to give when the application gives none; undefined to leave it out. */
  readonly contact: string | undefined;
  /** Record-Route is copied into what makes a dialog (RFC 3261 12.1.1). */
  readonly copyRecordRoute: boolean;
  /** RSeq of a reliable provisional response (RFC 3262). */
  readonly rseq?: number;
}

/** Makes the response that goes out of the one an application wrote (RFC 3261 8.2.6). */
export function completeResponse({ message, body }: DraftMessage, context: ResponseContext): string {
  const { request } = context;
  const contact = message.get("contact") ?? context.contact;
  let head = `SIP/2.0 ${message.status} ${message.reason}\r\n${echoedLines(request, context.toTag)}`;
  if (context.copyRecordRoute) {
    for (const route of request.getAll("record-route")) head += `Record-Route: ${route}\r\n`;
  }
  if (contact !== undefined) head += `Contact: ${withLocalHost(contact, context.local)}\r\n`;
  if (context.rseq !== undefined) head += `RSeq: ${context.rseq}\r\n`;
  let other = otherFieldLines(message, displayName);
  if (context.rseq === undefined && message.status < 200 && message.has("require")) other = withoutReliable(other);
  return head + other + bodyLines(message, body);
}

/** A response that the edge makes by itself, without a body. `extraLines` are complete header lines. */
export function bareResponse(
  request: SipMessage,
  status: number,
  reason: string,
  toTag: string | undefined,
  extraLines = "",
): string {
  return `SIP/2.0 ${status} ${reason}\r\n${echoedLines(request, toTag)}${extraLines}Content-Length: 0\r\n\r\n`;
}

/** RFC 3262 3: a caller that cannot acknowledge is not asked to. */
function withoutReliable(lines: string): string {
  return lines.replace(/^Require: (.*)\r\n/gm, (line, value: string) => {
    const left = requireWithoutReliable(value);
    return left === value ? line : left === "" ? "" : `Require: ${left}\r\n`;
  });
}

function echoedLines(request: SipMessage, toTag: string | undefined): string {
  let lines = "";
  for (const via of request.getAll("via")) lines += `Via: ${via}\r\n`;
  const to = request.get("to") ?? "";
  const tag = toTag !== undefined && tagOf(to) === undefined ? `;tag=${toTag}` : "";
  return (
    lines +
    `From: ${request.get("from") ?? ""}\r\nTo: ${to}${tag}\r\n` +
    `Call-ID: ${request.get("call-id") ?? ""}\r\nCSeq: ${request.get("cseq") ?? ""}\r\n`
  );
}
