import { withMore } from "../../../common/index.ts";
import type { Session, Negotiation, Party } from "./session.ts";
import type { SessionEffect, Step } from "./session-effect.ts";
import type { SessionEvent } from "./session-event.ts";
import { continueOrigin, placeOffer, standingAnswer, unplaceAnswer, type Placement } from "./dialog-sdp.ts";
import { endCall } from "./ending.ts";
import { isHold, isHoldInAnswer } from "./hold.ts";
import { causeOfStatus } from "../cause.ts";
import { otherSide, type Side } from "./side.ts";
import { withAck } from "./unacknowledged.ts";

type EventOf<Type extends SessionEvent["type"]> = Extract<SessionEvent, { type: Type }>;

/** A party changes the session (RFC 3261 14, RFC 3311): the other party is asked by a request of its own. */
export function requested(call: Session, event: EventOf<"reinvite"> | EventOf<"update">): Step {
  const { side, transaction, sdp } = event;
  const refusal = refusalStatus(call, event);
  if (refusal !== undefined) return respondOnly(call, transaction, refusal);
  const ticket = call.nextTicket;
  const negotiation: Negotiation = {
    kind: event.type,
    requester: side,
    before: call[side],
    step: sdp !== undefined ? "media-offer" : call.hasEndpoint ? "media-answer" : "awaiting-answer",
    ticket,
    transaction,
    method: event.type === "update" && event.byUpdate ? "UPDATE" : "INVITE",
    delayed: sdp === undefined,
    offer: sdp,
    offerOut: undefined,
    answer: undefined,
    answerOut: undefined,
    owesAck: false,
    cancelled: false,
  };
  const { call: known, effects } = withAck(call, side);
  const begun: Session = { ...known, negotiation, nextTicket: ticket + 1 };
  return { call: begun, effects: [...effects, { type: "persist" }, firstEffect(call, side, sdp, ticket)] };
}

function firstEffect(call: Session, side: Side, sdp: string | undefined, ticket: number): SessionEffect {
  if (call.hasEndpoint) {
    const operation = sdp === undefined ? ({ kind: "endpoint-offer" } as const) : endpointAnswer(sdp);
    return { type: "media", operation, ticket };
  }
  if (sdp === undefined) return { type: "request", side: otherSide(side), method: "INVITE", sdp: undefined, ticket };
  return { type: "media", operation: { kind: "offer", offerer: side, sdp }, ticket };
}

function endpointAnswer(sdp: string): { kind: "endpoint-answer"; sdp: string } {
  return { kind: "endpoint-answer", sdp };
}

/** RFC 3261 14.2 and RFC 3311 5.2: one offer at a time. */
function refusalStatus(call: Session, { type, side }: EventOf<"reinvite"> | EventOf<"update">): number | undefined {
  const { state, negotiation } = call;
  if (state === "disconnected") return 481;
  if (state !== "established") return side === "caller" || type === "reinvite" ? 500 : 491;
  if (call.suspended) return 500;
  // Who asks is known to have its 2xx; of another who has not, nothing can be asked.
  if (call.unacknowledged?.includes(otherSide(side)) === true) return 491;
  if (negotiation === undefined) return undefined;
  const isOwnPending = negotiation.kind !== "resync" && negotiation.requester === side && negotiation.kind !== "setup";
  return isOwnPending && negotiation.step !== "awaiting-ack" ? 500 : 491;
}

/** The target has taken the offer, or made one. */
export function targetAnswered(call: Session, negotiation: Negotiation, sdp: string | undefined): Step {
  const target = otherSide(negotiation.requester);
  const isInvite = negotiation.method === "INVITE";
  if (sdp === undefined) {
    const effects: SessionEffect[] = isInvite ? [{ type: "ack", side: target, sdp: undefined }] : [];
    return fail({ ...call, needsResync: "always" }, negotiation, 500, effects);
  }
  const ticket = call.nextTicket;
  const { delayed } = negotiation;
  const offerer = delayed ? target : negotiation.requester;
  const effects: SessionEffect[] = [];
  if (isInvite && !delayed) effects.push({ type: "ack", side: target, sdp: undefined });
  const operation = delayed
    ? ({ kind: "offer", offerer, sdp } as const)
    : ({ kind: "answer", offerer, sdp: unplaceAnswer(negotiation.placement, sdp) } as const);
  effects.push({ type: "media", operation, ticket });
  const { remoteSdp, isHolding } = call[target];
  const stood = delayed ? {} : { stood: { remoteSdp, isHolding } };
  const answered: Negotiation = withMore(negotiation, {
    ...stood,
    step: "media-answer",
    answer: sdp,
    ticket,
    owesAck: delayed,
  });
  // Whatever comes of it, the target is on what it has answered.
  const told = delayed ? call[target] : answererOf(call[target], negotiation.offerOut, sdp);
  return { call: { ...call, [target]: told, negotiation: answered, nextTicket: ticket + 1 }, effects };
}

