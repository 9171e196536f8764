import { skipAllOf, TOKEN } from "../grammar/characters.ts";
import { parseDigits } from "../grammar/digits.ts";
import { type Params, parseParams } from "../grammar/params.ts";
import type { ParseResult } from "../parse-result.ts";

/** One Reason value: why a request was sent. */
export interface Reason {
  /** As written: `SIP`, `Q.850`, ... */
  readonly protocol: string;
  /** Status or cause code, 0 to 999; absent when not given. */
  readonly cause?: number | undefined;
  readonly text?: string | undefined;
  /** All parameters, those above included. */
  readonly params: Params;
}

/**
 * Parses one Reason value such as `Q.850;cause=16;text="Terminated"`; take lists apart with `splitList` before.
 * @see RFC 3326 2
 */
export function parseReason(value: string): ParseResult<Reason> {
  const end = skipAllOf(value, 0, TOKEN);
  if (end === 0) return { ok: false, reason: "expected a protocol" };
  const params = parseParams(value, end);
  if (!params.ok) return params;
  const cause = params.value.get("cause");
  const code = cause === undefined ? undefined : parseDigits(cause, 999);
  if (code?.ok === false) return code;
  const text = params.value.get("text");
  return { ok: true, value: { protocol: value.slice(0, end), cause: code?.value, text, params: params.value } };
}
