import type { EntryStore } from "../../src/call/control/recovery/call-journal.ts";

/** Values as they are on a disk. */
export class StoredText implements EntryStore {
  readonly #lines = new Map<string, string>();
  puts = 0;

  get entries(): ReadonlyMap<string, unknown> {
    return new Map([...this.#lines].map(([key, text]) => [key, JSON.parse(text) as unknown]));
  }

  get keys(): readonly string[] {
    return [...this.#lines.keys()];
  }

  putEntry(key: string, value: unknown): void {
    this.puts += 1;
    this.#lines.set(key, JSON.stringify(value));
  }

  removeEntry(key: string): void {
    this.#lines.delete(key);
  }
}
