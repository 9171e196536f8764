import type { Clock, Timer } from "../../../common/index.ts";

/** What a `GenerationalMap` is made of. */
export interface GenerationalMapOptions {
  readonly clock: Clock;
  /** How long an entry is kept at least, unless there are too many. */
  readonly keepMs: number;
  /** Entries in all; beyond it the oldest go early. */
  readonly maxEntries: number;
  /** Characters of all keys and values; beyond it the oldest go early. */
  readonly maxCharacters: number;
}

const GENERATIONS = 5;

/**
 * Keeps entries for a time without a timer for each: several maps, the oldest of which is dropped whole. An entry lives
 * between `keepMs` and a quarter more.
 */
export class GenerationalMap {
  readonly #clock: Clock;
  readonly #spanMs: number;
  readonly #maxPerGeneration: number;
  readonly #maxCharactersPerGeneration: number;
  /** Youngest first. */
  #generations: Map<string, string>[] = [new Map<string, string>()];
  /** Characters put into the youngest. */
  #youngCharacters = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor({ clock, keepMs, maxEntries, maxCharacters }: GenerationalMapOptions) {
    this.#clock = clock;
    this.#spanMs = keepMs / (GENERATIONS - 1);
    this.#maxPerGeneration = Math.max(1, Math.floor(maxEntries / GENERATIONS));
    this.#maxCharactersPerGeneration = Math.floor(maxCharacters / GENERATIONS);
  }

  get size(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.size, 0);
  }

  get(key: string): string | undefined {
    for (const generation of this.#generations) {
      const value = generation.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(key: string, value: string): void {
    if (this.#isClosed) return;
    const characters = key.length + value.length;
    const isFull =
      (this.#generations[0]?.size ?? 0) >= this.#maxPerGeneration ||
      this.#youngCharacters + characters > this.#maxCharactersPerGeneration;
    if (isFull) this.#age();
    this.#youngCharacters += characters;
    this.#generations[0]?.set(key, value);
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
    this.#generations = [new Map<string, string>()];
  }

  #age(): void {
    this.#youngCharacters = 0;
    this.#generations.unshift(new Map());
    if (this.#generations.length > GENERATIONS) this.#generations.pop();
  }

  #startTimer(): Timer {
    return this.#clock.after(this.#spanMs, () => {
      this.#age();
      this.#timer = undefined;
      if (this.size > 0) this.#timer = this.#startTimer();
      else this.#generations = [new Map<string, string>()];
    });
  }
}
