import type { Clock, Timer } from "../../../common/index.ts";

/** Something that waits on a `TimerWheel`, at one place at a time. */
export interface WheelEntry {
  /** Called once for each `add`, never early, up to one tick late. */
  onDue(): void;
  /** Kept by the wheel. @internal */
  dueTick: number;
  /** Kept by the wheel. @internal */
  slot: Set<WheelEntry> | undefined;
}

const TICK_MS = 25;
const SLOTS = 2_048;

/**
 * Timers of many transactions on one timer of the system: adding and removing cost the same however many there are.
 * While nothing waits, nothing ticks.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots: (Set<WheelEntry> | undefined)[] = new Array<undefined>(SLOTS);
  #size = 0;
  #tick = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Entries that wait. */
  get size(): number {
    return this.#size;
  }

  /** Milliseconds of the clock that drives the wheel. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Makes an entry due at `dueMs` of the clock; it moves when it waited already. */
  add(entry: WheelEntry, dueMs: number): void {
    if (this.#isClosed) return;
    this.remove(entry);
    if (this.#timer === undefined) this.#tick = Math.floor(this.#clock.nowMs() / TICK_MS);
    entry.dueTick = Math.max(Math.ceil(dueMs / TICK_MS), this.#tick + 1);
    this.#insert(entry);
    this.#size += 1;
    this.#timer ??= this.#startTimer();
  }

  /** Makes an entry wait no more; nothing happens when it did not. */
  remove(entry: WheelEntry): void {
    if (entry.slot === undefined) return;
    entry.slot.delete(entry);
    entry.slot = undefined;
    this.#size -= 1;
  }

  /** Forgets all entries. May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const slot of this.#slots) {
      for (const entry of slot ?? []) entry.slot = undefined;
    }
    this.#slots.fill(undefined);
    this.#size = 0;
  }

  #insert(entry: WheelEntry): void {
    const index = entry.dueTick % SLOTS;
    const slot = (this.#slots[index] ??= new Set());
    slot.add(entry);
    entry.slot = slot;
  }

  #startTimer(): Timer {
    const nextTickMs = (this.#tick + 1) * TICK_MS;
    return this.#clock.after(Math.max(0, nextTickMs - this.#clock.nowMs()), () => this.#onTick());
  }

  #onTick(): void {
    const nowTick = Math.floor(this.#clock.nowMs() / TICK_MS);
    // After a pause longer than a turn of the wheel each slot needs one visit only.
    const last = Math.min(nowTick, this.#tick + SLOTS);
    for (let tick = this.#tick + 1; tick <= last && this.#size > 0; tick += 1) {
      this.#tick = tick;
      this.#runSlot(tick % SLOTS, nowTick);
    }
    this.#tick = nowTick;
    this.#timer = this.#size > 0 && !this.#isClosed ? this.#startTimer() : undefined;
  }

  #runSlot(index: number, nowTick: number): void {
    const slot = this.#slots[index];
    if (slot === undefined) return;
    this.#slots[index] = undefined;
    for (const entry of slot) {
      if (this.#isClosed) return;
      if (entry.dueTick > nowTick) {
        // It waits for a later turn of the wheel.
        this.#insert(entry);
        continue;
      }
      entry.slot = undefined;
      this.#size -= 1;
      entry.onDue();
    }
  }
}
