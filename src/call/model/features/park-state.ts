import type { Address } from "../call.ts";
import type { TransitionTable } from "../transition-table.ts";

/**
 * A parked call. `reminding`: who parked it is called back; `leaving`: it has been parked for too long, and is on its way to
 * where such calls go, or back to who parked it for good. It can be retrieved in all three.
 */
export type ParkState = "parked" | "reminding" | "leaving" | "retrieved" | "forwarded" | "abandoned";

export const PARK_TRANSITIONS: TransitionTable<ParkState> = {
  parked: ["reminding", "leaving", "retrieved", "abandoned"],
  reminding: ["parked", "leaving", "retrieved", "abandoned"],
  leaving: ["retrieved", "forwarded", "abandoned"],
  retrieved: [],
  forwarded: [],
  abandoned: [],
};

/** Where a call is parked. */
export interface ParkPlace {
  /** Name of the range, such as `70X@internal`. */
  readonly range: string;
  readonly slot: string;
}

/** A call that waits on a slot. There is at most one for each slot that is configured. */
export interface Parked extends ParkPlace {
  /** `<range> <slot>`. */
  readonly parkId: string;
  readonly state: "parked" | "reminding" | "leaving";
  /** The leg that waits, and its session with the music. */
  readonly party: string;
  readonly sessionId: string;
  readonly parker: { readonly device: string; readonly address: Address };
  /** The session by which it is called back, or forwarded. */
  readonly rung?: string;
  /** It is on its way back to who parked it: there is nowhere else to go. */
  readonly isReturning?: true;
  /** Phones that are rung to retrieve it, by command. */
  readonly retrievals: readonly Retrieval[];
}

/** A phone that is rung to have a parked call. */
export interface Retrieval {
  readonly sessionId: string;
  readonly commandId: string;
}
