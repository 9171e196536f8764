import type { Session, Party, Resync } from "./session.ts";
import type { SessionEffect, Step } from "./session-effect.ts";
import { endCall } from "./ending.ts";
import { isHoldInAnswer, isSameMedia } from "./hold.ts";
import type { Outcome } from "./outcome.ts";
import type { Side } from "./side.ts";

/** See the effect `start-timer`. */
type Wait = { readonly delayMs: number; readonly spreadMs?: number };

/** A minute: a phone whose connection went with the edge has to find that out and connect again. */
const MAX_ATTEMPTS = 24;
const RETRY: Wait = { delayMs: 2_500 };
/** RFC 3261 14.1: the owner of the Call-ID waits longer after a 491. We made the callee's, and not the caller's. */
const GLARE: Readonly<Record<Side, Wait>> = {
  callee: { delayMs: 2_100, spreadMs: 1_900 },
  caller: { delayMs: 0, spreadMs: 2_000 },
};
const LOST: Outcome = { by: "switch", reason: "session-lost", status: 500, cause: 47 };

/**
 * Puts both parties and the relay on one session again: the relay gets what was last agreed on, and the parties are
 * asked to take what comes out of it. With `if-changed` they are asked only when that is new to them.
 */
export function startResync(call: Session): Step {
  const { caller, callee, hasEndpoint } = call;
  if (caller.remoteSdp === undefined || (!hasEndpoint && callee.remoteSdp === undefined)) return endCall(call, LOST);
  const ticket = call.nextTicket;
  const resync: Resync = { kind: "resync", step: "media-offer", ticket, offerOut: undefined, answer: undefined };
  const begun: Session = { ...call, negotiation: resync, nextTicket: ticket + 1 };
  const operation = hasEndpoint
    ? ({ kind: "endpoint-answer", sdp: caller.remoteSdp } as const)
    : ({ kind: "offer", offerer: "caller", sdp: caller.remoteSdp } as const);
  return { call: begun, effects: [{ type: "persist" }, { type: "media", operation, ticket }] };
}

/** The relay has done what the resync waited for. */
export function resyncMediaDone(call: Session, resync: Resync, sdp: string): Step {
  const { caller, callee, hasEndpoint, needsResync } = call;
  switch (resync.step) {
    case "media-offer":
      if (hasEndpoint) {
        const isDone = needsResync !== "always" && isSameMedia(sdp, caller.localSdp);
        return isDone ? done(call) : offerByEndpoint(call, resync);
      }
      return media(call, { ...resync, step: "media-answer", offerOut: sdp }, callee.remoteSdp);
    case "media-answer": {
      const isSame = isSameMedia(resync.offerOut, callee.localSdp) && isSameMedia(sdp, caller.localSdp);
      if (needsResync !== "always" && isSame) return done(call);
      return ask(call, { ...resync, step: "awaiting-callee" }, "callee", resync.offerOut);
    }
    case "media-callee":
      return ask(call, { ...resync, step: "awaiting-caller", offerOut: sdp }, "caller", sdp);
    case "media-caller":
      return done(call);
    case "awaiting-callee":
    case "awaiting-caller":
      return { call, effects: [] };
  }
}

/** A party has taken our offer. */
export function resyncAnswered(call: Session, resync: Resync, sdp: string | undefined): Step {
  const side: Side = resync.step === "awaiting-callee" ? "callee" : "caller";
  const ack: SessionEffect = { type: "ack", side, sdp: undefined };
  if (sdp === undefined) {
    const ended = endCall({ ...call, negotiation: undefined }, LOST);
    return { call: ended.call, effects: [ack, ...ended.effects] };
  }
  const agreed: Session = { ...call, [side]: party(call[side], resync.offerOut, sdp) };
  if (side === "callee") return withFirst(ack, media(agreed, { ...resync, step: "media-callee", answer: sdp }, sdp));
  return withFirst(ack, callerAnswered(agreed, resync, sdp));
}

/** A party refused: it is busy with an offer of its own, is not there at the moment (503), or cannot be helped. */
export function resyncRefused(call: Session, resync: Resync, status: number): Step {
  const refused: Session = { ...call, negotiation: undefined };
  if (status === 491) return retryLater(refused, GLARE[resync.step === "awaiting-callee" ? "callee" : "caller"]);
  return status === 500 || status === 503 ? retryLater(refused, RETRY) : endCall(refused, LOST);
}

/**
 * The relay refused, or is away. What a party last said may be an answer with nothing that a service can do: the service
 * offers what it can.
 */
export function resyncMediaFailed(call: Session, resync: Resync, status: number): Step {
  if (call.hasEndpoint && resync.step === "media-offer" && status === 488) return offerByEndpoint(call, resync);
  return retryLater({ ...call, negotiation: undefined }, RETRY);
}

function retryLater(call: Session, wait: Wait): Step {
  if (call.resyncAttempts + 1 >= MAX_ATTEMPTS) return endCall(call, LOST);
  const waiting: Session = { ...call, resyncAttempts: call.resyncAttempts + 1, resyncWaits: true };
  return { call: waiting, effects: [{ type: "start-timer", timer: "resync", ...wait }] };
}

function callerAnswered(call: Session, resync: Resync, sdp: string): Step {
  if (call.hasEndpoint) return media(call, { ...resync, step: "media-caller" }, sdp);
  const effects: SessionEffect[] = [
    { type: "media", operation: { kind: "offer", offerer: "caller", sdp }, ticket: 0 },
    {
      type: "media",
      operation: { kind: "answer", offerer: "caller", sdp: call.callee.remoteSdp ?? "" },
      ticket: 0,
    },
  ];
  const step = done(call);
  return { call: step.call, effects: [...effects, ...step.effects] };
}

function offerByEndpoint(call: Session, resync: Resync): Step {
  const ticket = call.nextTicket;
  return {
    call: { ...call, negotiation: { ...resync, step: "media-callee", ticket }, nextTicket: ticket + 1 },
    effects: [{ type: "media", operation: { kind: "endpoint-offer" }, ticket }],
  };
}

/** Hands the relay an answer: to the caller's offer, or to the one of a service of the switch. */
function media(call: Session, resync: Resync, sdp = ""): Step {
  const ticket = call.nextTicket;
  const offerer: Side = call.hasEndpoint ? "callee" : "caller";
  return {
    call: { ...call, negotiation: { ...resync, ticket }, nextTicket: ticket + 1 },
    effects: [{ type: "media", operation: { kind: "answer", offerer, sdp }, ticket }],
  };
}

function ask(call: Session, resync: Resync, side: Side, sdp: string | undefined): Step {
  const ticket = call.nextTicket;
  return {
    call: { ...call, negotiation: { ...resync, ticket }, nextTicket: ticket + 1 },
    effects: [{ type: "request", side, method: "INVITE", sdp, ticket }],
  };
}

function done(call: Session): Step {
  const settled: Session = { ...call, negotiation: undefined, needsResync: "no", resyncAttempts: 0 };
  return { call: settled, effects: [{ type: "persist" }] };
}

function party(before: Party, localSdp: string | undefined, remoteSdp: string): Party {
  return { ...before, localSdp, remoteSdp, isHolding: isHoldInAnswer(remoteSdp, localSdp, before.isHolding) };
}

function withFirst(effect: SessionEffect, step: Step): Step {
  return { call: step.call, effects: [effect, ...step.effects] };
}
