import { skipAllOf, skipSpace, TOKEN } from "../grammar/characters.ts";
import { endOfParamValue, paramValue } from "../grammar/params.ts";
import { endOfQuoted } from "../grammar/quoted-string.ts";

const EQUALS_CODE = 0x3d;
const QUOTE_CODE = 0x22;
const SEMICOLON_CODE = 0x3b;

/**
 * The tag of a From or To value without parsing all of it; the same as `parseNameAddr` gives when that succeeds.
 * `undefined` when there is none, or the value is malformed before it.
 */
export function tagOf(fromOrToValue: string): string | undefined {
  const value = fromOrToValue;
  let at = startOfParams(value);
  while (at > 0 && value.charCodeAt(at) === SEMICOLON_CODE) {
    const nameStart = skipSpace(value, at + 1);
    const nameEnd = skipAllOf(value, nameStart, TOKEN);
    at = skipSpace(value, nameEnd);
    if (value.charCodeAt(at) !== EQUALS_CODE) continue;
    const valueStart = skipSpace(value, at + 1);
    const valueEnd = endOfParamValue(value, valueStart);
    if (valueEnd <= valueStart) return undefined;
    if (isTag(value, nameStart, nameEnd)) return paramValue(value, valueStart, valueEnd);
    at = skipSpace(value, valueEnd);
  }
  return undefined;
}

function startOfParams(value: string): number {
  const start = skipSpace(value, 0);
  const from = value.charCodeAt(start) === QUOTE_CODE ? endOfQuoted(value, start) : start;
  if (from < 0) return -1;
  const semicolon = value.indexOf(";", from);
  const bracket = value.indexOf("<", from);
  // A bracket behind a semicolon stands in a quoted parameter of a bare URI, unless the name before it was quoted.
  if (bracket < 0 || (from === start && semicolon >= 0 && semicolon < bracket)) return semicolon;
  const close = value.indexOf(">", bracket);
  return close < 0 ? -1 : skipSpace(value, close + 1);
}

function isTag(text: string, start: number, end: number): boolean {
  return end - start === 3 && text.slice(start, end).toLowerCase() === "tag";
}
