import type { TimerWheel, WheelEntry } from "./timer-wheel.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** The timers that make a transaction send again; at most one of them runs, beside at most one of all others. */
const RETRANSMISSION_TIMERS: ReadonlySet<string> = new Set(["a", "e", "g"]);

/** The two timers that a transaction can have running, on one entry of the wheel. */
export class TransactionTimers<Name extends string> implements WheelEntry {
  dueTick = 0;
  slot: Set<WheelEntry> | undefined = undefined;
  readonly #wheel: TimerWheel;
  readonly #onTimer: (timer: Name) => void;
  #retransmission: Name | undefined;
  #retransmissionAtMs = NEVER;
  #deadline: Name | undefined;
  #deadlineAtMs = NEVER;

  constructor(wheel: TimerWheel, onTimer: (timer: Name) => void) {
    this.#wheel = wheel;
    this.#onTimer = onTimer;
  }

  /** Starts a timer in place of the one of its kind that ran. A delay of zero fires at once, within the call. */
  start(timer: Name, delayMs: number): void {
    if (delayMs <= 0) {
      this.#onTimer(timer);
      return;
    }
    const atMs = this.#wheel.nowMs() + delayMs;
    if (RETRANSMISSION_TIMERS.has(timer)) {
      this.#retransmission = timer;
      this.#retransmissionAtMs = atMs;
    } else {
      this.#deadline = timer;
      this.#deadlineAtMs = atMs;
    }
    this.#schedule();
  }

  stop(): void {
    this.#retransmissionAtMs = NEVER;
    this.#deadlineAtMs = NEVER;
    this.#wheel.remove(this);
  }

  onDue(): void {
    const nowMs = this.#wheel.nowMs();
    if (this.#deadlineAtMs <= nowMs) {
      this.#deadlineAtMs = NEVER;
      if (this.#deadline !== undefined) this.#onTimer(this.#deadline);
    }
    if (this.#retransmissionAtMs <= nowMs) {
      this.#retransmissionAtMs = NEVER;
      if (this.#retransmission !== undefined) this.#onTimer(this.#retransmission);
    }
    this.#schedule();
  }

  #schedule(): void {
    const dueMs = Math.min(this.#retransmissionAtMs, this.#deadlineAtMs);
    if (dueMs < NEVER) this.#wheel.add(this, dueMs);
  }
}
