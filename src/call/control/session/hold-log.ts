import type { Clock } from "../../../common/index.ts";
import { otherSide, type Session, type Side } from "../../model/index.ts";

/** How often and how long a party has put the other on hold. */
export interface Holds {
  readonly count: number;
  /** Of those that are over. */
  readonly totalMs: number;
  /** Wall-clock milliseconds of the one that goes on. */
  readonly sinceMs?: number;
}

type HoldsOfParties = { readonly [side in Side]?: Holds };

/** The holds of one call. */
export class HoldLog {
  readonly #clock: Clock;
  #holds: HoldsOfParties;

  constructor(clock: Clock, before: HoldsOfParties = {}) {
    this.#clock = clock;
    this.#holds = before;
  }

  /** Of the parties that have ever held; plain data for the journal. */
  get holds(): HoldsOfParties {
    return this.#holds;
  }

  get hasAny(): boolean {
    return this.#holds.caller !== undefined || this.#holds.callee !== undefined;
  }

  /** Takes up what a step has changed. */
  note(before: Session, after: Session): void {
    for (const side of ["caller", "callee"] as const) {
      if (before[side].isHolding !== after[side].isHolding) this.noteHeld(side, after[side].isHolding);
    }
  }

  /** A party holds, by its phone or by the switch, or does so no more; what is known already changes nothing. */
  noteHeld(side: Side, isHolding: boolean): void {
    const isKnown = this.#holds[side]?.sinceMs !== undefined;
    if (isKnown !== isHolding) this.#change(side, isHolding);
  }

  #change(side: Side, isHolding: boolean): void {
    const { count, totalMs, sinceMs } = this.#holds[side] ?? { count: 0, totalMs: 0 };
    const nowMs = this.#clock.wallMs();
    const changed: Holds = isHolding
      ? { count: count + 1, totalMs, sinceMs: nowMs }
      : { count, totalMs: totalMs + Math.max(0, nowMs - (sinceMs ?? nowMs)) };
    const other = otherSide(side);
    const others = this.#holds[other];
    this.#holds = { [side]: changed, ...(others === undefined ? {} : { [other]: others }) };
  }
}

/** Holds as a record has them, at `atMs`; undefined when there were none. */
export function holdsAt(
  holds: Holds | undefined,
  atMs: number,
): { readonly count: number; readonly totalMs: number } | undefined {
  if (holds === undefined) return undefined;
  const { count, totalMs, sinceMs = atMs } = holds;
  return { count, totalMs: totalMs + Math.max(0, atMs - sinceMs) };
}
