import type { Clock, Timer } from "../../common/index.ts";

const TICK_MS = 1_000;

/**
 * Tells when items are due, at most a second late, with one timer for all of them. Deadlines are in `clock.nowMs()`.
 * An item is known by identity and its deadline does not change while it is queued.
 */
export class ExpiryQueue<Item> {
  readonly #clock: Clock;
  readonly #onDue: (items: readonly Item[]) => void;
  readonly #buckets = new Map<number, Set<Item>>();
  /** All buckets below this one were handled. */
  #nextTick = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, onDue: (items: readonly Item[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  add(item: Item, deadlineMs: number): void {
    if (this.#timer === undefined) this.#start();
    const tick = Math.max(tickOf(deadlineMs), this.#nextTick);
    const bucket = this.#buckets.get(tick);
    if (bucket === undefined) this.#buckets.set(tick, new Set([item]));
    else bucket.add(item);
  }

  /** @param deadlineMs the one it was added with */
  remove(item: Item, deadlineMs: number): void {
    const tick = tickOf(deadlineMs);
    const bucket = this.#buckets.get(tick);
    if (bucket?.delete(item) === true && bucket.size === 0) this.#buckets.delete(tick);
    if (this.#buckets.size === 0) this.close();
  }

  /** Forgets everything; may be called twice. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#buckets.clear();
  }

  #start(): void {
    this.#nextTick = tickOf(this.#clock.nowMs());
    this.#schedule();
  }

  #schedule(): void {
    this.#timer = this.#clock.after(this.#nextTick * TICK_MS - this.#clock.nowMs(), () => this.#tick());
  }

  #tick(): void {
    const dueTick = Math.floor(this.#clock.nowMs() / TICK_MS);
    const due: Item[] = [];
    for (; this.#nextTick <= dueTick; this.#nextTick += 1) {
      const bucket = this.#buckets.get(this.#nextTick);
      if (bucket !== undefined) due.push(...bucket);
      this.#buckets.delete(this.#nextTick);
    }
    this.#timer = undefined;
    if (this.#buckets.size > 0) this.#schedule();
    if (due.length > 0) this.#onDue(due);
  }
}

/** The first tick at or after a time. */
function tickOf(timeMs: number): number {
  return Math.ceil(timeMs / TICK_MS);
}
