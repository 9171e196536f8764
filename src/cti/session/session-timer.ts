import type { Clock, Timer } from "../../common/index.ts";
import {
  nextDueMs,
  stepClock,
  type ClockEffect,
  type ClockEvent,
  type SessionClock,
  type SessionPhase,
} from "./session-clock.ts";

/** What follows from a step of a clock, which was in another phase before, perhaps. */
export type OnStep = (effects: readonly ClockEffect[], former: SessionPhase) => void;

/** Runs the clock of one session. */
export class SessionTimer {
  readonly #clock: Clock;
  readonly #onStep: OnStep;
  #now: SessionClock;
  #timer: Timer | undefined;

  constructor(first: SessionClock, clock: Clock, onStep: OnStep) {
    this.#now = first;
    this.#clock = clock;
    this.#onStep = onStep;
    this.#arm();
  }

  get now(): SessionClock {
    return this.#now;
  }

  take(event: ClockEvent): void {
    const { phase } = this.#now;
    const { clock, effects } = stepClock(this.#now, event);
    this.#now = clock;
    // Most that are heard change when something is due, which the timer finds out when it fires.
    if (event.type !== "heard") this.#arm();
    this.#onStep(effects, phase);
  }

  /** Nothing is due any more. */
  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer?.cancel();
    const dueMs = nextDueMs(this.#now);
    this.#timer = undefined;
    if (dueMs === undefined) return;
    const clock = this.#clock;
    const firesMs = Math.max(dueMs, clock.nowMs());
    this.#timer = clock.after(firesMs - clock.nowMs(), () => {
      const nowMs = clock.nowMs();
      this.take({ type: "due", nowMs, lateMs: nowMs - firesMs });
    });
  }
}
