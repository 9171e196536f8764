import { isAllOf, isOf, isSpace, skipSpace, TOKEN, trimSpaceEnd, URI } from "../grammar/characters.ts";
import { formatParams, type Params, parseParams, type Repeated } from "../grammar/params.ts";
import { endOfQuoted, quote, unquote } from "../grammar/quoted-string.ts";
import type { ParseResult } from "../parse-result.ts";

/** One item of From, To, Contact, Route, Record-Route, Path, Refer-To, ... */
export interface NameAddr {
  /** Unquoted; absent when there is none. */
  readonly displayName?: string | undefined;
  /** The URI as written, without brackets; for its parts see `parseUri`. */
  readonly uri: string;
  /** Header parameters by lower-case name, unquoted; those inside `<...>` belong to the URI. */
  readonly params: Params;
}

const QUOTE_CODE = 0x22;
const LESS_CODE = 0x3c;
const COLON_CODE = 0x3a;
const COMMA_CODE = 0x2c;
const QUESTION_CODE = 0x3f;
const SEMICOLON_CODE = 0x3b;

/**
 * Parses `name-addr` or `addr-spec` with header parameters. Of the URI only its characters and that it has a scheme
 * are checked.
 * @param repeated what to do with a header parameter that is given again (RFC 3261 7.3.1 forbids it); refused by default
 * @see RFC 3261 20.10; 20: a URI with comma, question mark or semicolon stands in `<...>`
 */
export function parseNameAddr(value: string, repeated: Repeated = "refused"): ParseResult<NameAddr> {
  const start = skipSpace(value, 0);
  if (value.charCodeAt(start) === QUOTE_CODE) {
    const end = endOfQuoted(value, start);
    if (end < 0) return { ok: false, reason: "display name without closing quote" };
    const bracket = skipSpace(value, end);
    if (value.charCodeAt(bracket) !== LESS_CODE) return { ok: false, reason: "expected <" };
    return parseBracketed(value, bracket, unquote(value.slice(start, end)), repeated);
  }
  const stop = skipDisplayName(value, start);
  const code = value.charCodeAt(stop);
  if (code === COLON_CODE) return parseBare(value, start, repeated);
  if (code !== LESS_CODE) return { ok: false, reason: "character not allowed in a display name" };
  const nameEnd = trimSpaceEnd(value, start, stop);
  return parseBracketed(value, stop, nameEnd > start ? value.slice(start, nameEnd) : undefined, repeated);
}

/** Writes a `name-addr`: always with brackets, the display name always quoted. */
export function formatNameAddr(nameAddr: NameAddr): string {
  const name = nameAddr.displayName === undefined ? "" : `${quote(nameAddr.displayName)} `;
  return `${name}<${nameAddr.uri}>${formatParams(nameAddr.params)}`;
}

/** Tokens and white space; octets of UTF-8 too, which phones send without quotes. */
function skipDisplayName(value: string, start: number): number {
  let at = start;
  for (; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (!isOf(code, TOKEN) && !isSpace(code) && code < 0x80) break;
  }
  return at;
}

function parseBracketed(
  value: string,
  bracket: number,
  displayName: string | undefined,
  repeated: Repeated,
): ParseResult<NameAddr> {
  const close = value.indexOf(">", bracket);
  if (close < 0) return { ok: false, reason: "< without >" };
  const uri = value.slice(bracket + 1, close);
  return finish({ displayName, uri }, value, close + 1, repeated);
}

function parseBare(value: string, start: number, repeated: Repeated): ParseResult<NameAddr> {
  let end = start;
  for (; end < value.length; end += 1) {
    const code = value.charCodeAt(end);
    if (code === SEMICOLON_CODE || isSpace(code)) break;
    if (code === QUESTION_CODE || code === COMMA_CODE)
      return { ok: false, reason: "URI with ? or comma needs < and >" };
  }
  return finish({ displayName: undefined, uri: value.slice(start, end) }, value, end, repeated);
}

function finish(
  { displayName, uri }: Omit<NameAddr, "params">,
  value: string,
  at: number,
  repeated: Repeated,
): ParseResult<NameAddr> {
  if (!isUriText(uri)) return { ok: false, reason: "no valid URI" };
  const params = parseParams(value, at, repeated);
  return params.ok ? { ok: true, value: { displayName, uri, params: params.value } } : params;
}

function isUriText(uri: string): boolean {
  return isAllOf(uri, URI) && /^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri);
}
