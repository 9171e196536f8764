import type { Clock, Timer } from "../../../common/index.ts";
import type { ModelFile } from "./model-file.ts";

/** The timers of the call model; those that run are on file. */
export class ModelTimers {
  readonly #clock: Clock;
  readonly #file: ModelFile;
  readonly #onFired: (timerId: string) => void;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: Clock, file: ModelFile, onFired: (timerId: string) => void) {
    this.#clock = clock;
    this.#file = file;
    this.#onFired = onFired;
  }

  /** Starts one, anew when it runs. */
  start(timerId: string, delayMs: number): void {
    this.#timers.get(timerId)?.cancel();
    this.#file.startTimer(timerId, delayMs);
    const timer = this.#clock.after(delayMs, () => {
      this.stop(timerId);
      this.#onFired(timerId);
    });
    this.#timers.set(timerId, timer);
  }

  stop(timerId: string): void {
    this.#timers.get(timerId)?.cancel();
    this.#timers.delete(timerId);
    this.#file.endTimer(timerId);
  }

  /** They stay on file for the next process. */
  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
