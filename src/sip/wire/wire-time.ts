import type { Clock } from "../../common/index.ts";

/** Formats the present for meta lines: local time as `HH:MM:SS.uuuuuu`. */
export class WireTime {
  readonly #clock: Clock;
  #second = -1;
  #prefix = "";

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): string {
    const wallMs = this.#clock.wallMs();
    const second = Math.floor(wallMs / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#prefix = new Date(wallMs).toTimeString().slice(0, 8);
    }
    const micros = Math.floor((wallMs - second * 1_000) * 1_000);
    return `${this.#prefix}.${String(micros).padStart(6, "0")}`;
  }
}
