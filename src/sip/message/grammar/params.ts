import type { ParseResult } from "../parse-result.ts";
import { isAllOf, PARAM_VALUE, skipAllOf, skipSpace, TOKEN } from "./characters.ts";
import { endOfQuoted, quote, unquote } from "./quoted-string.ts";

/** Parameters by lower-case name, in order; the value is `undefined` for a parameter without one. */
export type Params = ReadonlyMap<string, string | undefined>;

const NO_PARAMS: ParseResult<Params> = { ok: true, value: new Map() };
const EQUALS_CODE = 0x3d;
const QUOTE_CODE = 0x22;
const SEMICOLON_CODE = 0x3b;

/** What becomes of a parameter that is given again: the whole is malformed, or the first one counts. */
export type Repeated = "refused" | "first-counts";

/**
 * Parses `*( SEMI generic-param )` from `from` to the end of the text. Quoted values are unquoted.
 * @see RFC 3261 25.1, generic-param; 7.3.1: a name appears once
 */
export function parseParams(text: string, from: number, repeated: Repeated = "refused"): ParseResult<Params> {
  let at = skipSpace(text, from);
  if (at === text.length) return NO_PARAMS;
  const params = new Map<string, string | undefined>();
  while (at < text.length) {
    if (text.charCodeAt(at) !== SEMICOLON_CODE) return { ok: false, reason: "expected a parameter" };
    const nameStart = skipSpace(text, at + 1);
    const nameEnd = skipAllOf(text, nameStart, TOKEN);
    if (nameEnd === nameStart) return { ok: false, reason: "parameter without a name" };
    const name = text.slice(nameStart, nameEnd).toLowerCase();
    const isRepeated = params.has(name);
    if (isRepeated && repeated === "refused") return { ok: false, reason: `parameter ${name} given twice` };
    at = skipSpace(text, nameEnd);
    let value: string | undefined;
    if (text.charCodeAt(at) === EQUALS_CODE) {
      const valueStart = skipSpace(text, at + 1);
      const valueEnd = endOfParamValue(text, valueStart);
      if (valueEnd <= valueStart) return { ok: false, reason: `parameter ${name} has a bad value` };
      value = paramValue(text, valueStart, valueEnd);
      at = skipSpace(text, valueEnd);
    }
    if (!isRepeated) params.set(name, value);
  }
  return { ok: true, value: params };
}

/** The index behind the value that starts at `at`, quoted or not; not above `at` when there is none. */
export function endOfParamValue(text: string, at: number): number {
  return text.charCodeAt(at) === QUOTE_CODE ? endOfQuoted(text, at) : skipAllOf(text, at, PARAM_VALUE);
}

/** The value between two indexes found by `endOfParamValue`, unquoted. */
export function paramValue(text: string, start: number, end: number): string {
  const value = text.slice(start, end);
  return value.charCodeAt(0) === QUOTE_CODE ? unquote(value) : value;
}

/**
 * Writes `;name=value` for each parameter, quoting what needs it.
 * Feature parameters (`+sip.instance`, ...) are always quoted, as RFC 3840 section 9 has it.
 */
export function formatParams(params: Iterable<readonly [string, string | undefined]>): string {
  let text = "";
  for (const [name, value] of params) {
    if (value === undefined) text += `;${name}`;
    else text += `;${name}=${isAllOf(value, PARAM_VALUE) && !name.startsWith("+") ? value : quote(value)}`;
  }
  return text;
}
