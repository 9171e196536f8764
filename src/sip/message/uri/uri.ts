import { isAllOf, PASSWORD, URI, URI_PARAM, USER } from "../grammar/characters.ts";
import type { Params } from "../grammar/params.ts";
import type { ParseResult } from "../parse-result.ts";
import { isEscapedText, unescapeUser } from "./escape.ts";
import { type HostPort, parseHostPort } from "./host-port.ts";

/** A URI. Only `sip`, `sips` and `tel` are taken apart; of others everything behind the colon is `opaque`. */
export interface SipUri {
  /** Lower case. */
  readonly scheme: string;
  /** User part as written, escapes in place (`unescapeUser`); the number of a `tel` URI. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Name or address as written, IPv6 without brackets; "" unless the scheme is `sip` or `sips`. */
  readonly host: string;
  /** 1 to 65,535; absent when not given. */
  readonly port?: number | undefined;
  /** URI parameters by lower-case name, escapes resolved. */
  readonly params: Params;
  /** What follows `?`, as written. */
  readonly headers?: string | undefined;
  /** What follows the colon, when the scheme is none of `sip`, `sips` and `tel`. */
  readonly opaque?: string | undefined;
}

/**
 * Parses a URI that stands alone or was cut out of `<...>`.
 * @see RFC 3261 19.1, 25.1; RFC 3966 for `tel`
 */
export function parseUri(text: string): ParseResult<SipUri> {
  const colon = text.indexOf(":");
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (scheme === "sip" || scheme === "sips") return parseSip(scheme, text, colon + 1);
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return { ok: false, reason: "URI without a scheme" };
  const opaque = text.slice(colon + 1);
  if (!isAllOf(opaque, URI)) return { ok: false, reason: "character not allowed in a URI" };
  if (scheme === "tel") return parseTel(text, colon + 1);
  return { ok: true, value: makeUri(scheme, NO_HOST, NO_PARAMS, { opaque }) };
}

const NO_PARAMS: Params = new Map();
const NO_HOST: HostPort = { host: "", port: undefined, end: 0 };
const COLON_CODE = 0x3a;
const SEMICOLON_CODE = 0x3b;

type OtherParts = { user?: string; password?: string; headers?: string; opaque?: string };

function makeUri(scheme: string, { host, port }: HostPort, params: Params, other: OtherParts): SipUri {
  const { user, password, headers, opaque } = other;
  return { scheme, user, password, host, port, params, headers, opaque };
}

function parseSip(scheme: string, text: string, start: number): ParseResult<SipUri> {
  const other: OtherParts = {};
  const at = text.indexOf("@", start);
  if (at >= 0 && !readUserInfo(text, start, at, other)) return { ok: false, reason: "bad user part" };
  const hostPort = parseHostPort(text, at < 0 ? start : at + 1, false);
  if (!hostPort.ok) return hostPort;
  const question = text.indexOf("?", hostPort.value.end);
  const paramsEnd = question < 0 ? text.length : question;
  const params = parseUriParams(text, hostPort.value.end, paramsEnd);
  if (!params.ok) return params;
  if (question >= 0) {
    other.headers = text.slice(question + 1);
    if (!isAllOf(other.headers, URI)) return { ok: false, reason: "bad headers in the URI" };
  }
  return { ok: true, value: makeUri(scheme, hostPort.value, params.value, other) };
}

function readUserInfo(text: string, start: number, end: number, other: OtherParts): boolean {
  let userEnd = end;
  for (let at = start; at < end; at += 1) {
    if (text.charCodeAt(at) !== COLON_CODE) continue;
    userEnd = at;
    if (!isEscapedText(text, at + 1, end, PASSWORD)) return false;
    other.password = text.slice(at + 1, end);
    break;
  }
  other.user = text.slice(start, userEnd);
  return userEnd > start && isEscapedText(text, start, userEnd, USER);
}

function parseTel(text: string, start: number): ParseResult<SipUri> {
  const semicolon = text.indexOf(";", start);
  const end = semicolon < 0 ? text.length : semicolon;
  const user = text.slice(start, end);
  if (!/^\+?[0-9A-Fa-f*#().-]+$/.test(user)) return { ok: false, reason: "bad telephone number" };
  const params = parseUriParams(text, end, text.length);
  if (!params.ok) return params;
  return { ok: true, value: makeUri("tel", NO_HOST, params.value, { user }) };
}

function parseUriParams(text: string, start: number, end: number): ParseResult<Params> {
  if (start === end) return { ok: true, value: NO_PARAMS };
  const params = new Map<string, string | undefined>();
  let equals = text.indexOf("=", start);
  for (let at = start; at < end;) {
    if (text.charCodeAt(at) !== SEMICOLON_CODE) return { ok: false, reason: "character not allowed behind the host" };
    const next = text.indexOf(";", at + 1);
    const paramEnd = next < 0 || next > end ? end : next;
    // Searched for again only when it was passed: the cost stays linear.
    if (equals >= 0 && equals < at) equals = text.indexOf("=", at);
    const hasValue = equals >= 0 && equals < paramEnd;
    const nameEnd = hasValue ? equals : paramEnd;
    if (!isParamText(text, at + 1, nameEnd)) return { ok: false, reason: "bad URI parameter" };
    if (hasValue && !isParamText(text, equals + 1, paramEnd)) return { ok: false, reason: "bad URI parameter" };
    const name = unescapeUser(text.slice(at + 1, nameEnd)).toLowerCase();
    if (params.has(name)) return { ok: false, reason: "URI parameter given twice" };
    params.set(name, hasValue ? unescapeUser(text.slice(equals + 1, paramEnd)) : undefined);
    at = paramEnd;
  }
  return { ok: true, value: params };
}

function isParamText(text: string, start: number, end: number): boolean {
  return start < end && isEscapedText(text, start, end, URI_PARAM);
}
