import { skipSpace, trimSpaceEnd } from "./characters.ts";
import { endOfQuoted } from "./quoted-string.ts";

const COMMA_CODE = 0x2c;
const QUOTE_CODE = 0x22;
const LESS_CODE = 0x3c;

/**
 * Splits a header value at its top-level commas; those in quoted strings and in `<...>` do not count.
 * Items are trimmed and may be empty; an empty value has no items. A quote or bracket never closed runs to the end.
 * @see RFC 3261 7.3.1
 */
export function splitList(value: string): string[] {
  const items: string[] = [];
  let start = 0;
  while (start <= value.length) {
    const end = endOfItem(value, start, value.length);
    const from = skipSpace(value, start);
    if (from < end) items.push(value.slice(from, trimSpaceEnd(value, from, end)));
    else if (items.length > 0 || end < value.length) items.push("");
    start = end + 1;
  }
  return items;
}

/** The index of the first top-level comma at or behind `start`, or `end` when there is none before it. */
export function endOfItem(text: string, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA_CODE) return at;
    if (code === QUOTE_CODE) at = closing(endOfQuoted(text, at) - 1, end);
    else if (code === LESS_CODE) at = closing(text.indexOf(">", at), end);
  }
  return end;
}

function closing(index: number, end: number): number {
  return index < 0 ? end : index;
}
