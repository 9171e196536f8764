export interface StreamOptions {
  /** So many may wait to be taken, 1 and above; default 1,000. */
  readonly limit?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

const DEFAULT_LIMIT = 1_000;

/**
 * What comes, for `for await`. Whoever takes it too slowly loses the oldest, and is told how many by `onLost`, at the place
 * where they are missing.
 */
export class EventStream<Item> implements AsyncIterableIterator<Item> {
  readonly #limit: number;
  readonly #isStale: (item: Item) => boolean;
  readonly #onLost: ((count: number) => Item) | undefined;
  readonly #onEnd: () => void;
  readonly #items: Item[] = [];
  readonly #takers: ((result: IteratorResult<Item, undefined>) => void)[] = [];
  #lost = 0;
  #isOver = false;

  constructor(
    { limit = DEFAULT_LIMIT, signal }: StreamOptions,
    hooks: {
      /** It is of no interest any more when its turn comes. */
      readonly isStale?: (item: Item) => boolean;
      readonly onLost?: (count: number) => Item;
      readonly onEnd?: () => void;
    } = {},
  ) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError("the limit of a stream is a number from 1");
    this.#limit = limit;
    this.#isStale = hooks.isStale ?? (() => false);
    this.#onLost = hooks.onLost;
    const abort = (): void => this.end();
    this.#onEnd = () => {
      signal?.removeEventListener("abort", abort);
      hooks.onEnd?.();
    };
    // Nobody has it yet who could be told that it is over.
    if (signal?.aborted === true) this.#isOver = true;
    else signal?.addEventListener("abort", abort, { once: true });
  }

  /** How many have not been taken. */
  get waiting(): number {
    return this.#items.length;
  }

  /** Nothing comes any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  put(item: Item): void {
    if (this.#isOver) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker({ done: false, value: item });
    this.#items.push(item);
    if (this.#items.length <= this.#limit) return;
    this.#items.shift();
    this.#lost += 1;
  }

  /** What waits can still be taken; nothing comes after it. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
    for (const taker of this.#takers.splice(0)) taker({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#lost > 0 && this.#onLost !== undefined) {
      const value = this.#onLost(this.#lost);
      this.#lost = 0;
      return Promise.resolve({ done: false, value });
    }
    for (let item = this.#items.shift(); item !== undefined; item = this.#items.shift()) {
      if (!this.#isStale(item)) return Promise.resolve({ done: false, value: item });
    }
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The application has left its loop. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#items.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
