import { BOUNDS } from "../../protocol/index.ts";

/** A page of a list that is sorted by the key. */
export function pageOf<Entry>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
  { after, limit = BOUNDS.pageDefault }: { readonly after?: string; readonly limit?: number },
): { readonly entries: readonly Entry[]; readonly next: { readonly next?: string } } {
  const first = after === undefined ? 0 : entries.findIndex((entry) => keyOf(entry) > after);
  const shown = first < 0 ? [] : entries.slice(first, first + limit);
  const last = shown.at(-1);
  const isLast = last === undefined || first + shown.length >= entries.length;
  return { entries: shown, next: isLast ? {} : { next: keyOf(last) } };
}
