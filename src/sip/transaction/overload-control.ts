/** Delay of requests above which less new work is taken, and below which more is, in milliseconds. */
const TOO_LATE_MS = 150;
const IN_TIME_MS = 60;
/** How long a change takes to show, at least: what waits already is still served. */
const SETTLE_MS = 400;
const DECREASE = 0.85;
const MAX_GROWTH = 10;
const INCREASE_PER_SECOND = 0.25;
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
  #tokens = 0;
  #filledAtMs = 0;
  #observedAtMs: number;
  #decreasedAtMs = Number.NEGATIVE_INFINITY;
  #delayMs = 0;
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
    const growth = (delayMs - this.#delayMs) / (1_000 * seconds);
    this.#delayMs = delayMs;
    if (delayMs > TOO_LATE_MS) this.#decrease(growth, nowMs);
    else if (delayMs < IN_TIME_MS && this.#limitPerSecond !== undefined) this.#increase(this.#limitPerSecond, seconds);
  }

  #decrease(growth: number, nowMs: number): void {
    if (nowMs - this.#decreasedAtMs < SETTLE_MS) return;
    // What waits grows less: the limit is right, only the queue has to empty.
    if (this.#limitPerSecond !== undefined && growth < 0) return;
    this.#decreasedAtMs = nowMs;
    // A queue that grows by g seconds a second is fed 1 + g times as fast as it is served.
    const served = this.#takenRate / (1 + Math.min(Math.max(growth, 0), MAX_GROWTH));
    const from = Math.min(this.#limitPerSecond ?? served, served);
    if (this.#limitPerSecond === undefined) this.#filledAtMs = nowMs;
    this.#limitPerSecond = Math.max(MIN_PER_SECOND, from * DECREASE);
  }

  #increase(limit: number, seconds: number): void {
    const raised = limit * (1 + INCREASE_PER_SECOND * seconds) + seconds;
    // All that is offered is taken, with room to spare: there is no overload any more.
    this.#limitPerSecond = raised > 2 * this.#offeredRate + MIN_PER_SECOND ? undefined : raised;
  }
}
