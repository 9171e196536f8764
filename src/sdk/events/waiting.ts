import { Emitter, guarded, type Unsubscribe } from "./emitter.ts";
import { EventStream, type StreamOptions } from "./event-stream.ts";

/**
 * What waits for the application, by name: whoever begins to listen, or takes a stream, is told of what waits already, and
 * then of what comes.
 */
export class Waiting<Item> {
  readonly #items = new Map<string, Item>();
  readonly #emitter = new Emitter<{ item: Item }>();
  readonly #streams = new Set<EventStream<Item>>();
  readonly #isStale: (item: Item) => boolean;
  #isOver = false;

  /** @param isStale it is of no interest any more when it is taken from a stream */
  constructor(isStale: (item: Item) => boolean = () => false) {
    this.#isStale = isStale;
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  /** What waits is told soon after this has returned. */
  on(listener: (item: Item) => void): Unsubscribe {
    let isListening = true;
    const stop = this.#emitter.on("item", listener);
    for (const [name, item] of this.#items) {
      queueMicrotask(() => {
        if (isListening && this.#items.get(name) === item) guarded(() => listener(item));
      });
    }
    return () => {
      isListening = false;
      stop();
    };
  }

  stream(options: StreamOptions): EventStream<Item> {
    const stream = new EventStream<Item>(options, {
      isStale: this.#isStale,
      onEnd: () => void this.#streams.delete(stream),
    });
    if (this.#isOver) stream.end();
    else if (!stream.isOver) this.#streams.add(stream);
    for (const item of this.#items.values()) stream.put(item);
    return stream;
  }

  /** It waits, or does so anew: everybody is told. */
  put(name: string, item: Item): void {
    this.#items.set(name, item);
    this.tell(item);
  }

  /** Tells of what does not wait. */
  tell(item: Item): void {
    for (const stream of this.#streams) stream.put(item);
    this.#emitter.emit("item", item);
  }

  /** It waits no more. */
  remove(name: string): void {
    this.#items.delete(name);
  }

  /** Nothing waits; what waits again is told again. */
  forget(): void {
    this.#items.clear();
  }

  /** Nobody is told of anything any more. */
  end(): void {
    this.#isOver = true;
    this.forget();
    for (const stream of [...this.#streams]) stream.end();
    this.#emitter.end();
  }
}
