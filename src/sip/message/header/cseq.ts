import { isAllOf, isSpace, skipAllOf, skipSpace, TOKEN } from "../grammar/characters.ts";
import { digitsValue } from "../grammar/digits.ts";
import type { ParseResult } from "../parse-result.ts";

/** CSeq header value; `sequence` is below 2^31. */
export interface CSeq {
  readonly sequence: number;
  readonly method: string;
}

const MAX_SEQUENCE = 2 ** 31 - 1;

/**
 * Parses a CSeq value such as `314159 INVITE`.
 * @see RFC 3261 8.1.1.5 (range), 20.16 (grammar)
 */
export function parseCSeq(value: string): ParseResult<CSeq> {
  const digitsEnd = skipAllOf(value, 0, TOKEN);
  const methodStart = skipSpace(value, digitsEnd);
  const method = value.slice(methodStart);
  if (!isSpace(value.charCodeAt(digitsEnd)) || !isAllOf(method, TOKEN)) {
    return { ok: false, reason: "expected a number and a method" };
  }
  const sequence = digitsValue(value, 0, digitsEnd, MAX_SEQUENCE);
  if (sequence < 0) return { ok: false, reason: "sequence number is not a number below 2^31" };
  return { ok: true, value: { sequence, method } };
}
