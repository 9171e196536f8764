import type { Clock } from "../../common/index.ts";
import type { DialPlan, DialQuery } from "./plan/dial-plan.ts";
import { RouteTurns } from "./plan/route-turns.ts";

/** A dial plan, and what it is asked with. */
export interface Numbering {
  readonly plan: DialPlan;
  /** Time of day: `clock.wallMs()`. */
  readonly nowMs: number;
  /** The caller's number; absent: that of the phone, or nothing of a peer's is changed. */
  readonly callingNumber?: string;
  /** Name of the search space that it is looked up in; absent: what the caller may dial. */
  readonly space?: string | undefined;
  /** A line that no device has and that dials in the caller's place: its search space, where it has one. */
  readonly line?: string | undefined;
  /** Counts the calls of circular route groups: `RouteTurns`. */
  readonly nextOf?: DialQuery["nextOf"];
}

/** Makes the numbering of a call whose caller has a number, now. */
export type NumberingSource = (callingNumber: string) => Numbering;

/** @param dialPlan the one that is in force; it is asked for each call */
export function numberingSource(dialPlan: () => DialPlan, clock: Clock): NumberingSource {
  const turns = new RouteTurns();
  const nextOf = (routeGroup: string): number => turns.next(routeGroup);
  return (callingNumber) => ({ plan: dialPlan(), nowMs: clock.wallMs(), callingNumber, nextOf });
}