/** The target refused: the session stays as it was (RFC 3261 14.1). */
export function targetRefused(call: Session, negotiation: Negotiation, status: number): Step {
  const target = otherSide(negotiation.requester);
  if (status === 481 || status === 408) {
    // RFC 3261 12.2.1.2 and 14.1: the dialog is to be ended.
    const outcome = { by: target, reason: "unreachable", status, cause: causeOfStatus(status) } as const;
    const answered = respondTo(negotiation, status);
    const ended = endCall({ ...call, negotiation: undefined }, outcome);
    return { call: ended.call, effects: [...answered, ...ended.effects] };
  }
  return fail(call, negotiation, status === 401 || status === 407 ? 488 : status, restoreMedia(call, negotiation));
}

/** The relay has done what the negotiation waited for. */
export function negotiationMediaDone(call: Session, negotiation: Negotiation, sdp: string): Step {
  const { step, requester, cancelled } = negotiation;
  const target = otherSide(requester);
  if (step === "media-offer") {
    if (cancelled) return settle(call, restoreMedia(call, negotiation));
    if (call.hasEndpoint) return agreed(call, { ...negotiation, answer: sdp }, sdp);
    const ticket = call.nextTicket;
    const placed = placeOffer(call[target].localSdp, sdp);
    const asked: Negotiation = withMore(negotiation, {
      step: "awaiting-answer",
      offerOut: placed.sdp,
      ...placementOf(placed),
      ticket,
    });
    return {
      call: { ...call, negotiation: asked, nextTicket: ticket + 1 },
      effects: [{ type: "request", side: target, method: negotiation.method, sdp: placed.sdp, ticket }],
    };
  }
  if (step === "media-final") return finished(call, negotiation, sdp);
  if (step !== "media-answer") return { call, effects: [] };
  if (!negotiation.delayed) return agreed(call, negotiation, sdp);
  const placed = placeOffer(call[requester].localSdp, sdp);
  const offered: Negotiation = withMore(negotiation, {
    step: "awaiting-ack",
    answerOut: placed.sdp,
    ...placementOf(placed),
    answer: call.hasEndpoint ? sdp : negotiation.answer,
  });
  // The requester is gone from this negotiation: what it last said stands for the answer it would have sent.
  if (cancelled) return finalAnswer(call, offered, call[requester].remoteSdp);
  const told = { ...call[requester], localSdp: placed.sdp };
  return {
    call: { ...call, [requester]: told, negotiation: { ...offered, transaction: undefined } },
    effects: respondTo(negotiation, 200, placed.sdp),
  };
}

/** The relay refused. */
export function negotiationMediaFailed(
  call: Session,
  negotiation: Negotiation,
  { status, cause = causeOfStatus(488) }: EventOf<"media-failed">,
): Step {
  if (negotiation.step === "media-offer" || call.hasEndpoint) return fail(call, negotiation, status, []);
  if (!negotiation.delayed) {
    // RFC 3264 6.1: an answer that takes nothing of its offer says nothing about what else its party can.
    const target = otherSide(negotiation.requester);
    const back: Session = { ...call, [target]: { ...call[target], ...negotiation.stood }, needsResync: "always" };
    return fail(back, negotiation, status, []);
  }
  return endCall(call, { by: "switch", reason: "media-refused", status: 488, cause });
}

/** The requester has acknowledged; with an answer when it made no offer. */
export function acknowledged(call: Session, negotiation: Negotiation, sdp: string | undefined): Step {
  if (negotiation.step !== "awaiting-ack") return { call, effects: [] };
  if (!negotiation.delayed) return { call: { ...call, negotiation: undefined }, effects: [] };
  return finalAnswer(call, negotiation, sdp ?? call[negotiation.requester].remoteSdp);
}

/** The requester has taken its re-INVITE back and has its 487 (RFC 3261 9.2). */
export function requestCancelled(call: Session, negotiation: Negotiation): Step {
  const cancelled: Negotiation = { ...negotiation, cancelled: true, transaction: undefined };
  const isOut = negotiation.step === "awaiting-answer" && negotiation.method === "INVITE";
  return {
    call: { ...call, negotiation: cancelled },
    effects: isOut ? [{ type: "cancel-request", ticket: negotiation.ticket }] : [],
  };
}

/**
 * The requester never got its 2xx, as when it had taken its re-INVITE back just before: it is on its old session, the
 * target on the new one.
 */
export function answerLost(call: Session, side: Side): Step {
  const { negotiation } = call;
  const isThis =
    negotiation !== undefined &&
    // With `setup` a session waits for the ACK to a re-INVITE of before it was joined.
    (negotiation.kind === "reinvite" || negotiation.kind === "setup") &&
    negotiation.requester === side &&
    negotiation.step === "awaiting-ack";
  if (!isThis) return { call: { ...call, needsResync: "always" }, effects: [] };
  const old: Session = { ...call, [side]: negotiation.before, needsResync: "always" };
  if (negotiation.owesAck) return finalAnswer(old, { ...negotiation, cancelled: true }, negotiation.before.remoteSdp);
  return settle(old, [{ type: "persist" }]);
}

