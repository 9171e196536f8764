import { parseSipMessage, type ParseResult, type SipMessage } from "../message/index.ts";

/** A message as an application writes it: header fields may be missing, and the body is what follows the head. */
export interface DraftMessage {
  readonly message: SipMessage;
  /** All bytes after the head: drachtio-srf counts characters, not bytes, in its Content-Length. */
  readonly body: string;
}

/** An application that writes this field into an INVITE is told of its 100, too; it is not sent. */
export const WANTS_TRYING = "x-tandem-trying";

/** Header fields that the edge writes by itself; what an application says of them is dropped. */
const OWN_FIELDS = new Set([
  "via",
  "from",
  "to",
  "call-id",
  "cseq",
  "contact",
  "content-length",
  "content-type",
  "record-route",
  "max-forwards",
  "rseq",
  WANTS_TRYING,
]);

/** Parses what follows the meta line of an application's `sip` command. */
export function parseDraft(text: string): ParseResult<DraftMessage> {
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? "" : text.slice(end + 4);
  const withoutLength = head.replace(/\r\n(?:content-length|l)[ \t]*:[^\r\n]*/gi, "");
  const parsed = parseSipMessage(`${withoutLength}\r\n\r\n`);
  return parsed.ok ? { ok: true, value: { message: parsed.value, body } } : parsed;
}

/** The application's other header fields, as lines. */
export function otherFieldLines(draft: SipMessage, displayName: (canonical: string) => string): string {
  let lines = "";
  for (const { name, value } of draft.fields) {
    if (!OWN_FIELDS.has(name)) lines += `${displayName(name)}: ${value}\r\n`;
  }
  return lines;
}

/** Content-Type, Content-Length, the empty line and the body. */
export function bodyLines(draft: SipMessage, body: string): string {
  if (body === "") return "Content-Length: 0\r\n\r\n";
  const type = draft.get("content-type") ?? (body.startsWith("v=0") ? "application/sdp" : undefined);
  const typeLine = type === undefined ? "" : `Content-Type: ${type}\r\n`;
  return `${typeLine}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** True when a body has no type and it cannot be guessed. */
export function lacksContentType({ message, body }: DraftMessage): boolean {
  return body !== "" && !body.startsWith("v=0") && !message.has("content-type");
}
