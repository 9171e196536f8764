import type { Clock, Timer } from "../../common/index.ts";

/** What a ticker drives. */
export interface Ticking {
  playFrame(): void;
  skipFrames(count: number): void;
}

/** Time of one frame. */
export const FRAME_MS = 20;
/** After a stall, frames sent at once to each phone; the rest of the stall is left out. */
const MAX_CATCH_UP_FRAMES = 3;

/**
 * Tells all players every 20 ms to play a frame. Due times are counted from a fixed start, so pacing does not drift;
 * without players there is no timer.
 */
export class PromptTicker {
  readonly #clock: Clock;
  readonly #players = new Set<Ticking>();
  #timer: Timer | undefined;
  #startMs = 0;
  #playedFrames = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get playerCount(): number {
    return this.#players.size;
  }

  /** Plays the first frame 20 ms from now at the latest. */
  add(player: Ticking): void {
    this.#players.add(player);
    if (this.#timer !== undefined) return;
    this.#startMs = this.#clock.nowMs();
    this.#playedFrames = 0;
    this.#schedule();
  }

  /** Removing an unknown player does nothing. */
  remove(player: Ticking): void {
    this.#players.delete(player);
    if (this.#players.size === 0) this.close();
  }

  /** Stops; may be called twice. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#players.clear();
  }

  #schedule(): void {
    const dueMs = this.#startMs + (this.#playedFrames + 1) * FRAME_MS;
    this.#timer = this.#clock.after(Math.max(0, dueMs - this.#clock.nowMs()), () => this.#tick());
  }

  #tick(): void {
    const dueFrames = Math.floor((this.#clock.nowMs() - this.#startMs) / FRAME_MS) - this.#playedFrames;
    const skipped = Math.max(0, dueFrames - MAX_CATCH_UP_FRAMES);
    for (const player of this.#players) {
      if (skipped > 0) player.skipFrames(skipped);
      for (let frame = skipped; frame < dueFrames; frame += 1) player.playFrame();
    }
    this.#playedFrames += Math.max(0, dueFrames);
    if (this.#players.size > 0) this.#schedule();
  }
}
