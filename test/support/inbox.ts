/** A wait is counted in steps: a machine that lets the process stand still takes one of them, not the whole wait. */
const STEPS = 10;

/** What has come and has not been taken, oldest first, for tests that await it. */
export class Inbox<Item> {
  readonly #describe: (item: Item) => string;
  readonly #items: Item[] = [];
  readonly #waiters = new Set<{ matches: (item: Item) => boolean; resolve: (item: Item) => void; fail: () => void }>();
  #isClosed = false;

  constructor(describe: (item: Item) => string) {
    this.#describe = describe;
  }

  get waiting(): readonly Item[] {
    return this.#items;
  }

  put(item: Item): void {
    for (const waiter of this.#waiters) {
      if (!waiter.matches(item)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(item);
      return;
    }
    this.#items.push(item);
  }

  /** Nothing more comes: whoever waits fails now. */
  close(): void {
    this.#isClosed = true;
    for (const { fail } of this.#waiters) fail();
  }

  /** The first item that matches, now or later. @throws {Error} after `withinMs`, or when nothing more comes */
  take(matches: (item: Item) => boolean, what: string, withinMs = 3_000): Promise<Item> {
    const index = this.#items.findIndex(matches);
    const [found] = index < 0 ? [] : this.#items.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#isClosed) return Promise.reject(new Error(`no ${what} comes: closed`));
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const wait = (stepsLeft: number): void => {
        timer = setTimeout(() => (stepsLeft > 1 ? wait(stepsLeft - 1) : fail()), withinMs / STEPS);
      };
      const fail = (): void => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        const seen = this.#items.map((item) => this.#describe(item)).join("; ");
        const when = this.#isClosed ? "until it was closed" : `within ${withinMs} ms`;
        reject(new Error(`no ${what} ${when}; there is: ${seen || "nothing"}`));
      };
      const waiter = {
        matches,
        resolve: (item: Item) => {
          clearTimeout(timer);
          resolve(item);
        },
        fail,
      };
      this.#waiters.add(waiter);
      wait(STEPS);
    });
  }
}
