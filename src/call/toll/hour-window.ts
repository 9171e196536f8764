/** Minutes that count beside the current one: never more than the limit in any 60 minutes. */
const WINDOW_MINUTES = 60;
const MINUTE_MS = 60_000;

/** Calls of one name in one minute since 1970. */
export interface MinuteCount {
  readonly name: string;
  readonly minute: number;
  readonly count: number;
}

/** Told of each count, so that it can be kept. */
export interface MinuteStore {
  put(entry: MinuteCount): void;
  remove(entry: MinuteCount): void;
}

/** How often each name has done something in the last hour, by the minute: at most 61 numbers a name. */
export class HourWindow {
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #store: MinuteStore;
  #sweptMinute = 0;

  constructor(store: MinuteStore) {
    this.#store = store;
  }

  /** All counts there are. */
  *entries(): Iterable<MinuteCount> {
    for (const [name, minutes] of this.#counts) {
      for (const [minute, count] of minutes) yield { name, minute, count };
    }
  }

  /** Takes up a count of the process before this one. */
  restore({ name, minute, count }: MinuteCount): void {
    const minutes = this.#counts.get(name) ?? new Map<number, number>();
    minutes.set(minute, count);
    this.#counts.set(name, minutes);
  }

  add(name: string, nowMs: number): void {
    const minute = minuteOf(nowMs);
    this.#sweep(minute);
    const count = (this.#counts.get(name)?.get(minute) ?? 0) + 1;
    this.restore({ name, minute, count });
    this.#store.put({ name, minute, count });
  }

  count(name: string, nowMs: number): number {
    const now = minuteOf(nowMs);
    let sum = 0;
    for (const [minute, count] of this.#counts.get(name) ?? []) if (isRecent(minute, now)) sum += count;
    return sum;
  }

  /** Once a minute, what is older than an hour is forgotten. */
  #sweep(now: number): void {
    if (now === this.#sweptMinute) return;
    this.#sweptMinute = now;
    for (const entry of [...this.entries()]) {
      if (isRecent(entry.minute, now)) continue;
      const minutes = this.#counts.get(entry.name);
      minutes?.delete(entry.minute);
      if (minutes?.size === 0) this.#counts.delete(entry.name);
      this.#store.remove(entry);
    }
  }
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** Also what a clock that was put back has left in the future. */
function isRecent(minute: number, now: number): boolean {
  return Math.abs(now - minute) <= WINDOW_MINUTES;
}
