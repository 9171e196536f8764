import type { SdkClock, SdkTimer } from "./sdk-clock.ts";

/** Waits that end with what they are of: no timer of theirs is left then. */
export class Pauses {
  readonly #clock: SdkClock;
  readonly #waiting = new Map<() => void, SdkTimer>();
  #isOver = false;

  constructor(clock: SdkClock) {
    this.#clock = clock;
  }

  /** Resolves after so long, or when all is over. */
  wait(ms: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        resolve();
      };
      this.#waiting.set(end, this.#clock.after(ms, end));
    });
  }

  /** May be called twice. */
  end(): void {
    this.#isOver = true;
    for (const [end, timer] of [...this.#waiting]) {
      timer.cancel();
      end();
    }
  }
}
