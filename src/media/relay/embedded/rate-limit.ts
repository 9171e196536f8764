const WINDOW_MS = 1000;

/** Bounds the packets of one socket: counts them in windows of a second. */
export class RateLimit {
  readonly #maxPerSecond: number;
  #windowStartMs = 0;
  #count = 0;

  constructor(maxPerSecond: number) {
    this.#maxPerSecond = maxPerSecond;
  }

  /** Counts one; false when it is too many. */
  allows(nowMs: number): boolean {
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#maxPerSecond;
  }
}
