import type { ParseResult } from "../parse-result.ts";

/**
 * Parses a number of decimal digits only; leading zeros are allowed, signs and white space are not.
 * @param max the greatest number allowed, at most 2^53 - 1
 */
export function parseDigits(text: string, max: number): ParseResult<number> {
  const value = digitsValue(text, 0, text.length, max);
  return value < 0 ? { ok: false, reason: `expected a number from 0 to ${max}` } : { ok: true, value };
}

/** The number between two indexes, or -1 when there is none or it is above `max`. */
export function digitsValue(text: string, start: number, end: number, max: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
    if (value > max) return -1;
  }
  return value;
}

/**
 * Parses a Content-Length value: octets, at most 2^53 - 1; compare it with what is there.
 * @see RFC 3261 20.14
 */
export function parseContentLength(value: string): ParseResult<number> {
  return parseDigits(value, Number.MAX_SAFE_INTEGER);
}
