import type { Clock } from "../../../common/index.ts";

/** Inclusive; RTP gets the even ports, RTCP the odd ones above them. */
export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** Options of a `PortPool`. */
export interface PortPoolOptions {
  readonly range: PortRange;
  /** Time before a port that was given back, or that another program has, is tried again. */
  readonly restMs: number;
  readonly clock: Clock;
  /** Any number of 0 or above: where to begin. */
  readonly startOffset: number;
}

/** Hands out the even ports of a range, each in turn. Knows nothing of sockets. */
export class PortPool {
  readonly #firstPort: number;
  readonly #restMs: number;
  readonly #clock: Clock;
  /** By pair: when it is free; infinite while it is taken. */
  readonly #freeAtMs: Float64Array;
  #next: number;
  #inUse = 0;

  constructor({ range, restMs, clock, startOffset }: PortPoolOptions) {
    this.#firstPort = range.min + (range.min % 2);
    this.#restMs = restMs;
    this.#clock = clock;
    const pairs = Math.max(0, Math.floor((range.max - this.#firstPort + 1) / 2));
    this.#freeAtMs = new Float64Array(pairs).fill(-Infinity);
    this.#next = pairs === 0 ? 0 : startOffset % pairs;
  }

  /** Number of RTP ports in the range. */
  get capacity(): number {
    return this.#freeAtMs.length;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** The next port that is free and has rested; `undefined` when there is none. */
  take(): number | undefined {
    const nowMs = this.#clock.nowMs();
    for (let tried = 0; tried < this.#freeAtMs.length; tried += 1) {
      const pair = this.#next;
      this.#next = (pair + 1) % this.#freeAtMs.length;
      if ((this.#freeAtMs[pair] ?? Infinity) > nowMs) continue;
      this.#occupy(pair);
      return this.#firstPort + 2 * pair;
    }
    return undefined;
  }

  /** Takes a certain port, rested or not: that of a session from before. False when it is taken or out of range. */
  claim(port: number): boolean {
    const pair = (port - this.#firstPort) / 2;
    const freeAtMs = this.#freeAtMs[pair];
    if (freeAtMs === undefined || freeAtMs === Infinity) return false;
    this.#occupy(pair);
    return true;
  }

  /** Gives a port back; it rests. Giving back what is not taken does nothing. */
  free(port: number): void {
    const pair = (port - this.#firstPort) / 2;
    if (this.#freeAtMs[pair] !== Infinity) return;
    this.#freeAtMs[pair] = this.#clock.nowMs() + this.#restMs;
    this.#inUse -= 1;
  }

  #occupy(pair: number): void {
    this.#freeAtMs[pair] = Infinity;
    this.#inUse += 1;
  }
}
