import type { Clock, Timer } from "../../common/index.ts";
import type { TimerName } from "../model/index.ts";

/** The timers of one call, by name. */
export class CallTimers {
  readonly #clock: Clock;
  readonly #onFired: (name: TimerName) => void;
  readonly #timers = new Map<TimerName, Timer>();

  constructor(clock: Clock, onFired: (name: TimerName) => void) {
    this.#clock = clock;
    this.#onFired = onFired;
  }

  /** Starts a timer, or starts it again. */
  start(name: TimerName, delayMs: number): void {
    this.stop(name);
    const timer = this.#clock.after(delayMs, () => {
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
