import type { Session, Negotiation, Resync } from "./session.ts";
import type { SessionEffect, Step, TimerName } from "./session-effect.ts";
import type { SessionEvent } from "./session-event.ts";
import { statusOfCause } from "../cause.ts";
import { abandonCall, closeWhenDone, endCall } from "./ending.ts";
import {
  acknowledged,
  answerLost,
  negotiationMediaDone,
  negotiationMediaFailed,
  requestCancelled,
  requested,
  targetAnswered,
  targetRefused,
} from "./negotiation.ts";
import { withTold, type Outcome } from "./outcome.ts";
import { resyncAnswered, resyncMediaDone, resyncMediaFailed, resyncRefused, startResync } from "./resync.ts";
import {
  branchFailed,
  branchProgress,
  diverted,
  huntTimeout,
  redirected,
  ringTimeout,
  tryTimeout,
  wholeTimeout,
} from "./ringing.ts";
import { picked } from "./picked.ts";
import { branchAnswered, offered, originated, setupMediaDone, setupMediaFailed } from "./setup.ts";
import { otherSide, type Side } from "./side.ts";

/** INFO requests and the like that may wait for the other party at a time. */
const MAX_PASSED = 16;
const CANCELLED: Outcome = { by: "caller", reason: "cancelled", status: 487, cause: 16 };
const EDGE_LOST: Outcome = { by: "switch", reason: "edge-lost", status: 503, cause: 41 };
const MEDIA_TIMEOUT: Outcome = { by: "switch", reason: "media-timeout", status: 200, cause: 102 };

/** Advances one call. Pure: the caller performs the effects in order. Events that make no sense change nothing. */
export function step(call: Session, event: SessionEvent): Step {
  const next = advance(call, event);
  const { state, negotiation, needsResync, suspended, resyncWaits } = next.call;
  const isFree = state === "established" && negotiation === undefined && !suspended;
  if (!isFree || needsResync === "no" || resyncWaits) return next;
  const resync = startResync(next.call);
  return { call: resync.call, effects: [...next.effects, ...resync.effects] };
}

function advance(call: Session, event: SessionEvent): Step {
  switch (event.type) {
    case "offered":
      return offered(call, event);
    case "branch-progress":
      return branchProgress(call, event.branchId, event.status, event.sdp);
    case "branch-answered":
      return drained(branchAnswered(call, event));
    case "branch-failed":
      return drained(branchFailed(call, event.branchId, event));
    case "diverted":
      return drained(diverted(call, event.route));
    case "originated":
      return originated(call, event);
    case "redirected":
      return drained(redirected(call, event.route));
    case "picked":
      return picked(call, event.branchId);
    case "taken":
      return call.state === "established" ? endCall(call, event.outcome, { taken: event.sides }) : unchanged(call);
    case "media-done":
    case "media-failed":
      return onMedia(call, event);
    case "cancelled":
      return isUnanswered(call)
        ? endCall(call, withTold(CANCELLED, event.told), { callerAnswered: true })
        : unchanged(call);
    case "answer-lost":
      if (call.state === "established") return endCall(call, CANCELLED, { gone: "caller" });
      return call.state === "disconnected" ? forgiveBye(call, "caller") : unchanged(call);
    case "acked":
      return onAcked(call, event.side, event.sdp);
    case "reinvite":
    case "update":
      return requested(call, event);
    case "reinvite-cancelled": {
      const negotiation = negotiationOf(call);
      return negotiation?.transaction === event.transaction ? requestCancelled(call, negotiation) : unchanged(call);
    }
    case "change-answer-lost":
      if (call.state === "established") return answerLost(call, event.side);
      // No ACK will come.
      return call.state === "disconnected" && event.side === "caller" ? payBye(call) : unchanged(call);
    case "info":
      return onInfo(call, event);
    case "request-answered":
    case "request-failed":
      return drained(onRequestResult(call, event));
    case "bye":
      return onBye(call, event);
    case "gone":
      return onGone(call, event.side, event.outcome);
    case "media-timeout":
      return call.state === "established" ? endCall(call, MEDIA_TIMEOUT) : unchanged(call);
    case "media-lost":
      if (call.state !== "established") return unchanged(call);
      return unchanged({ ...call, needsResync: call.needsResync === "always" ? "always" : "if-changed" });
    case "hang-up":
      return call.state === "disconnected" ? unchanged(call) : endCall(call, event.outcome);
    case "edge-lost":
      return onEdgeLost(call);
    case "edge-back": {
      const needsResync = event.renew === true ? "always" : call.needsResync;
      return unchanged({ ...call, needsResync, suspended: false, resyncAttempts: 0, resyncWaits: false });
    }
    case "timer":
      return onTimer(call, event.timer);
  }
}

