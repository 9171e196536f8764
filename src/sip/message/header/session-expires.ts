import { skipAllOf, TOKEN } from "../grammar/characters.ts";
import { digitsValue } from "../grammar/digits.ts";
import { parseParams } from "../grammar/params.ts";
import type { ParseResult } from "../parse-result.ts";

/** Session-Expires header value. */
export interface SessionExpires {
  /** 0 to 2^32 - 1. */
  readonly seconds: number;
  readonly refresher?: "uac" | "uas" | undefined;
}

/**
 * Parses a Session-Expires value such as `1800;refresher=uac`; Min-SE too, which has no refresher.
 * @see RFC 4028 4 and 5
 */
export function parseSessionExpires(value: string): ParseResult<SessionExpires> {
  const end = skipAllOf(value, 0, TOKEN);
  const seconds = digitsValue(value, 0, end, 2 ** 32 - 1);
  if (seconds < 0) return { ok: false, reason: "expected a number of seconds" };
  const params = parseParams(value, end);
  if (!params.ok) return params;
  const refresher = params.value.get("refresher")?.toLowerCase();
  if (refresher !== undefined && refresher !== "uac" && refresher !== "uas") {
    return { ok: false, reason: "refresher is neither uac nor uas" };
  }
  return { ok: true, value: { seconds, refresher } };
}
