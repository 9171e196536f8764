/** Delay of requests above which less new work is taken, and below which more is, in milliseconds. */
const TOO_LATE_MS = 200;
const IN_TIME_MS = 100;
/** Being late for a shorter time is a pause of the process, not overload. */
const LATE_FOR_MS = 200;
/** How long a change takes to show, at least: what waits already is still served. */
const SETTLE_MS = 400;
const DECREASE = 0.85;
const DRAIN_MS = 1_000;
const MAX_GROWTH = 10;
const INCREASE_PER_SECOND = 0.4;
/** So many requests a second are always taken, however late we are. */
const MIN_PER_SECOND = 10;
/** A share of a second's requests may come at once. */
const BURST_SECONDS = 0.2;

/**
 * Decides how much new work is taken: all, until requests are served late; then as much as was served in time, found by
 * additive increase and multiplicative decrease. Requests inside dialogs are not asked about.
 * @see RFC 7339 5 (loss and rate based control); what is refused gets 503 with Retry-After
 */
export class OverloadControl {
  /** New requests a second that are taken; `undefined`: all. */
  #limitPerSecond: number | undefined;
  /** What can be served, as far as is known. */
  #sustained = 0;
  #tokens = 0;
  #filledAtMs = 0;
  #observedAtMs: number;
  /** Since when requests are late, or the limit was last lowered, and how late they were then. */
  #late: { readonly sinceMs: number; readonly delayMs: number; readonly waitMs: number } | undefined;
  #offered = 0;
  #taken = 0;
  /** Smoothed, a second. */
  #offeredRate = 0;
  #takenRate = 0;

  constructor(nowMs: number) {
    this.#observedAtMs = nowMs;
  }

  get limitPerSecond(): number | undefined {
    return this.#limitPerSecond;
  }

  /** True when there is nothing to watch: all is taken and served in time. */
  get isAtEase(): boolean {
    return this.#limitPerSecond === undefined && this.#late === undefined;
  }

  /** Whether a new request is taken. */
  admit(nowMs: number): boolean {
    this.#offered += 1;
    if (this.#limitPerSecond !== undefined) {
      const earned = ((nowMs - this.#filledAtMs) / 1_000) * this.#limitPerSecond;
      this.#tokens = Math.min(this.#tokens + earned, Math.max(1, this.#limitPerSecond * BURST_SECONDS));
      this.#filledAtMs = nowMs;
      if (this.#tokens < 1) return false;
      this.#tokens -= 1;
    }
    this.#taken += 1;
    return true;
  }

  /**
   * Takes in how late requests are served now; to be called several times a second.
   * @param delayMs from a request's coming to its being worked on
   */
  observe(delayMs: number, nowMs: number): void {
    const seconds = (nowMs - this.#observedAtMs) / 1_000;
    if (seconds <= 0) return;
    this.#observedAtMs = nowMs;
    const weight = this.#offeredRate === 0 ? 1 : Math.min(1, seconds * 2);
    this.#offeredRate += weight * (this.#offered / seconds - this.#offeredRate);
    this.#takenRate += weight * (this.#taken / seconds - this.#takenRate);
    this.#offered = 0;
    this.#taken = 0;
    if (delayMs > TOO_LATE_MS) this.#decrease(delayMs, nowMs);
    else this.#late = undefined;
    if (delayMs < IN_TIME_MS && this.#limitPerSecond !== undefined) this.#increase(this.#limitPerSecond, seconds);
  }

  #decrease(delayMs: number, nowMs: number): void {
    this.#late ??= { sinceMs: nowMs, delayMs, waitMs: LATE_FOR_MS };
    const lateMs = nowMs - this.#late.sinceMs;
    if (lateMs < this.#late.waitMs) return;
    const growth = (delayMs - this.#late.delayMs) / lateMs;
    this.#late = { sinceMs: nowMs, delayMs, waitMs: SETTLE_MS };
    // What waits gets less: the limit is right, only the queue has to empty.
    if (growth < 0) return;
    // A queue that grows by g seconds a second is fed 1 + g times as fast as it is served.
    const served = this.#takenRate / (1 + Math.min(growth, MAX_GROWTH));
    if (this.#limitPerSecond === undefined) this.#filledAtMs = nowMs;
    this.#sustained = Math.max(MIN_PER_SECOND, Math.min(this.#limitPerSecond ?? served, served) * DECREASE);
    // Less than can be served, until what waits already is done.
    this.#limitPerSecond = Math.max(MIN_PER_SECOND, this.#sustained / (1 + delayMs / DRAIN_MS));
  }

  #increase(limit: number, seconds: number): void {
    const raised = Math.max(limit * (1 + INCREASE_PER_SECOND * seconds) + seconds, this.#sustained);
    // All that is offered is taken, with room to spare: there is no overload any more.
    this.#limitPerSecond = raised > 2 * this.#offeredRate + MIN_PER_SECOND ? undefined : raised;
  }
}
