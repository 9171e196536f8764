import type { Clock, Timer } from "../../../common/index.ts";

/** What a `GenerationalMap` is made of. */
export interface GenerationalMapOptions {
  readonly clock: Clock;
  /** How long an entry is kept at least, unless there are too many. */
  readonly keepMs: number;
  /** Entries in all; beyond it the oldest go early. */
  readonly maxEntries: number;
}

const GENERATIONS = 5;

/**
 * Keeps entries for a time without a timer for each: several maps, the oldest of which is dropped whole. An entry lives
 * between `keepMs` and a quarter more.
 */
export class GenerationalMap<Value> {
  readonly #clock: Clock;
  readonly #spanMs: number;
  readonly #maxPerGeneration: number;
  /** Youngest first. */
  #generations: Map<string, Value>[] = [new Map<string, Value>()];
  #timer: Timer | undefined;
  #isClosed = false;

  constructor({ clock, keepMs, maxEntries }: GenerationalMapOptions) {
    this.#clock = clock;
    this.#spanMs = keepMs / (GENERATIONS - 1);
    this.#maxPerGeneration = Math.max(1, Math.floor(maxEntries / GENERATIONS));
  }

  get size(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.size, 0);
  }

  get(key: string): Value | undefined {
    for (const generation of this.#generations) {
      const value = generation.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(key: string, value: Value): void {
    if (this.#isClosed) return;
    let young = this.#generations[0];
    if (young === undefined || young.size >= this.#maxPerGeneration) {
      this.#age();
      young = this.#generations[0];
    }
    young?.set(key, value);
    this.#timer ??= this.#startTimer();
  }

  delete(key: string): void {
    for (const generation of this.#generations) generation.delete(key);
  }

  /** Forgets everything. May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#generations = [new Map<string, Value>()];
  }

  #age(): void {
    this.#generations.unshift(new Map());
    if (this.#generations.length > GENERATIONS) this.#generations.pop();
  }

  #startTimer(): Timer {
    return this.#clock.after(this.#spanMs, () => {
      this.#age();
      this.#timer = undefined;
      if (this.size > 0) this.#timer = this.#startTimer();
      else this.#generations = [new Map<string, Value>()];
    });
  }
}
