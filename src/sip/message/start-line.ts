import { isAllOf, TOKEN } from "./grammar/characters.ts";
import { digitsValue } from "./grammar/digits.ts";
import type { ParseResult } from "./parse-result.ts";

/** The first line of a message. */
export interface StartLine {
  readonly kind: "request" | "response";
  /** Such as `SIP/2.0`; in upper case, however it was written (RFC 3261 7.1). */
  readonly version: string;
  /** Of a request; "" for a response. */
  readonly method: string;
  /** Of a request; "" for a response. */
  readonly uri: string;
  /** Of a response, 100 to 699; 0 for a request. */
  readonly status: number;
  /** Of a response; "" for a request. */
  readonly reason: string;
}

/**
 * Parses a start line without its line end.
 * @see RFC 3261 7.1 (no white space but the two spaces of a request line), 7.2
 */
export function parseStartLine(line: string): ParseResult<StartLine> {
  return isStatusLine(line) ? parseStatusLine(line) : parseRequestLine(line);
}

/** True when a line can only be a status line: no method begins with `SIP/`. */
export function isStatusLine(line: string): boolean {
  return line.charCodeAt(3) === 0x2f && line.slice(0, 4).toUpperCase() === "SIP/";
}

function parseRequestLine(line: string): ParseResult<StartLine> {
  const methodEnd = line.indexOf(" ");
  const uriEnd = line.indexOf(" ", methodEnd + 1);
  if (methodEnd < 0 || uriEnd < 0) return { ok: false, reason: "expected a method, a URI and a version" };
  const method = line.slice(0, methodEnd);
  const uri = line.slice(methodEnd + 1, uriEnd);
  const version = line.slice(uriEnd + 1).toUpperCase();
  if (!isAllOf(method, TOKEN)) return { ok: false, reason: "method is not a token" };
  if (uri === "" || !isVisible(uri)) return { ok: false, reason: "white space or no URI in the request line" };
  if (!isVersion(version)) return { ok: false, reason: "no SIP version at the end of the request line" };
  return { ok: true, value: { kind: "request", version, method, uri, status: 0, reason: "" } };
}

function parseStatusLine(line: string): ParseResult<StartLine> {
  const versionEnd = line.indexOf(" ");
  const version = line.slice(0, Math.max(versionEnd, 0)).toUpperCase();
  // RFC 3261 8.1.3: a response of another version cannot be answered with 505, so it is refused here.
  if (version !== "SIP/2.0") return { ok: false, reason: "not SIP/2.0" };
  const statusEnd = versionEnd + 4;
  const status = digitsValue(line, versionEnd + 1, statusEnd, 699);
  // The space before an empty reason phrase is left out by some stacks.
  const separated = line.length === statusEnd || line.charCodeAt(statusEnd) === 0x20;
  if (status < 100 || !separated) return { ok: false, reason: "status code is not a number from 100 to 699" };
  const reason = line.slice(statusEnd + 1);
  if (/[\r\n]/.test(reason)) return { ok: false, reason: "lone CR or LF in the reason phrase" };
  return { ok: true, value: { kind: "response", version, method: "", uri: "", status, reason } };
}

function isVersion(text: string): boolean {
  return text === "SIP/2.0" || /^SIP\/\d{1,9}\.\d{1,9}$/.test(text);
}

function isVisible(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}
