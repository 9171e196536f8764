import { splitList } from "../grammar/split-list.ts";
import type { ParseResult } from "../parse-result.ts";
import { type NameAddr, parseNameAddr } from "./name-addr.ts";

const MAX_ITEMS = 64;

/**
 * Parses the values of all headers of one name (Contact, Route, Record-Route, Path) into one list, in order; at most
 * 64 items. `*` of a REGISTER's Contact is not an item: look for it before.
 */
export function parseNameAddrList(values: readonly string[]): ParseResult<NameAddr[]> {
  const list: NameAddr[] = [];
  for (const value of values) {
    for (const item of splitList(value)) {
      if (list.length === MAX_ITEMS) return { ok: false, reason: `more than ${MAX_ITEMS} items` };
      const parsed = parseNameAddr(item);
      if (!parsed.ok) return parsed;
      list.push(parsed.value);
    }
  }
  return { ok: true, value: list };
}
