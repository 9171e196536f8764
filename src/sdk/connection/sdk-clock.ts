/** A timer that has been started; cancelling it twice does nothing. */
export interface SdkTimer {
  cancel(): void;
}

/** Where the SDK has time from; tests bring one of their own. */
export interface SdkClock {
  /** Monotonic milliseconds since an arbitrary start. */
  nowMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  after(delayMs: number, run: () => void): SdkTimer;
}

/** About 25 days; the hosts' timers of more fire at once. */
export const LONGEST_MS = 2 ** 31 - 1;

interface HostTimers {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The clock of browser or Node.js. */
export const hostClock: SdkClock = {
  nowMs: () => globalThis.performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const timers = globalThis as unknown as HostTimers;
    const handle = timers.setTimeout(run, Math.min(delayMs, LONGEST_MS));
    return { cancel: () => timers.clearTimeout(handle) };
  },
};
