/** Takes so many in the long run, and more at once; asked with the time. */
export class TokenBucket {
  #perSecond: number;
  #burst: number;
  #left: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** Takes so many from now on; what has been taken stays taken. */
  change(perSecond: number, burst: number): void {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = Math.min(this.#left, burst);
  }

  /** 0 when it is taken, else how long to wait for the next, in ms. */
  take(nowMs: number): number {
    this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#atMs) * this.#perSecond) / 1_000);
    this.#atMs = nowMs;
    if (this.#left < 1) return Math.max(1, Math.ceil(((1 - this.#left) * 1_000) / this.#perSecond));
    this.#left -= 1;
    return 0;
  }
}
