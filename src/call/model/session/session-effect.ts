import type { Session, Diversion } from "./session.ts";
import type { Outcome } from "./outcome.ts";
import type { Side } from "./side.ts";

/**
 * `ring`: nobody answers; `try`: a trunk does not respond; `hunt`: no further trunk is tried; `whole`: nobody is tried any
 * more; `ack`: the caller's ACK does not come; `resync`: try again.
 */
export type TimerName = SetupTimer | "ack" | "resync";

/** Timers of a call that has not been answered. */
export type SetupTimer = "ring" | "try" | "hunt" | "whole";

/** All of them are stopped. */
export const STOP_SETUP_TIMERS: readonly SessionEffect[] = (["ring", "try", "hunt", "whole"] as const).map((timer) => ({
  type: "stop-timer",
  timer,
}));

/** What the relay is to do; `offerer` names the party whose offer it is about. */
export type MediaOperation =
  | { readonly kind: "offer"; readonly offerer: Side; readonly sdp: string }
  | { readonly kind: "answer"; readonly offerer: Side; readonly sdp: string; readonly branchId?: string }
  | { readonly kind: "endpoint-answer"; readonly sdp: string }
  | { readonly kind: "endpoint-offer" };

/** What is to be done, in order. An effect with a ticket is followed by an event with the same. */
export type SessionEffect =
  /** Ticket 0: nobody waits for the result. */
  | { readonly type: "media"; readonly operation: MediaOperation; readonly ticket: number }
  /** `isOfferLater`: the effect `offer` follows. */
  | {
      readonly type: "invite";
      readonly branchId: string;
      readonly sdp: string | undefined;
      readonly isOfferLater?: boolean;
    }
  /** The offer of an INVITE that went without. */
  | { readonly type: "offer"; readonly branchId: string; readonly sdp: string }
  /** `elsewhere`: another branch has answered. `told`: what the caller gave as its Reason. */
  | { readonly type: "cancel"; readonly branchId: string; readonly elsewhere: boolean; readonly told?: string }
  /** A branch that answered becomes the callee. */
  | { readonly type: "adopt"; readonly branchId: string }
  /** A branch that answered too late is acknowledged and ended. */
  | { readonly type: "decline"; readonly branchId: string }
  /** Followed by the event `diverted`. */
  | { readonly type: "divert"; readonly reason: Diversion }
  | { readonly type: "ring"; readonly status: number; readonly sdp: string | undefined }
  | { readonly type: "answer"; readonly sdp: string }
  /** Somebody has answered a call of the switch: the adopted branch is the caller from now on. */
  | { readonly type: "picked-up" }
  | { readonly type: "reject"; readonly status: number; readonly outcome: Outcome }
  | {
      readonly type: "respond";
      readonly transaction: string;
      readonly status: number;
      readonly sdp: string | undefined;
    }
  | {
      readonly type: "request";
      readonly side: Side;
      readonly method: "INVITE" | "UPDATE";
      readonly sdp: string | undefined;
      readonly ticket: number;
    }
  /** Passes the request named `transaction` on to `side`. */
  | { readonly type: "pass"; readonly side: Side; readonly transaction: string; readonly ticket: number }
  | { readonly type: "cancel-request"; readonly ticket: number }
  | { readonly type: "ack"; readonly side: Side; readonly sdp: string | undefined }
  | { readonly type: "bye"; readonly side: Side; readonly outcome: Outcome }
  /** Fires after `delayMs`, or by chance up to `spreadMs` later (absent: no later). */
  | {
      readonly type: "start-timer";
      readonly timer: TimerName;
      readonly delayMs: number;
      readonly spreadMs?: number;
    }
  | { readonly type: "stop-timer"; readonly timer: TimerName }
  /** Record the call as it is now, before what follows. */
  | { readonly type: "persist" }
  /** Release the media and write the call's record; comes once. */
  | { readonly type: "ended"; readonly outcome: Outcome }
  /** Nothing can happen any more; comes once, after `ended`. */
  | { readonly type: "closed" };

/** The next state of a call, and what is to be done. */
export interface Step {
  readonly call: Session;
  readonly effects: readonly SessionEffect[];
}
