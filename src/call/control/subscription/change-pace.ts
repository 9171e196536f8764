import type { Clock, Timer } from "../../../common/index.ts";

interface Gap {
  readonly timer: Timer;
  /** Something has changed since it began. */
  isDue: boolean;
}

/**
 * Tells of changes when what is being done is done, and of those that follow within a gap as one at its end. Bounded by
 * what changes in a gap.
 */
export class ChangePace {
  readonly #clock: Clock;
  readonly #gaps = new Map<string, Gap>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param gapMs 0: each change is told at once */
  changed(key: string, gapMs: number, tell: () => void): void {
    const gap = this.#gaps.get(key);
    if (gap !== undefined) gap.isDue = true;
    else if (gapMs <= 0) tell();
    else this.#tell(key, gapMs, tell);
  }

  close(): void {
    for (const { timer } of this.#gaps.values()) timer.cancel();
    this.#gaps.clear();
  }

  #tell(key: string, gapMs: number, tell: () => void): void {
    const timer = this.#clock.after(gapMs, () => {
      const isDue = this.#gaps.get(key)?.isDue ?? false;
      this.#gaps.delete(key);
      if (isDue) this.#tell(key, gapMs, tell);
    });
    const gap: Gap = { timer, isDue: false };
    this.#gaps.set(key, gap);
    // A call that moves from one session to another is in none for a moment.
    queueMicrotask(() => {
      if (this.#gaps.get(key) !== gap) return;
      gap.isDue = false;
      tell();
    });
  }
}
