/** Runs tasks of one key one after the other, those of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Settles as the task does; a task runs also when the one before failed. */
  run<Result>(key: string, task: () => Promise<Result> | Result): Promise<Result> {
    return this.runAll([key], task);
  }

  /**
   * Runs a task as one of each of `keys`: after all of theirs that were there before it, and before all that come later.
   * Its places are taken at once, so that no two wait for each other.
   */
  async runAll<Result>(keys: readonly string[], task: () => Promise<Result> | Result): Promise<Result> {
    const before = keys.map((key) => this.#tails.get(key)).filter((tail) => tail !== undefined);
    const { promise: tail, resolve: finish } = deferred();
    for (const key of keys) this.#tails.set(key, tail);
    try {
      if (before.length > 0) await Promise.all(before);
      return await task();
    } finally {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
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