function unchanged(call: Session): Step {
  return { call, effects: [] };
}

function isUnanswered({ state }: Session): boolean {
  return state === "initiated" || state === "alerting" || state === "answering";
}

function negotiationOf({ negotiation }: Session): Negotiation | undefined {
  return negotiation === undefined || negotiation.kind === "resync" ? undefined : negotiation;
}

/** The last straggler of an ended call may have come in. */
function drained({ call, effects }: Step): Step {
  return call.state === "disconnected" ? closeWhenDone(call, effects) : { call, effects };
}

function onMedia(call: Session, event: Extract<SessionEvent, { type: "media-done" | "media-failed" }>): Step {
  const { setup, negotiation } = call;
  if (setup !== undefined) {
    return event.type === "media-done"
      ? setupMediaDone(call, setup, event.ticket, event.sdp)
      : setupMediaFailed(call, setup, event);
  }
  if (negotiation === undefined || negotiation.ticket !== event.ticket || !isMediaStep(negotiation)) {
    return unchanged(call);
  }
  if (negotiation.kind === "resync") {
    return event.type === "media-done"
      ? resyncMediaDone(call, negotiation, event.sdp)
      : resyncMediaFailed(call, negotiation, event.status);
  }
  return event.type === "media-done"
    ? negotiationMediaDone(call, negotiation, event.sdp)
    : negotiationMediaFailed(call, negotiation, event);
}

function isMediaStep({ step: name }: Negotiation | Resync): boolean {
  return name.startsWith("media-");
}

function onAcked(call: Session, side: Side, sdp: string | undefined): Step {
  if (call.state === "disconnected") return side === "caller" ? payBye(call) : unchanged(call);
  const negotiation = negotiationOf(call);
  return negotiation?.requester === side ? acknowledged(call, negotiation, sdp) : unchanged(call);
}

/** The caller has acknowledged a call that has ended meanwhile. */
function payBye(call: Session): Step {
  const { owedBye } = call;
  if (owedBye === undefined) return unchanged(call);
  const effects: SessionEffect[] = [
    { type: "stop-timer", timer: "ack" },
    { type: "bye", side: "caller", outcome: owedBye },
  ];
  return closeWhenDone({ ...call, owedBye: undefined }, effects);
}

function onInfo(call: Session, { side, transaction, refusal }: Extract<SessionEvent, { type: "info" }>): Step {
  const status = infoAnswer(call, refusal);
  if (status !== undefined) return { call, effects: [{ type: "respond", transaction, status, sdp: undefined }] };
  const ticket = call.nextTicket;
  return {
    call: { ...call, passed: [...call.passed, { ticket, transaction }], nextTicket: ticket + 1 },
    effects: [{ type: "pass", side: otherSide(side), transaction, ticket }],
  };
}

/** What an INFO is answered with that goes no further. */
function infoAnswer(
  { state, hasEndpoint, passed, suspended }: Session,
  refusal: number | undefined,
): number | undefined {
  if (state === "disconnected") return 481;
  if (state !== "established") return 480;
  if (refusal !== undefined) return refusal;
  if (hasEndpoint) return 200;
  return passed.length >= MAX_PASSED || suspended ? 503 : undefined;
}

