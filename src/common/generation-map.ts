import type { Clock } from "./clock.ts";

export interface GenerationMapOptions<Value> {
  readonly clock: Clock;
  /** Entries kept at most; 2 and above. */
  readonly maxEntries: number;
  /** An entry that was not set again is kept at least this long while there is room, and gone after twice as long. */
  readonly periodMs: number;
  /** Told of what is forgotten. */
  readonly onForgotten?: (values: Iterable<Value>) => void;
}

/**
 * A bounded map that forgets what was set longest ago, half of its entries at a time: dropping a whole generation costs
 * nothing, while a Map that loses its first entry for each new one walks over the gaps.
 */
export class GenerationMap<Value> {
  readonly #options: GenerationMapOptions<Value>;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #bornAtMs: number;

  constructor(options: GenerationMapOptions<Value>) {
    this.#options = options;
    this.#bornAtMs = options.clock.nowMs();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    const { clock, maxEntries, periodMs } = this.#options;
    const isFull = this.#young.size >= maxEntries / 2 && !this.#young.has(key);
    if (isFull || clock.nowMs() - this.#bornAtMs >= periodMs) this.#turn();
    this.#old.delete(key);
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Forgets the keys that match; walks over all entries. */
  deleteWhere(matches: (key: string) => boolean): void {
    for (const map of [this.#young, this.#old]) {
      for (const key of map.keys()) if (matches(key)) map.delete(key);
    }
  }

  /** Forgets what has had its time, which is done otherwise when something is set. */
  expire(): void {
    const { clock, periodMs } = this.#options;
    if (this.size > 0 && clock.nowMs() - this.#bornAtMs >= periodMs) this.#turn();
  }

  #turn(): void {
    const forgotten = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    this.#bornAtMs = this.#options.clock.nowMs();
    this.#options.onForgotten?.(forgotten.values());
  }
}
