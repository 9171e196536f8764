import type { Clock, Timer } from "../../common/index.ts";

/** What a `GenerationalMap` is made of. */
export interface GenerationalMapOptions<Value> {
  readonly clock: Clock;
  /** How long an entry is kept at least, unless there are too many. */
  readonly keepMs: number;
  /** Entries in all; beyond it the oldest go early. */
  readonly maxEntries: number;
  /** Characters of all keys and values; beyond it the oldest go early. */
  readonly maxCharacters: number;
  /** Characters that a value holds, beside its key. */
  readonly charactersOf: (value: Value) => number;
}

const GENERATIONS = 9;

/**
 * Keeps entries for a time without a timer for each: several maps, the oldest of which is dropped whole. An entry lives
 * between `keepMs` and an eighth more.
 */
export class GenerationalMap<Value> {
  readonly #clock: Clock;
  readonly #spanMs: number;
  readonly #maxPerGeneration: number;
  readonly #maxCharactersPerGeneration: number;
  /** Youngest first. */
  #generations: Map<string, Value>[] = [new Map<string, Value>()];
  /** Characters put into the youngest. */
  #youngCharacters = 0;
  readonly #charactersOf: (value: Value) => number;
  #timer: Timer | undefined;
  #isClosed = false;
  #forgottenEarly = 0;

  constructor({ clock, keepMs, maxEntries, maxCharacters, charactersOf }: GenerationalMapOptions<Value>) {
    this.#clock = clock;
    this.#spanMs = keepMs / (GENERATIONS - 1);
    this.#maxPerGeneration = Math.max(1, Math.floor(maxEntries / GENERATIONS));
    this.#maxCharactersPerGeneration = Math.floor(maxCharacters / GENERATIONS);
    this.#charactersOf = charactersOf;
  }

  get size(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.size, 0);
  }

  /** Entries since the start that were not kept for `keepMs`, since there were too many. */
  get forgottenEarly(): number {
    return this.#forgottenEarly;
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
    const characters = key.length + this.#charactersOf(value);
    const isFull =
      (this.#generations[0]?.size ?? 0) >= this.#maxPerGeneration ||
      this.#youngCharacters + characters > this.#maxCharactersPerGeneration;
    if (isFull) this.#forgottenEarly += this.#age();
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
    this.#generations = [new Map<string, Value>()];
  }

  /** @returns how many entries are gone */
  #age(): number {
    this.#youngCharacters = 0;
    this.#generations.unshift(new Map());
    return this.#generations.length > GENERATIONS ? (this.#generations.pop()?.size ?? 0) : 0;
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
