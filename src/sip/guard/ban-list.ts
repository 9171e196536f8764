import type { Clock } from "../../common/index.ts";

/** Why a source is banned. */
export type BanReason = "malformed" | "flood" | "authentication" | "handshake";

/** A ban that is in force. */
export interface Ban {
  /** The source: an IPv4 address, or an IPv6 /64 such as `2001:db8:0:1::/64`. */
  readonly address: string;
  readonly reason: BanReason;
  readonly remainingSeconds: number;
  /** Bans of this source that followed each other, this one included. */
  readonly count: number;
}

/** How long bans last. */
export interface BanTimes {
  /** The first of a source; each that follows lasts twice as long as the one before. */
  readonly firstSeconds: number;
  readonly maxSeconds: number;
}

/** What is kept of a source beyond a restart. Plain JSON; times are wall-clock milliseconds. */
export interface KeptBan {
  readonly source: string;
  readonly reason: BanReason;
  readonly untilMs: number;
  readonly forgottenAtMs: number;
  readonly count: number;
}

interface Entry {
  reason: BanReason;
  untilMs: number;
  /** From then on the source has a clean sheet. */
  forgottenAtMs: number;
  count: number;
}

const SWEEP_INTERVAL_MS = 1_000;

/** Sources that nothing is taken from, for a while. A source that goes on afterwards is banned for longer. */
export class BanList {
  readonly #clock: Clock;
  readonly #times: BanTimes;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, times: BanTimes, maxEntries: number) {
    this.#clock = clock;
    this.#times = times;
    this.#maxEntries = maxEntries;
  }

  /** Sources that are banned, or were and have no clean sheet yet. */
  get size(): number {
    return this.#entries.size;
  }

  has(address: string): boolean {
    if (this.#entries.size === 0) return false;
    const entry = this.#entries.get(address);
    return entry !== undefined && entry.untilMs > this.#clock.nowMs();
  }

  /** @returns for how many seconds; undefined when it is banned already, or the list is full */
  add(address: string, reason: BanReason): number | undefined {
    const nowMs = this.#clock.nowMs();
    const known = this.#entries.get(address);
    if (known !== undefined && known.untilMs > nowMs) return undefined;
    if (known === undefined && !this.#hasRoom(nowMs)) return undefined;
    const count = known === undefined || known.forgottenAtMs <= nowMs ? 1 : known.count + 1;
    const { firstSeconds, maxSeconds } = this.#times;
    const seconds = Math.min(maxSeconds, firstSeconds * 2 ** Math.min(30, count - 1));
    const untilMs = nowMs + seconds * 1_000;
    this.#entries.set(address, { reason, count, untilMs, forgottenAtMs: untilMs + seconds * 1_000 });
    return seconds;
  }

  /** Ends a ban and forgets the source; false when it was not banned. */
  remove(address: string): boolean {
    const wasBanned = this.has(address);
    this.#entries.delete(address);
    return wasBanned;
  }

  /** Bans in force, longest first. */
  list(): Ban[] {
    const nowMs = this.#clock.nowMs();
    const bans = [...this.#entries].flatMap(([address, { reason, untilMs, count }]): Ban[] => {
      const remainingSeconds = Math.ceil((untilMs - nowMs) / 1_000);
      return remainingSeconds > 0 ? [{ address, reason, remainingSeconds, count }] : [];
    });
    return bans.sort((one, other) => other.remainingSeconds - one.remainingSeconds);
  }

  /** All that is not forgotten, to be kept. */
  kept(): KeptBan[] {
    const nowMs = this.#clock.nowMs();
    const toWallMs = this.#clock.wallMs() - nowMs;
    return [...this.#entries].flatMap(([source, { reason, count, untilMs, forgottenAtMs }]) => {
      if (forgottenAtMs <= nowMs) return [];
      return [{ source, reason, count, untilMs: untilMs + toWallMs, forgottenAtMs: forgottenAtMs + toWallMs }];
    });
  }

  /** Takes up what was kept. None lasts longer than it could from now on, whatever the wall clock has done. */
  restore(bans: readonly KeptBan[]): void {
    const nowMs = this.#clock.nowMs();
    const toNowMs = nowMs - this.#clock.wallMs();
    const longestMs = this.#times.maxSeconds * 1_000;
    for (const { source, reason, count, untilMs, forgottenAtMs } of bans.slice(0, this.#maxEntries)) {
      const until = Math.min(untilMs + toNowMs, nowMs + longestMs);
      const forgottenAt = Math.min(forgottenAtMs + toNowMs, nowMs + 2 * longestMs);
      if (forgottenAt > nowMs) this.#entries.set(source, { reason, count, untilMs: until, forgottenAtMs: forgottenAt });
    }
  }

  /** Makes room by what has a clean sheet, not more often than once a second. */
  #hasRoom(nowMs: number): boolean {
    if (this.#entries.size < this.#maxEntries) return true;
    if (nowMs - this.#sweptAtMs < SWEEP_INTERVAL_MS) return false;
    this.#sweptAtMs = nowMs;
    for (const [address, { forgottenAtMs }] of this.#entries) {
      if (forgottenAtMs <= nowMs) this.#entries.delete(address);
    }
    return this.#entries.size < this.#maxEntries;
  }
}
