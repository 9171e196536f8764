import { chance, type Clock, type Ids, type Timer } from "../../../common/index.ts";
import type { TimerName } from "../../model/index.ts";

/** The timers of one call, by name. */
export class CallTimers {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #onFired: (name: TimerName) => void;
  readonly #timers = new Map<TimerName, Timer>();

  constructor(clock: Clock, ids: Ids, onFired: (name: TimerName) => void) {
    this.#clock = clock;
    this.#ids = ids;
    this.#onFired = onFired;
  }

  /** Starts a timer, or starts it again. It fires by chance up to `spreadMs` later. */
  start(name: TimerName, delayMs: number, spreadMs = 0): void {
    this.stop(name);
    const timer = this.#clock.after(delayMs + chance(this.#ids, spreadMs), () => {
      this.#timers.delete(name);
      this.#onFired(name);
    });
    this.#timers.set(name, timer);
  }

  stop(name: TimerName): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
