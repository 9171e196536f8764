import type { EntryStore } from "../../src/call/control/recovery/call-journal.ts";

/** Entries as a journal keeps them: what is not flushed is lost with its process. */
export class KeptEntries implements EntryStore {
  readonly entries = new Map<string, unknown>();
  /** What is on file. */
  readonly #file: Map<string, string>;
  readonly #pending = new Map<string, string | undefined>();
  flushes = 0;

  constructor(file: ReadonlyMap<string, string> = new Map()) {
    this.#file = new Map(file);
    for (const [key, value] of file) this.entries.set(key, JSON.parse(value));
  }

  putEntry(key: string, value: unknown): void {
    this.entries.set(key, value);
    this.#pending.set(key, JSON.stringify(value));
  }

  removeEntry(key: string): void {
    this.entries.delete(key);
    this.#pending.set(key, undefined);
  }

  flush(): void {
    this.flushes += 1;
    for (const [key, value] of this.#pending) {
      if (value === undefined) this.#file.delete(key);
      else this.#file.set(key, value);
    }
    this.#pending.clear();
  }

  /** What the next process finds after kill -9: `isTurnOver`: the turn in which something was put was over. */
  afterKill(isTurnOver = true): KeptEntries {
    if (isTurnOver) this.flush();
    return new KeptEntries(this.#file);
  }
}
