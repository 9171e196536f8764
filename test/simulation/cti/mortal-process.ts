import type { Clock, Timer } from "../../../src/common/index.ts";
import { MortalClock } from "../../support/mortal.ts";

/**
 * What a process does to others happens when its turn is over, as what it writes to sockets leaves it then. When it dies
 * nothing of the turn leaves it, no timer of it fires any more, and what comes to it is lost.
 */
export class MortalProcess {
  readonly clock: Clock;
  readonly #clock: MortalClock;
  #outgoing: (() => void)[] = [];
  #isDead = false;

  constructor(clock: Clock) {
    this.#clock = new MortalClock(clock);
    this.clock = this.#clock;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Does something to others at the end of the turn. */
  send(run: () => void): void {
    if (!this.#isDead) this.#outgoing.push(run);
  }

  /** Something comes from others. */
  take(run: () => void): void {
    if (!this.#isDead) run();
  }

  /** The turn is over. */
  flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    for (const run of outgoing) run();
  }

  /** `kill -9`. */
  die(): void {
    this.#isDead = true;
    this.#outgoing = [];
    this.#clock.die();
  }
}

/** What is on its way from one to another: it arrives in the order in which it was sent. */
export class Stream {
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  readonly #timers = new Set<Timer>();
  #lastMs = 0;

  constructor(clock: Clock, delayMs: () => number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  send(arrive: () => void): void {
    const nowMs = this.#clock.nowMs();
    this.#lastMs = Math.max(this.#lastMs, nowMs + this.#delayMs());
    const timer = this.#clock.after(this.#lastMs - nowMs, () => {
      this.#timers.delete(timer);
      arrive();
    });
    this.#timers.add(timer);
  }

  /** What has not arrived never will. */
  cut(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
