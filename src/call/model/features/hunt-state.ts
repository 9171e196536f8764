import type { TransitionTable } from "../transition-table.ts";

/**
 * A caller in the queue of a hunt pilot: `arriving`: its INVITE is being answered; `waiting`: it hears an announcement or music;
 * `offering`: members are rung for it; `leaving`: it has waited as long as it may, and the number for calls without coverage
 * is rung; `served`, `unserved`: somebody has answered, or nobody; `abandoned`: it has hung up.
 */
export type HuntState = "arriving" | "waiting" | "offering" | "leaving" | "served" | "unserved" | "abandoned";

export const HUNT_TRANSITIONS: TransitionTable<HuntState> = {
  arriving: ["waiting", "abandoned"],
  waiting: ["offering", "leaving", "unserved", "abandoned"],
  offering: ["served", "waiting", "leaving", "unserved", "abandoned"],
  leaving: ["served", "unserved", "abandoned"],
  served: [],
  unserved: [],
  abandoned: [],
};

/** One caller in a queue; those before it in the table have waited longer. */
export interface QueuedCall {
  /** Name of the session by which it has come. */
  readonly queueId: string;
  readonly state: HuntState;
  readonly callId: string;
  /** The caller's leg. */
  readonly legId: string;
  readonly device: string;
  /** The pilot, such as `5000@internal`, and what was dialed of it. */
  readonly pilot: string;
  readonly number: string;
  /** The pilot's connection in the call. */
  readonly connectionId: string;
  readonly maxWaitMs: number;
  /** Session that rings members, or the number for calls without coverage. */
  readonly target?: string;
  /** Members that it rings. */
  readonly ringing: readonly string[];
  /** Members that have not answered it; they are passed over until all have been tried. */
  readonly tried: readonly string[];
  /** All have been: a timer runs until they are tried again. */
  readonly isPausing: boolean;
  /** It has waited as long as it may; those that ring for it still may answer. */
  readonly isLate: boolean;
}
