import { skipAllOf, TOKEN } from "./grammar/characters.ts";
import { digitsValue } from "./grammar/digits.ts";
import { scanHead, LINE_SIZE } from "./head.ts";
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from "./message-limits.ts";
import { SipMessage } from "./sip-message.ts";
import { isStatusLine, parseStartLine, type StartLine } from "./start-line.ts";

/** What `parseSipMessage` gives: a message, or why there is none and what may be answered. */
export type MessageResult =
  | { readonly ok: true; readonly value: SipMessage }
  | {
      readonly ok: false;
      readonly reason: string;
      /** 400, 414 or 513. */
      readonly status: number;
      /**
       * For a request of which enough was read: its headers, to make a response of. Nothing in it has been validated,
       * headers may be missing, `uri` and `body` may be "". `undefined` for responses and for what is not SIP: drop them.
       */
      readonly message: SipMessage | undefined;
    };

/**
 * Parses one whole message: start line, headers, empty line, body. Only structure is judged; for the meaning of
 * requests and responses see `validateRequest` and `validateResponse`.
 * Octets behind Content-Length are cut off (RFC 3261 18.3); without Content-Length the rest is the body. The text of the
 * message has its version in upper case, as it must be sent and as applications look for it.
 * @param text one character per octet (latin1)
 * @param limits bounds that differ from `DEFAULT_MESSAGE_LIMITS`
 * @see RFC 3261 7, 7.1, 18.3
 */
export function parseSipMessage(text: string, limits?: Partial<MessageLimits>): MessageResult {
  const bounds = limits === undefined ? DEFAULT_MESSAGE_LIMITS : { ...DEFAULT_MESSAGE_LIMITS, ...limits };
  if (text.length > bounds.maxBytes) return refuse("message too long", 513, undefined);
  const lineEnd = text.indexOf("\r\n");
  if (lineEnd < 0) return refuse("no line end", 400, undefined);
  const line = text.slice(0, lineEnd);
  const tooLong = lineEnd > bounds.maxStartLineBytes;
  const start = tooLong ? ({ ok: false, reason: "start line too long" } as const) : parseStartLine(line);
  const head = scanHead(text, lineEnd + 2, bounds);
  if (!start.ok) {
    const message = salvage(text, line, head.lines);
    return refuse(start.reason, tooLong ? 414 : 400, message);
  }
  const read = withUpperCaseVersion(text, start.value, lineEnd);
  const message = new SipMessage(read, start.value, head.lines, head.bodyStart);
  if (head.problem !== undefined) return refuse(head.problem, 400, message);
  const bodyLength = contentLength(message, bounds.maxBytes);
  const endOfBody = head.bodyStart + bodyLength;
  if (bodyLength === ABSENT || endOfBody === text.length) return { ok: true, value: message };
  if (bodyLength === BAD) return refuse("bad or contradicting Content-Length", 400, message);
  if (endOfBody > text.length) return refuse("body shorter than Content-Length", 400, message);
  return { ok: true, value: new SipMessage(read.slice(0, endOfBody), start.value, head.lines, head.bodyStart) };
}

function withUpperCaseVersion(text: string, { kind, version }: StartLine, lineEnd: number): string {
  const at = kind === "request" ? lineEnd - version.length : 0;
  return text.startsWith(version, at) ? text : text.slice(0, at) + version + text.slice(at + version.length);
}

const ABSENT = -1;
const BAD = -2;

function contentLength(message: SipMessage, max: number): number {
  let length = ABSENT;
  let at = message.findHeader("content-length", 0);
  for (; at >= 0; at = message.findHeader("content-length", at + LINE_SIZE)) {
    const value = message.valueAt(at);
    const next = digitsValue(value, 0, value.length, Number.MAX_SAFE_INTEGER);
    if (next < 0 || (length !== ABSENT && next !== length)) return BAD;
    length = next;
  }
  return Math.min(length, max + 1);
}

function refuse(reason: string, status: number, message: SipMessage | undefined): MessageResult {
  const answerable = message !== undefined && message.kind === "request" ? message : undefined;
  return { ok: false, reason, status, message: answerable };
}

/** A view of a request whose start line is wrong: RFC 4475 3.1.2.7 to 3.1.2.10 ask for a 400. */
function salvage(text: string, line: string, lines: number[]): SipMessage | undefined {
  if (isStatusLine(line) || !line.includes(" SIP/")) return undefined;
  const method = line.slice(0, skipAllOf(line, 0, TOKEN));
  const startLine: StartLine = { kind: "request", version: "SIP/2.0", method, uri: "", status: 0, reason: "" };
  return new SipMessage(text, startLine, lines, text.length);
}
