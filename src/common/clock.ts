import { performance } from "node:perf_hooks";

/** A timer that has been started; cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Delays are in milliseconds; `nowMs` never goes back. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start. */
  nowMs(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  wallMs(): number;
  /** Runs `run` once after `delayMs` (0 and above). The process is not kept alive by it. */
  after(delayMs: number, run: () => void): Timer;
}

/** The longest delay that `setTimeout` takes; it fires at once above. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The clock of the operating system. */
export class SystemClock implements Clock {
  #activeTimers = 0;

  /** Timers that are started and neither fired nor cancelled. */
  get activeTimers(): number {
    return this.#activeTimers;
  }

  nowMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, run: () => void): Timer {
    let active = true;
    let handle: NodeJS.Timeout;
    const end = (): void => {
      if (active) this.#activeTimers -= 1;
      active = false;
    };
    const arm = (remainingMs: number): void => {
      const stepMs = Math.min(remainingMs, MAX_TIMEOUT_MS);
      handle = setTimeout(() => {
        if (remainingMs > stepMs) return arm(remainingMs - stepMs);
        end();
        run();
      }, stepMs);
      handle.unref();
    };
    this.#activeTimers += 1;
    arm(delayMs);
    return {
      cancel: () => {
        end();
        clearTimeout(handle);
      },
    };
  }
}