function finalAnswer(call: Session, negotiation: Negotiation, sdp: string | undefined): Step {
  const ticket = call.nextTicket;
  const last: Negotiation = { ...negotiation, step: "media-final", ticket, offer: sdp };
  if (sdp === undefined) {
    const refused = { by: negotiation.requester, reason: "media-refused", status: 488, cause: 88 } as const;
    return endCall({ ...call, negotiation: last }, refused);
  }
  const answer = unplaceAnswer(negotiation.placement, sdp);
  const operation = { kind: "answer", offerer: otherSide(negotiation.requester), sdp: answer } as const;
  return {
    call: { ...call, negotiation: last, nextTicket: ticket + 1 },
    effects: [{ type: "media", operation, ticket }],
  };
}

/** Both parties agree; the requester is told. */
function agreed(call: Session, negotiation: Negotiation, relayed: string): Step {
  const { requester, offer, offerOut, answer, cancelled, kind } = negotiation;
  const target = otherSide(requester);
  const out = continueOrigin(call[requester].localSdp, relayed);
  const changed: Session = {
    ...call,
    [requester]: offererOf(call[requester], out, offer),
    [target]: call.hasEndpoint ? call[target] : answererOf(call[target], offerOut, answer),
  };
  if (cancelled) {
    // The target is on the new session, the requester on the old one.
    const old: Session = { ...call, [target]: changed[target], needsResync: "always" };
    return settle(old, [{ type: "persist" }]);
  }
  const awaiting: Negotiation = { ...negotiation, step: "awaiting-ack", transaction: undefined, answerOut: out };
  return {
    call: { ...changed, negotiation: kind === "update" ? undefined : awaiting },
    effects: [{ type: "persist" }, ...respondTo(negotiation, 200, out)],
  };
}

/** An offer of the target's has been answered. */
function finished(call: Session, negotiation: Negotiation, relayed: string): Step {
  const { requester, answerOut, answer, offer } = negotiation;
  const target = otherSide(requester);
  const out = continueOrigin(call[target].localSdp, relayed);
  const changed: Session = {
    ...call,
    negotiation: undefined,
    needsResync: negotiation.cancelled ? "always" : call.needsResync,
    [requester]: answererOf(call[requester], answerOut, offer),
    [target]: call.hasEndpoint ? call[target] : offererOf(call[target], out, answer),
  };
  const effects: SessionEffect[] = [];
  if (negotiation.owesAck) effects.push({ type: "ack", side: target, sdp: out });
  return { call: changed, effects: [...effects, { type: "persist" }] };
}

function offererOf(before: Party, localSdp: string | undefined, remoteSdp: string | undefined): Party {
  return { ...before, localSdp, remoteSdp, isHolding: remoteSdp !== undefined && isHold(remoteSdp) };
}

function answererOf(before: Party, localSdp: string | undefined, remoteSdp: string | undefined): Party {
  const isHolding = remoteSdp !== undefined && isHoldInAnswer(remoteSdp, localSdp, before.isHolding);
  return { ...before, localSdp, remoteSdp, isHolding };
}

function fail(call: Session, negotiation: Negotiation, status: number, effects: readonly SessionEffect[]): Step {
  return settle(call, [...effects, ...respondTo(negotiation, status)]);
}

function settle(call: Session, effects: readonly SessionEffect[]): Step {
  const isRecorded = effects.some(({ type }) => type === "persist");
  return {
    call: { ...call, negotiation: undefined },
    effects: isRecorded ? effects : [...effects, { type: "persist" }],
  };
}

/** Puts the relay back to what both parties last agreed on. */
function restoreMedia(call: Session, { requester, delayed }: Negotiation): SessionEffect[] {
  const offer = call[requester].remoteSdp;
  const { localSdp, remoteSdp: answer } = call[otherSide(requester)];
  if (delayed || offer === undefined) return [];
  if (call.hasEndpoint) return [{ type: "media", operation: endpointAnswer(offer), ticket: 0 }];
  if (answer === undefined) return [];
  return [
    { type: "media", operation: { kind: "offer", offerer: requester, sdp: offer }, ticket: 0 },
    {
      type: "media",
      operation: { kind: "answer", offerer: requester, sdp: standingAnswer(offer, localSdp, answer) },
      ticket: 0,
    },
  ];
}

function placementOf({ placement }: { readonly placement?: Placement }): { placement?: Placement } {
  return placement === undefined ? {} : { placement };
}

function respondTo({ transaction }: Negotiation, status: number, sdp?: string): SessionEffect[] {
  return transaction === undefined ? [] : [{ type: "respond", transaction, status, sdp }];
}

function respondOnly(call: Session, transaction: string, status: number): Step {
  return { call, effects: [{ type: "respond", transaction, status, sdp: undefined }] };
}
