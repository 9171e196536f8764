import { symbolBit, type PatternPosition } from "../../../database/index.ts";

/** A place in the patterns of a partition. */
interface Place<Entry> {
  /** By the one symbol that leads on. */
  readonly literals: Map<number, Place<Entry>>;
  /** By a set of symbols; also what may be repeated. */
  readonly sets: Edge<Entry>[];
  /** Places that are reached without a symbol: what may be there no time at all. */
  readonly skips: Edge<Entry>[];
  /** Symbols that lead to the same place again. */
  readonly loop: number;
  readonly ends: Entry[];
}

interface Edge<Entry> {
  readonly symbols: number;
  readonly to: Place<Entry>;
}

/** What was found for digits. */
export interface TrieMatch<Entry> {
  readonly entries: readonly Entry[];
  /** There are longer numbers that begin so and match. */
  readonly more: boolean;
}

/** Symbols by character code, as bits. */
const BITS = Uint32Array.from({ length: 128 }, (_, code) => symbolBit(String.fromCharCode(code)));
const EMPTY: never[] = [];
const NONE = new Map<number, never>();

/**
 * The patterns of a partition, sharing what they begin with. A look-up follows all patterns at once: a step for each digit
 * and each different beginning that is still possible.
 */
export class PatternTrie<Entry> {
  readonly #root = newPlace<Entry>(0);

  add(positions: readonly PatternPosition[], entry: Entry): void {
    let place = this.#root;
    for (const position of positions) place = placeAfter(place, position);
    if (place.ends === EMPTY) writable(place).ends = [entry];
    else place.ends.push(entry);
  }

  /** Takes an entry out, and what only it went through; nothing when it is not there. */
  delete(positions: readonly PatternPosition[], entry: Entry): void {
    const way: { readonly from: Place<Entry>; readonly position: PatternPosition }[] = [];
    let place: Place<Entry> | undefined = this.#root;
    for (const position of positions) {
      way.push({ from: place, position });
      place = knownPlaceAfter(place, position);
      if (place === undefined) return;
    }
    const at = place.ends.indexOf(entry);
    if (at === -1) return;
    place.ends.splice(at, 1);
    for (const { from, position } of way.reverse()) {
      if (!isUnused(place)) return;
      cutOff(from, position, place);
      place = from;
    }
  }

  /** Nothing has been added, or all has been taken out. */
  get isEmpty(): boolean {
    return isUnused(this.#root);
  }

  find(digits: string): TrieMatch<Entry> {
    let places = new Set<Place<Entry>>();
    enter(this.#root, places);
    for (let index = 0; index < digits.length; index += 1) {
      const bit = BITS[digits.charCodeAt(index)] ?? 0;
      const next = new Set<Place<Entry>>();
      for (const place of places) {
        const literal = place.literals.get(bit);
        if (literal !== undefined) enter(literal, next);
        for (const { symbols, to } of place.sets) if ((symbols & bit) !== 0) enter(to, next);
        if ((place.loop & bit) !== 0) enter(place, next);
      }
      if (next.size === 0) return { entries: EMPTY, more: false };
      places = next;
    }
    const entries: Entry[] = [];
    let more = false;
    for (const { ends, literals, sets, loop } of places) {
      entries.push(...ends);
      more ||= literals.size + sets.length + loop > 0;
    }
    return { entries, more };
  }
}

/** What repeats, and what stands behind it, can be reached in two ways. */
function enter<Entry>(place: Place<Entry>, places: Set<Place<Entry>>): void {
  if (places.has(place)) return;
  places.add(place);
  for (const { to } of place.skips) enter(to, places);
}

function isUnused<Entry>({ literals, sets, skips, ends }: Place<Entry>): boolean {
  return literals.size + sets.length + skips.length + ends.length === 0;
}

function knownPlaceAfter<Entry>(
  place: Place<Entry>,
  { symbols, size, repeat }: PatternPosition,
): Place<Entry> | undefined {
  if (size === 1 && repeat === "once") return place.literals.get(symbols);
  const loop = repeat === "once" ? 0 : symbols;
  const list = repeat === "zero-or-more" ? place.skips : place.sets;
  return list.find((edge) => edge.symbols === symbols && edge.to.loop === loop)?.to;
}

function cutOff<Entry>(from: Place<Entry>, { symbols, size, repeat }: PatternPosition, to: Place<Entry>): void {
  if (size === 1 && repeat === "once") {
    from.literals.delete(symbols);
    return;
  }
  const list = repeat === "zero-or-more" ? from.skips : from.sets;
  const at = list.findIndex((edge) => edge.to === to);
  if (at !== -1) list.splice(at, 1);
}

function placeAfter<Entry>(place: Place<Entry>, position: PatternPosition): Place<Entry> {
  const known = knownPlaceAfter(place, position);
  if (known !== undefined) return known;
  const { symbols, size, repeat } = position;
  const loop = repeat === "once" ? 0 : symbols;
  if (size === 1 && repeat === "once") {
    const next = newPlace<Entry>(0);
    if (place.literals === NONE) writable(place).literals = new Map();
    place.literals.set(symbols, next);
    return next;
  }
  const list = repeat === "zero-or-more" ? "skips" : "sets";
  const edge: Edge<Entry> = { symbols, to: newPlace<Entry>(loop) };
  if (place[list] === EMPTY) writable(place)[list] = [edge];
  else place[list].push(edge);
  return edge.to;
}

function newPlace<Entry>(loop: number): Place<Entry> {
  // Most places are the ends of numbers: they share what is empty.
  return { literals: NONE, sets: EMPTY, skips: EMPTY, loop, ends: EMPTY };
}

function writable<Entry>(place: Place<Entry>): { -readonly [Key in keyof Place<Entry>]: Place<Entry>[Key] } {
  return place;
}
