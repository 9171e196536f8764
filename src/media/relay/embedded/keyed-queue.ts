/** Runs tasks of one key one after the other, those of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs a task as one of each of `keys`. */
  runAll<Result>(keys: readonly string[], task: () => Promise<Result> | Result): Promise<Result> {
    // Always in one order, so that no two wait for each other.
    const ordered = [...new Set(keys)].sort();
    const step = (index: number): Promise<Result> => {
      const key = ordered[index];
      return key === undefined ? Promise.resolve(task()) : this.run(key, () => step(index + 1));
    };
    return step(0);
  }

  /** Settles as the task does; a task runs also when the one before failed. */
  async run<Result>(key: string, task: () => Promise<Result> | Result): Promise<Result> {
    const before = this.#tails.get(key);
    const { promise: tail, resolve: finish } = deferred();
    this.#tails.set(key, tail);
    try {
      if (before !== undefined) await before;
      return await task();
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      finish();
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
