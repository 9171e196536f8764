import type { NumberScope } from "../../../common/index.ts";
import type { TransitionTable } from "../transition-table.ts";

/**
 * A call is taken that rings elsewhere. `asking`: the device that wants it is not connected yet; `taking`: it is asked to
 * take the place of who rings, who goes on ringing until it has.
 */
export type PickupState = "asking" | "taking" | "done" | "failed";

export const PICKUP_TRANSITIONS: TransitionTable<PickupState> = {
  asking: ["taking", "failed"],
  taking: ["done", "failed"],
  done: [],
  failed: [],
};

/**
 * Which calls may be taken: those that ring at lines of a group, which may be another one than the device's, or at a number;
 * and of these only such that ring at numbers which who asks may have to do with.
 */
export type Wanted = { readonly numbers?: NumberScope } & (
  | { readonly kind: "group"; readonly group: string; readonly isOther?: true }
  | { readonly kind: "number"; readonly number: string }
);

/** One that is under way; bounded by the calls of those who pick up. */
export interface Pickup {
  /** The session of who picks up. */
  readonly pickupId: string;
  readonly state: "asking" | "taking";
  readonly device: string;
  readonly wanted: Wanted;
  /** While `taking`: the session that rings, and the leg that is to answer it. */
  readonly target?: string;
  readonly legId?: string;
  readonly commandId?: string;
}
