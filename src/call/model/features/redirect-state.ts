import { withMore } from "../../../common/index.ts";
import type { TransitionTable } from "../transition-table.ts";
import type { Doing, Why } from "../why.ts";

/**
 * A call that one party sends elsewhere. `trying`: the new destination is asked for, and has not rung yet; `kept`: it
 * could not be had, and the call is where it was; `dropped`: it could not be had, and the call is over; `gone`: the other
 * party has hung up meanwhile.
 */
export type RedirectState = "trying" | "done" | "kept" | "dropped" | "gone";

export const REDIRECT_TRANSITIONS: TransitionTable<RedirectState> = {
  trying: ["done", "kept", "dropped", "gone"],
  done: [],
  kept: [],
  dropped: [],
  gone: [],
};

/** One that is under way; at most one for each call, and one by whom that has reached. */
export interface Redirect {
  /** The session that rings: the call's own, or, for an established call, one on behalf of the other party. */
  readonly redirectId: string;
  readonly callId: string;
  readonly device: string;
  readonly isDropping: boolean;
  readonly commandId: string;
  /** Of an established call: the leg that is sent elsewhere, and the one that leaves; that one may be gone. */
  readonly party?: string;
  readonly leaver?: string;
  /** Absent: a command has asked for it. */
  readonly feature?: "redirect" | "forward-on-failure";
  /** A route dialogue has asked for it. */
  readonly isRoute?: true;
  /** The party hears it ring, and nobody else is in the call. */
  readonly hasRung?: true;
}

/** Why parties are somewhere else by it. */
export function whyRedirected({ feature = "redirect", isRoute }: Redirect): Why & Doing {
  const why = { cause: 16, feature, by: feature === "redirect" ? "application" : "system" } as const;
  return isRoute === true ? withMore(why, { detail: "route" }) : why;
}
