import type { TransitionTable } from "../transition-table.ts";
import type { Asker } from "./transfer-state.ts";

/**
 * A conference: legs that a mixer of the media service lets hear each other. `forming`: they are on their way into it;
 * `extending`: further ones are; `ended`: it is no more, those who are left are connected directly or released.
 */
export type ConferenceState = "forming" | "active" | "extending" | "ended";

export const CONFERENCE_TRANSITIONS: TransitionTable<ConferenceState> = {
  forming: ["active", "ended"],
  active: ["extending", "ended"],
  extending: ["active", "ended"],
  ended: [],
};

/** Parties of a conference, those on hold included: as many as the mixer takes. */
export const MAX_PARTIES = 32;

/** One conference. */
export interface Conference {
  /** The call that its parties are in. */
  readonly callId: string;
  readonly state: Exclude<ConferenceState, "ended">;
  /** Device that made it; absent: nobody, as when a line was entered. */
  readonly controller?: string;
  /** Legs, the oldest first. */
  readonly members: readonly string[];
  /** Legs that are on their way into it. */
  readonly gathering?: Gathering;
  /** Numbers that are rung to take the place of members. */
  readonly invitations: readonly Invitation[];
}

/** Legs that leave their sessions for a mixer. Until all have agreed, everything can be put back. */
export interface Gathering {
  readonly asker: Asker;
  readonly feature: "conference" | "transfer" | "barge";
  /** Who asked. */
  readonly device: string;
  /** The leg of who asked that stays. */
  readonly kept?: string;
  /** Legs that are moved into the mixer. */
  readonly joining: readonly string[];
  /** Other legs of who asked, which are released in the end. */
  readonly leaving: readonly string[];
  /** The leg that asked by dialing: it is released when nothing comes of it. */
  readonly newcomer?: string;
  /** Where the newcomer belongs: it enters a line's connection. */
  readonly seat?: string;
  /** Sessions that have not agreed yet. */
  readonly unsettled: readonly string[];
  /** Who was connected with whom. */
  readonly pairs: readonly Pair[];
}

/** Two connected legs, and their session and call as they were. */
export interface Pair {
  readonly own: string;
  readonly party: string;
  readonly sessionId: string;
  readonly callId: string;
  /** `own` is in the caller's place. */
  readonly isCaller: boolean;
}

/** A number that is rung to take the place of a member. */
export interface Invitation {
  /** Session that rings it. */
  readonly sessionId: string;
  readonly device: string;
  /** The member. */
  readonly replaced: string;
  readonly asker: Asker;
}
