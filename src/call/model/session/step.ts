import { withMore } from "../../../common/index.ts";
import type { LateInvite, Session, Negotiation, Resync } from "./session.ts";
import type { SessionEffect, Step, TimerName } from "./session-effect.ts";
import type { SessionEvent } from "./session-event.ts";
import { statusOfCause } from "../cause.ts";
import { abandonCall, ACK_MS, ackTo, closeWhenDone, endCall } from "./ending.ts";
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
import { withTold, type Outcome, type Refusal } from "./outcome.ts";
import { isHoldInAnswer, partyToJoin } from "./hold.ts";
import { withAck, withoutAcks } from "./unacknowledged.ts";
import { resyncAnswered, resyncMediaDone, resyncMediaFailed, resyncRefused, startResync } from "./resync.ts";
import {
  branchFailed,
  branchProgress,
  branchRefused,
  diverted,
  huntTimeout,
  redirected,
  ringTimeout,
  tryTimeout,
  wholeTimeout,
  branchForeseen,
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
  const { state, negotiation, needsResync, suspended, resyncWaits, unacknowledged } = next.call;
  const isFree = state === "established" && negotiation === undefined && !suspended && unacknowledged === undefined;
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
    case "branch-foreseen":
      return branchForeseen(call, event.branchId, event.sdp);
    case "branch-answered":
      return drained(branchAnswered(call, event));
    case "branch-failed":
      return drained(branchFailed(call, event.branchId, refusalOf(event)));
    case "branch-refused":
      return drained(branchRefused(call, event.branchId, event));
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
      if (call.state !== "established") return unchanged(withoutEarly(call));
      return unchanged({ ...call, needsResync: call.needsResync === "always" ? "always" : "if-changed" });
    case "hang-up":
      return call.state === "disconnected" ? unchanged(call) : endCall(call, event.outcome);
    case "late-answer":
      return onLateAnswer(call, event);
    case "edge-lost":
      return onEdgeLost(call);
    case "edge-back":
      return onEdgeBack(call, event.renew === true);
    case "timer":
      return onTimer(call, event.timer);
  }
}

/** What the relay had taken of a callee's answer is to be asked for again. */
function withoutEarly(call: Session): Session {
  const { setup } = call;
  return setup?.early === undefined ? call : { ...call, setup: { ...setup, early: undefined } };
}

function unchanged(call: Session): Step {
  return { call, effects: [] };
}

function refusalOf({
  type: _type,
  branchId: _branchId,
  ...refusal
}: Extract<SessionEvent, { type: "branch-failed" }>): Refusal {
  return refusal;
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
  if (call.unacknowledged?.includes(side) === true) return joinedAcked(call, side, sdp);
  const negotiation = negotiationOf(call);
  return negotiation?.requester === side ? acknowledged(call, negotiation, sdp) : unchanged(call);
}

/** A party that came from another session has acknowledged what it was told there, perhaps with an answer to it. */
function joinedAcked(call: Session, side: Side, sdp: string | undefined): Step {
  const { localSdp, isHolding } = call[side];
  const answered = sdp === undefined ? {} : { remoteSdp: sdp, isHolding: isHoldInAnswer(sdp, localSdp, isHolding) };
  const { call: known, effects } = withAck({ ...call, [side]: partyToJoin({ ...call[side], ...answered }) }, side);
  return { call: known, effects: [...effects, { type: "persist" }] };
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
  if (late !== undefined) return onLateResult(call, late, event);
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

/** What a party says to an INVITE that outlives its session is the last that it has said there. */
function onLateResult(
  call: Session,
  late: LateInvite,
  event: Extract<SessionEvent, { type: "request-answered" | "request-failed" }>,
): Step {
  const { side, offer } = late;
  const rest: Session = { ...call, late: call.late.filter((one) => one !== late) };
  if (event.type === "request-failed") return { call: rest, effects: [] };
  const ack = ackTo(call, side, offer === undefined ? event.sdp : undefined);
  const said = { localSdp: offer ?? ack.sdp, remoteSdp: event.sdp };
  const known = event.sdp === undefined ? rest : { ...rest, [side]: { ...call[side], ...said } };
  return { call: known, effects: [ack] };
}

/** A party has answered in its session of before. */
function onLateAnswer(
  call: Session,
  { side, localSdp, remoteSdp }: Extract<SessionEvent, { type: "late-answer" }>,
): Step {
  // It may have been taken on, and what it has said is asked for from here.
  if (call.state !== "established") return unchanged({ ...call, [side]: { ...call[side], localSdp, remoteSdp } });
  const { isHolding } = call[side];
  const answered = { ...call[side], localSdp, remoteSdp, isHolding: isHoldInAnswer(remoteSdp, localSdp, isHolding) };
  return unchanged({ ...call, [side]: partyToJoin(answered), needsResync: "always" });
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
  const { isOriginated = false, state } = call;
  // Who answers a call of the switch is in the caller's place, and ends as a callee does.
  if (isOriginated)
    return state === "answering" ? endCall(call, unansweredOutcome(outcome), { gone: "callee" }) : unchanged(call);
  // RFC 3261 15: the caller may end an early dialog; the callee's can only be gone once it has answered.
  if (side === "caller") return endCall(call, withMore(CANCELLED, { cause: outcome.cause, ...toldOf(outcome) }));
  if (call.state !== "answering") return unchanged(call);
  return endCall(call, unansweredOutcome(outcome), { gone: "callee" });
}

function unansweredOutcome(outcome: Outcome): Outcome {
  return { ...outcome, status: statusOfCause(outcome.cause) };
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
  const { unacknowledged, ...rest } = call;
  const suspended: Session = {
    ...rest,
    suspended: true,
    branches: [],
    negotiation: undefined,
    passed: [],
    needsResync: isSettled && unacknowledged === undefined ? call.needsResync : "always",
  };
  const stopped: SessionEffect[] = unacknowledged === undefined ? [] : [{ type: "stop-timer", timer: "ack" }];
  return { call: suspended, effects: [...stopped, { type: "stop-timer", timer: "resync" }, { type: "persist" }] };
}

function onEdgeBack(call: Session, renew: boolean): Step {
  const needsResync = renew ? "always" : call.needsResync;
  const back: Session = { ...call, needsResync, suspended: false, resyncAttempts: 0, resyncWaits: false };
  const isAwaited = call.state === "established" && call.unacknowledged !== undefined;
  return { call: back, effects: isAwaited ? [{ type: "start-timer", timer: "ack", delayMs: ACK_MS }] : [] };
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
      return call.state === "established" ? withoutAcks(call) : payBye(call);
    case "resync":
      return unchanged({ ...call, resyncWaits: false });
  }
}
