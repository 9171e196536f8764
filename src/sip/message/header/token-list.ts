import { isAllOf, TOKEN } from "../grammar/characters.ts";
import type { ParseResult } from "../parse-result.ts";

const MAX_TOKENS = 256;

/**
 * Parses the values of all headers of one name (Allow, Supported, Require, ...) into one list of tokens as written;
 * empty items are left out. At most 256.
 */
export function parseTokenList(values: readonly string[]): ParseResult<string[]> {
  const tokens: string[] = [];
  for (const value of values) {
    for (const item of value.split(",")) {
      const token = item.trim();
      if (token === "") continue;
      if (!isAllOf(token, TOKEN)) return { ok: false, reason: "item is not a token" };
      if (tokens.length === MAX_TOKENS) return { ok: false, reason: `more than ${MAX_TOKENS} tokens` };
      tokens.push(token);
    }
  }
  return { ok: true, value: tokens };
}
