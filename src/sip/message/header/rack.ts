import { skipAllOf, skipSpace, TOKEN } from "../grammar/characters.ts";
import { digitsValue } from "../grammar/digits.ts";
import type { ParseResult } from "../parse-result.ts";
import { parseCSeq } from "./cseq.ts";

/** RAck header value: which reliable provisional response of which request a PRACK acknowledges. */
export interface RAck {
  /** RSeq of the response, 1 to 2^32 - 1. */
  readonly responseSequence: number;
  /** CSeq of the request, below 2^31. */
  readonly sequence: number;
  readonly method: string;
}

/**
 * Parses a RAck value such as `776656 1 INVITE`.
 * @see RFC 3262 7.2
 */
export function parseRAck(value: string): ParseResult<RAck> {
  const end = skipAllOf(value, 0, TOKEN);
  const responseSequence = digitsValue(value, 0, end, 2 ** 32 - 1);
  if (responseSequence < 1) return { ok: false, reason: "response number is not a number from 1 to 2^32 - 1" };
  const cseq = parseCSeq(value.slice(skipSpace(value, end)));
  return cseq.ok ? { ok: true, value: { responseSequence, ...cseq.value } } : cseq;
}
