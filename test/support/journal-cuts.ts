import { Journal } from "../../src/common/index.ts";

/** The files of journals after each of their writes: what a process that is killed between two of them leaves. */
export class JournalCuts {
  readonly #original = flushOfJournals();
  readonly #cuts: Buffer[] = [];

  /** @param read the file that is of interest */
  constructor(read: () => Buffer) {
    const flush = this.#original;
    const note = (): void => {
      const content = read();
      if (this.#cuts.at(-1)?.equals(content) !== true) this.#cuts.push(content);
    };
    Journal.prototype.flush = function noted(this: Journal<unknown>): void {
      flush.call(this);
      note();
    };
  }

  /** Each content once, in order. */
  get all(): readonly Buffer[] {
    return this.#cuts;
  }

  /** Values that are live in a cut, by their keys. */
  static valuesOf<Value>(cut: Buffer): Map<string, Value> {
    const values = new Map<string, Value>();
    for (const line of cut.toString("utf8").split("\n").filter(Boolean)) {
      const { k, v } = JSON.parse(line) as { k: string; v?: Value };
      if (v === undefined) values.delete(k);
      else values.set(k, v);
    }
    return values;
  }

  stop(): void {
    Journal.prototype.flush = this.#original;
  }
}

function flushOfJournals(): (this: Journal<unknown>) => void {
  return Reflect.get<typeof Journal.prototype, "flush">(Journal.prototype, "flush");
}
