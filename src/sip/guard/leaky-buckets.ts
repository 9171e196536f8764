import { GenerationMap, type Clock } from "../../common/index.ts";

/** How much a source may do. */
export interface Rate {
  /** In the long run. */
  readonly perSecond: number;
  /** At once. */
  readonly burst: number;
}

interface Bucket {
  level: number;
  atMs: number;
}

/** Counts by key what leaks away at a steady rate; of `maxKeys` keys at most, those not seen for longest go first. */
export class LeakyBuckets {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #buckets: GenerationMap<Bucket>;

  constructor(clock: Clock, rate: Rate, maxKeys: number) {
    this.#clock = clock;
    this.#rate = rate;
    const emptyMs = Math.max(1_000, (rate.burst / rate.perSecond) * 1_000);
    this.#buckets = new GenerationMap({ clock, maxEntries: maxKeys, periodMs: emptyMs });
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Adds one; false when the bucket is full, and then nothing is added. */
  take(key: string): boolean {
    const bucket = this.#buckets.get(key) ?? { level: 0, atMs: this.#clock.nowMs() };
    this.#leak(bucket);
    const isFull = bucket.level + 1 > this.#rate.burst;
    if (!isFull) bucket.level += 1;
    this.#buckets.set(key, bucket);
    return !isFull;
  }

  /** True when the next `take` would be refused. */
  isFull(key: string): boolean {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return false;
    this.#leak(bucket);
    return bucket.level + 1 > this.#rate.burst;
  }

  forget(key: string): void {
    this.#buckets.delete(key);
  }

  #leak(bucket: Bucket): void {
    const nowMs = this.#clock.nowMs();
    bucket.level = Math.max(0, bucket.level - ((nowMs - bucket.atMs) / 1_000) * this.#rate.perSecond);
    bucket.atMs = nowMs;
  }
}
