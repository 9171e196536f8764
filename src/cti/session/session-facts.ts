import type { SessionRecord } from "./session-record.ts";

/** Values that are kept with a session by their names, and are there again after any death of the process. */
export class SessionFacts {
  readonly #values: Map<string, unknown>;
  readonly #lengths = new Map<string, number>();
  readonly #write: (record: SessionRecord) => void;
  #bytes = 0;

  constructor(values: ReadonlyMap<string, unknown> = new Map(), write: (record: SessionRecord) => void) {
    this.#values = new Map(values);
    this.#write = write;
    for (const [key, value] of this.#values) this.#note(key, JSON.stringify(value).length);
  }

  /** Characters that they take, about. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): unknown {
    return this.#values.get(key);
  }

  /** @param value plain JSON, which is not changed afterwards */
  put(key: string, value: unknown): void {
    this.#values.set(key, value);
    this.#note(key, JSON.stringify(value).length);
    this.#write({ type: "fact", key, value });
  }

  remove(key: string): void {
    if (!this.#values.delete(key)) return;
    this.#note(key, undefined);
    this.#write({ type: "fact-removed", key });
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.#values.entries();
  }

  #note(key: string, length: number | undefined): void {
    this.#bytes -= this.#lengths.get(key) ?? 0;
    if (length === undefined) {
      this.#lengths.delete(key);
      return;
    }
    const all = key.length + length + 16;
    this.#lengths.set(key, all);
    this.#bytes += all;
  }
}
