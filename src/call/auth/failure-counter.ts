import { GenerationMap, type Clock } from "../../common/index.ts";

/** How many failures a key may have. */
export interface FailureLimit {
  /** This many at once block the key; 2 and above. */
  readonly burst: number;
  /** One failure is forgotten in this time. A blocked key is free again when half of the burst is forgotten. */
  readonly decayMs: number;
}

type Entry = { level: number; atMs: number; blocked: boolean; lastTryMs: number };

/** Failures by key, forgotten at a steady rate. At most `maxKeys` are known; those that failed longest ago go first. */
export class FailureCounter {
  readonly #clock: Clock;
  readonly #limit: FailureLimit;
  readonly #entries: GenerationMap<Entry>;

  constructor(clock: Clock, limit: FailureLimit, maxKeys: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#entries = new GenerationMap({ clock, maxEntries: maxKeys, periodMs: limit.burst * limit.decayMs });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Counts a failure; true when the key is blocked from now on and was not before. */
  add(key: string): boolean {
    const nowMs = this.#clock.nowMs();
    const entry = this.#entries.get(key) ?? { level: 0, atMs: nowMs, blocked: false, lastTryMs: -Infinity };
    const wasBlocked = this.#decay(entry, nowMs) > 0;
    // A slowed key fails on while it is blocked: the ceiling bounds how long its past counts.
    entry.level = Math.min(entry.level + 1, this.#limit.burst);
    entry.blocked = wasBlocked || entry.level >= this.#limit.burst;
    this.#entries.set(key, entry);
    return entry.blocked && !wasBlocked;
  }

  /** How long the key stays blocked; 0 when it is not. */
  blockedMs(key: string): number {
    const entry = this.#entries.get(key);
    return entry === undefined ? 0 : this.#decay(entry, this.#clock.nowMs());
  }

  /** Failures that are not forgotten yet, in fractions too. */
  levelOf(key: string): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return 0;
    this.#decay(entry, this.#clock.nowMs());
    return entry.level;
  }

  /** Takes a turn of a blocked key that may try once in `intervalMs`; false when the last turn was less than that ago. */
  takeTurn(key: string, intervalMs: number): boolean {
    const entry = this.#entries.get(key);
    const nowMs = this.#clock.nowMs();
    if (entry === undefined || nowMs - entry.lastTryMs >= intervalMs) {
      if (entry !== undefined) entry.lastTryMs = nowMs;
      return true;
    }
    return false;
  }

  /** Forgets all failures of a key. */
  clear(key: string): void {
    this.#entries.delete(key);
  }

  /** Forgets all failures of the keys that match. */
  clearWhere(matches: (key: string) => boolean): void {
    this.#entries.deleteWhere(matches);
  }

  #decay(entry: Entry, nowMs: number): number {
    const { burst, decayMs } = this.#limit;
    entry.level = Math.max(0, entry.level - (nowMs - entry.atMs) / decayMs);
    entry.atMs = nowMs;
    const excess = entry.level - burst / 2;
    entry.blocked &&= excess > 0;
    return entry.blocked ? Math.ceil(excess * decayMs) : 0;
  }
}
