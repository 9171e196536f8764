import { ADDRESS, DIGIT, HOST, skipAllOf, skipSpace } from "../grammar/characters.ts";
import { digitsValue } from "../grammar/digits.ts";
import type { ParseResult } from "../parse-result.ts";

/** A host, perhaps a port, and where they end in the text. */
export interface HostPort {
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly end: number;
}

const COLON_CODE = 0x3a;
const BRACKET_CODE = 0x5b;
const CLOSING_BRACKET_CODE = 0x5d;
const MAX_HOST_LENGTH = 255;
const MAX_PORT = 65_535;

/**
 * Parses `host [":" port]` at an index.
 * @param spaced whether white space may stand around the colon: in a Via it may, in a URI not (RFC 3261 25.1)
 */
export function parseHostPort(text: string, start: number, spaced: boolean): ParseResult<HostPort> {
  const isReference = text.charCodeAt(start) === BRACKET_CODE;
  const hostEnd = isReference ? endOfReference(text, start) : skipAllOf(text, start, HOST);
  if (hostEnd <= start || hostEnd - start > MAX_HOST_LENGTH) return { ok: false, reason: "no valid host" };
  const host = isReference ? text.slice(start + 1, hostEnd - 1) : text.slice(start, hostEnd);
  const colon = spaced ? skipSpace(text, hostEnd) : hostEnd;
  if (text.charCodeAt(colon) !== COLON_CODE) return { ok: true, value: { host, port: undefined, end: hostEnd } };
  const portStart = spaced ? skipSpace(text, colon + 1) : colon + 1;
  const end = skipAllOf(text, portStart, DIGIT);
  const port = digitsValue(text, portStart, end, MAX_PORT);
  if (port < 1) return { ok: false, reason: "port is not a number from 1 to 65535" };
  return { ok: true, value: { host, port, end } };
}

/** A host as it stands in a URI or Via: IPv6 addresses in brackets. */
export function formatHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** RFC 5118 4.10: only the characters are checked, since an old grammar made addresses with three colons. */
function endOfReference(text: string, start: number): number {
  const end = skipAllOf(text, start + 1, ADDRESS);
  const hasColon = text.slice(start, end).includes(":");
  return text.charCodeAt(end) === CLOSING_BRACKET_CODE && hasColon ? end + 1 : -1;
}
