import { detached } from "../../../common/index.ts";
import { parseSipMessage, type SipMessage } from "../../../sip/message/index.ts";

/** The session description of a message. */
export type SessionBody =
  | { readonly kind: "none" }
  | { readonly kind: "sdp"; readonly sdp: string }
  /** A body that must be understood and is not: 415. */
  | { readonly kind: "unsupported" };

const MAX_PARTS = 16;

/** Finds the session description, also inside `multipart/mixed` (RFC 5621). It may be kept as long as the call. */
export function sessionBody(message: SipMessage): SessionBody {
  const { body } = message;
  if (body === "") return { kind: "none" };
  if (!isIdentity(message)) return { kind: "unsupported" };
  const type = mediaType(message);
  if (type === "application/sdp" || (type === "" && body.startsWith("v=0")))
    return { kind: "sdp", sdp: detached(body) };
  if (type.startsWith("multipart/")) return multipart(message, body);
  return isOptional(message) ? { kind: "none" } : { kind: "unsupported" };
}

/** The session description of a message in which anything else is of no interest (responses). */
export function sdpOf(message: SipMessage): string | undefined {
  const found = sessionBody(message);
  return found.kind === "sdp" ? found.sdp : undefined;
}

function multipart(message: SipMessage, body: string): SessionBody {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(message.get("content-type") ?? "");
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return { kind: "unsupported" };
  const parts = `\r\n${body}`.split(`\r\n--${mark}`).slice(1, MAX_PARTS + 1);
  let needsMore = false;
  for (const part of parts) {
    if (part.startsWith("--")) break;
    const content = parsePart(part);
    if (content === undefined) return { kind: "unsupported" };
    const type = mediaType(content);
    if (type === "application/sdp") return { kind: "sdp", sdp: detached(content.body) };
    needsMore ||= !isOptional(content);
  }
  return needsMore ? { kind: "unsupported" } : { kind: "none" };
}

/** A part has header fields and a body like a message, but no start line. */
function parsePart(part: string): SipMessage | undefined {
  const end = part.indexOf("\r\n");
  if (end < 0) return undefined;
  const fields = part.slice(end + 2);
  const parsed = parseSipMessage(`SIP/2.0 200 OK\r\n${fields}`);
  return parsed.ok ? parsed.value : undefined;
}

function mediaType(message: SipMessage): string {
  return (message.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

function isIdentity(message: SipMessage): boolean {
  const encoding = message.get("content-encoding");
  return encoding === undefined || encoding.toLowerCase() === "identity";
}

function isOptional(message: SipMessage): boolean {
  return /;\s*handling\s*=\s*optional/i.test(message.get("content-disposition") ?? "");
}
