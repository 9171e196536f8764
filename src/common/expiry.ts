import type { Clock, Timer } from "./clock.ts";

/** What forgets what has had its time, such as a `GenerationMap`. */
export interface Expiring {
  expire(): void;
}

/** Has a table forget in time also when nothing comes into it any more. */
export class Expiry {
  #timer: Timer;

  /** @param everyMs how often it looks, from now on */
  constructor(clock: Clock, table: Expiring, everyMs: number) {
    const wait = (): Timer =>
      clock.after(everyMs, () => {
        this.#timer = wait();
        table.expire();
      });
    this.#timer = wait();
  }

  /** May be called twice. */
  close(): void {
    this.#timer.cancel();
  }
}
