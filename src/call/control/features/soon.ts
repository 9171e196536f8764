import type { Clock, Timer } from "../../../common/index.ts";

const SOON_MS = 20;

/** Does something once, soon after it was first asked for: of many changes at a time one look follows. */
export class Soon {
  readonly #clock: Clock;
  readonly #act: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, act: () => void) {
    this.#clock = clock;
    this.#act = act;
  }

  ask(): void {
    this.#timer ??= this.#clock.after(SOON_MS, () => {
      this.#timer = undefined;
      this.#act();
    });
  }

  /** It may be asked for again. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
