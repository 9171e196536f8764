import type { Pattern, PatternPosition } from "../../../database/index.ts";

/** Sets of places in a pattern that are followed at a time; beyond them numbers may be counted more than once. */
const MAX_SETS = 64;
/** Digits of a number that are followed so: nobody has longer ones. */
const MAX_FOLLOWED = 32;
const ALL_SYMBOLS = 17;

/**
 * How many numbers of a length a pattern matches. Exact; for patterns with two repetitions and more an upper bound where
 * they are so ambiguous, or the number so long, that it would take too long.
 */
export function countMatches(pattern: Pattern, length: number): bigint {
  const { positions, minLength, maxLength } = pattern;
  if (length < minLength || (maxLength !== undefined && length > maxLength)) return 0n;
  const repeated = positions.filter(({ repeat }) => repeat !== "once");
  if (repeated.length > 1) {
    const exact = length > MAX_FOLLOWED ? undefined : countBySets(positions, length);
    return exact ?? countWays(positions, length);
  }
  const fixed = productOf(positions.filter(({ repeat }) => repeat === "once"));
  const [only] = repeated;
  return only === undefined ? fixed : fixed * BigInt(only.size) ** BigInt(length - positions.length + 1);
}

/** Numbers stay exact up to 2^53, and are much faster. */
function productOf(positions: readonly PatternPosition[]): bigint {
  let exact = 1n;
  let product = 1;
  for (const { size } of positions) {
    product *= size;
    if (product < 2 ** 48) continue;
    exact *= BigInt(product);
    product = 1;
  }
  return exact * BigInt(product);
}

/** Every number counts once: numbers are followed together that have come to the same places. */
function countBySets(positions: readonly PatternPosition[], length: number): bigint | undefined {
  const classes = symbolClasses(positions);
  const start = closure(1n, positions);
  let counts = new Map<bigint, bigint>([[start, 1n]]);
  for (let step = 0; step < length; step += 1) {
    const next = new Map<bigint, bigint>();
    for (const [places, count] of counts) {
      for (const { symbol, size } of classes) {
        const reached = placesAfter(places, symbol, positions);
        if (reached !== 0n) next.set(reached, (next.get(reached) ?? 0n) + count * size);
      }
    }
    if (next.size > MAX_SETS) return undefined;
    counts = next;
  }
  const end = 1n << BigInt(positions.length);
  let sum = 0n;
  for (const [places, count] of counts) if ((places & end) !== 0n) sum += count;
  return sum;
}

/** Symbols that no position tells apart count together. */
function symbolClasses(positions: readonly PatternPosition[]): { readonly symbol: number; readonly size: bigint }[] {
  const classes = new Map<string, { symbol: number; size: bigint }>();
  for (let index = 0; index < ALL_SYMBOLS; index += 1) {
    const symbol = 1 << index;
    const key = positions.map(({ symbols }) => ((symbols & symbol) === 0 ? "0" : "1")).join("");
    const known = classes.get(key);
    if (known === undefined) classes.set(key, { symbol, size: 1n });
    else known.size += 1n;
  }
  return [...classes.values()];
}

function placesAfter(places: bigint, symbol: number, positions: readonly PatternPosition[]): bigint {
  let reached = 0n;
  positions.forEach(({ symbols, repeat }, index) => {
    const place = 1n << BigInt(index);
    if ((places & place) === 0n || (symbols & symbol) === 0) return;
    if (repeat !== "once") reached |= place;
    if (repeat !== "zero-or-more") reached |= place << 1n;
  });
  return closure(reached, positions);
}

/** What may be there no time at all is passed. */
function closure(places: bigint, positions: readonly PatternPosition[]): bigint {
  let all = places;
  positions.forEach(({ repeat }, index) => {
    const place = 1n << BigInt(index);
    if (repeat === "zero-or-more" && (all & place) !== 0n) all |= place << 1n;
  });
  return all;
}

/** The ways through the pattern: an ambiguous number counts once for each of its ways. */
function countWays(positions: readonly PatternPosition[], length: number): bigint {
  let ways = [1n, ...Array<bigint>(length).fill(0n)];
  for (const { size, repeat } of positions) {
    const next = Array<bigint>(length + 1).fill(0n);
    for (let at = 0; at <= length; at += 1) {
      const stepped = at === 0 ? 0n : (ways[at - 1] ?? 0n) * BigInt(size);
      const again = at === 0 || repeat === "once" ? 0n : (next[at - 1] ?? 0n) * BigInt(size);
      next[at] = repeat === "zero-or-more" ? (ways[at] ?? 0n) + again : stepped + again;
    }
    ways = next;
  }
  return ways[length] ?? 0n;
}
