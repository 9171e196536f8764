import { answerAlone } from "./dialog-sdp.ts";
import { endCall } from "./ending.ts";
import type { Outcome } from "./outcome.ts";
import type { Session, Resync } from "./session.ts";
import type { MediaOperation, SessionEffect, Step } from "./session-effect.ts";
import type { Side } from "./side.ts";

/** See the effect `start-timer`. */
export type Wait = { readonly delayMs: number; readonly spreadMs?: number };

/** A minute: a phone whose connection went with the edge has to find that out and connect again. */
const MAX_ATTEMPTS = 24;
/** One that nobody answers takes half of that time. */
const ATTEMPTS_OF_SILENCE = 12;
export const RETRY: Wait = { delayMs: 2_500 };
/** RFC 3261 14.1: the owner of the Call-ID waits longer after a 491. We made the callee's, and not the caller's. */
export const GLARE: Readonly<Record<Side, Wait>> = {
  callee: { delayMs: 2_100, spreadMs: 1_900 },
  caller: { delayMs: 0, spreadMs: 2_000 },
};
export const LOST: Outcome = { by: "switch", reason: "session-lost", status: 500, cause: 47 };
export const INCOMPATIBLE: Outcome = { by: "switch", reason: "media-refused", status: 488, cause: 88 };
/** Statuses, also those of the relay's errors, that say that a session description is not acceptable. */
const UNFIT = new Set([400, 406, 415, 488, 580, 606]);

export function isUnfit(status: number): boolean {
  return UNFIT.has(status);
}

export function askRelay(call: Session, resync: Resync, operation: MediaOperation): Step {
  const ticket = call.nextTicket;
  return {
    call: { ...call, negotiation: { ...resync, ticket }, nextTicket: ticket + 1 },
    effects: [{ type: "media", operation, ticket }],
  };
}

export function ask(call: Session, resync: Resync, side: Side, sdp: string | undefined): Step {
  const ticket = call.nextTicket;
  return {
    call: { ...call, negotiation: { ...resync, ticket }, nextTicket: ticket + 1 },
    effects: [{ type: "request", side, method: "INVITE", sdp, ticket }],
  };
}

export function done(call: Session): Step {
  const settled: Session = { ...call, negotiation: undefined, needsResync: "no", resyncAttempts: 0 };
  return { call: settled, effects: [{ type: "persist" }] };
}

export function retryLater(call: Session, wait: Wait): Step {
  if (call.resyncAttempts + 1 >= MAX_ATTEMPTS) return endCall(call, LOST);
  const waiting: Session = { ...call, resyncAttempts: call.resyncAttempts + 1, resyncWaits: true };
  return { call: waiting, effects: [{ type: "start-timer", timer: "resync", ...wait }] };
}

/** A party has not answered, and is to be asked once more. */
export function mayWait({ resyncAttempts }: Session): boolean {
  return resyncAttempts + ATTEMPTS_OF_SILENCE < MAX_ATTEMPTS;
}

export function retryAfterSilence(call: Session): Step {
  return retryLater({ ...call, resyncAttempts: call.resyncAttempts + ATTEMPTS_OF_SILENCE - 1 }, RETRY);
}

/** Comes to nothing: who has made an offer gets an answer all the same (RFC 3261 13.2.2.4), and is to be asked anew. */
export function giveUpLearning(call: Session, { learned }: Resync, next: (freed: Session) => Step): Step {
  const freed: Session = { ...call, negotiation: undefined };
  if (learned === undefined) return next(freed);
  const localSdp = answerAlone(learned, call.caller.localSdp);
  const ack: SessionEffect = { type: "ack", side: "caller", sdp: localSdp };
  const caller = { ...call.caller, localSdp, remoteSdp: learned };
  const { call: left, effects } = next({ ...freed, caller, needsResync: "always" });
  return { call: left, effects: [ack, ...effects] };
}
