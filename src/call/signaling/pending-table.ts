import type { Clock, Timer } from "../../common/index.ts";
import { SignalingError } from "./signaling-error.ts";

const SWEEP_MS = 1_000;

/** Something that the edge owes an answer to. */
export interface Pending {
  deadlineMs: number;
  /** Called when the deadline passes: true when that has moved the deadline. Absent: given up at once. */
  prolong?(): boolean;
  /** Called once, when the table gives it up. */
  fail(error: SignalingError): void;
}

/** What waits for the edge: each has a deadline, and all fail when the edge is lost. */
export class PendingTable {
  readonly #clock: Clock;
  readonly #entries = new Set<Pending>();
  #sweep: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(entry: Pending): void {
    this.#entries.add(entry);
    this.#sweep ??= this.#clock.after(SWEEP_MS, () => this.#onSweep());
  }

  /** @returns false when it was settled before */
  settle(entry: Pending): boolean {
    return this.#entries.delete(entry);
  }

  failAll(error: SignalingError): void {
    for (const entry of [...this.#entries]) {
      if (this.#entries.delete(entry)) entry.fail(error);
    }
  }

  close(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #onSweep(): void {
    this.#sweep = undefined;
    const nowMs = this.#clock.nowMs();
    for (const entry of [...this.#entries]) {
      if (entry.deadlineMs > nowMs || entry.prolong?.() === true || !this.#entries.delete(entry)) continue;
      entry.fail(new SignalingError("edge-timeout", "no answer in time"));
    }
    if (this.#entries.size > 0) this.#sweep = this.#clock.after(SWEEP_MS, () => this.#onSweep());
  }
}