function onRequestResult(
  call: Session,
  event: Extract<SessionEvent, { type: "request-answered" | "request-failed" }>,
): Step {
  const { ticket, status } = event;
  const passed = call.passed.find((one) => one.ticket === ticket);
  if (passed !== undefined) {
    return {
      call: { ...call, passed: call.passed.filter((one) => one !== passed) },
      effects: [{ type: "respond", transaction: passed.transaction, status, sdp: undefined }],
    };
  }
  const late = call.late.find((one) => one.ticket === ticket);
  if (late !== undefined) {
    const ack: SessionEffect[] =
      event.type === "request-answered" ? [{ type: "ack", side: late.side, sdp: undefined }] : [];
    return { call: { ...call, late: call.late.filter((one) => one !== late) }, effects: ack };
  }
  const { negotiation } = call;
  if (negotiation?.ticket !== ticket || isMediaStep(negotiation)) return unchanged(call);
  if (negotiation.kind === "resync") {
    return event.type === "request-answered"
      ? resyncAnswered(call, negotiation, event.sdp)
      : resyncRefused(call, negotiation, status);
  }
  return event.type === "request-answered"
    ? targetAnswered(call, negotiation, event.sdp)
    : targetRefused(call, negotiation, status);
}

function onBye(call: Session, { side, transaction, told }: Extract<SessionEvent, { type: "bye" }>): Step {
  const respond: SessionEffect = { type: "respond", transaction, status: 200, sdp: undefined };
  const ended = onGone(call, side, withTold({ by: side, reason: "normal", status: 200, cause: 16 }, told));
  return { call: ended.call, effects: [respond, ...ended.effects] };
}

/** @param outcome that of a call that was up */
function onGone(call: Session, side: Side, outcome: Outcome): Step {
  if (call.state === "disconnected") return forgiveBye(call, side);
  if (call.state === "established") return endCall(call, outcome, { gone: side });
  // RFC 3261 15: the caller may end an early dialog; the callee's can only be gone once it has answered.
  if (side === "caller") return endCall(call, { ...CANCELLED, cause: outcome.cause, ...toldOf(outcome) });
  if (call.state !== "answering") return unchanged(call);
  return endCall(call, { ...outcome, status: statusOfCause(outcome.cause) }, { gone: "callee" });
}

function toldOf({ told }: Outcome): Pick<Outcome, "told"> {
  return told === undefined ? {} : { told };
}

/** A party whose dialog is gone needs no BYE. */
function forgiveBye(call: Session, side: Side): Step {
  if (side !== "caller" || call.owedBye === undefined) return unchanged(call);
  return closeWhenDone({ ...call, owedBye: undefined }, [{ type: "stop-timer", timer: "ack" }]);
}

function onEdgeLost(call: Session): Step {
  if (call.state === "disconnected") {
    const over: Session = { ...call, branches: [], late: [], owedBye: undefined };
    return closeWhenDone(over, [{ type: "stop-timer", timer: "ack" }]);
  }
  if (call.state !== "established") return abandonCall(call, EDGE_LOST);
  const negotiation = negotiationOf(call);
  // Without the answer that the ACK was to carry there is no session to go back to.
  if (negotiation?.kind === "setup" && negotiation.delayed) return abandonCall(call, EDGE_LOST);
  const isSettled = call.negotiation === undefined || isAwaitingPlainAck(negotiation);
  const suspended: Session = {
    ...call,
    suspended: true,
    branches: [],
    negotiation: undefined,
    passed: [],
    needsResync: isSettled ? call.needsResync : "always",
  };
  return { call: suspended, effects: [{ type: "stop-timer", timer: "resync" }, { type: "persist" }] };
}

function isAwaitingPlainAck(negotiation: Negotiation | undefined): boolean {
  return negotiation?.step === "awaiting-ack" && !negotiation.delayed;
}

function onTimer(call: Session, timer: TimerName): Step {
  switch (timer) {
    case "ring":
      return drained(ringTimeout(call));
    case "try":
      return drained(tryTimeout(call));
    case "hunt":
      return huntTimeout(call);
    case "whole":
      return drained(wholeTimeout(call));
    case "ack":
      return payBye(call);
    case "resync":
      return unchanged({ ...call, resyncWaits: false });
  }
}
