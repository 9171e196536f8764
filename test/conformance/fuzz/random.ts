/** A random source that gives the same for the same seed. */
export class Random {
  #state: number;

  /** @param seed any integer; the lower 32 bits count */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to `limit` - 1 (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** A text cut at random places. */
  cut(text: string, longest: number): string[] {
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const end = at + 1 + this.below(longest);
      pieces.push(text.slice(at, end));
      at = end;
    }
    return pieces;
  }
}
