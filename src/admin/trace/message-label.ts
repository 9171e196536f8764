import { readable } from "./traced-message.ts";

const MAX_REASON = 32;

/** What a message is, in a few words: `INVITE + SDP`, `re-INVITE + SDP sendonly`, `200 OK (BYE)`. */
export function labelOf(text: string): string {
  const headEnd = text.indexOf("\r\n\r\n");
  const head = headEnd < 0 ? text : text.slice(0, headEnd);
  const body = headEnd < 0 ? "" : text.slice(headEnd);
  return nameOf(head) + sessionOf(head, body);
}

/** Status of a response, 0 for a request. */
export function statusOf(text: string): number {
  return Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
}

function nameOf(head: string): string {
  const [, status, reason = ""] = /^SIP\/2\.0 (\d{3}) ?([^\r\n]*)/.exec(head) ?? [];
  const method = /\r\ncseq[ \t]*:[ \t]*\d+[ \t]+([A-Za-z]{1,16})/i.exec(head)?.[1] ?? "?";
  if (status !== undefined) return `${status} ${readable(reason).slice(0, MAX_REASON).trim()} (${method})`;
  const [name = "?"] = head.split(" ", 1);
  const isInDialog = /\r\n(?:to|t)[ \t]*:[^\r\n]*;[ \t]*tag[ \t]*=/i.test(head);
  return name === "INVITE" && isInDialog ? "re-INVITE" : name.slice(0, 16);
}

function sessionOf(head: string, body: string): string {
  if (!/\r\n(?:content-type|c)[ \t]*:[ \t]*application\/sdp/i.test(head) || body.trim() === "") return "";
  const direction = /\r\na=(sendonly|recvonly|inactive)/.exec(body)?.[1];
  return direction === undefined ? " + SDP" : ` + SDP ${direction}`;
}
