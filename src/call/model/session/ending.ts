import { answerAlone } from "./dialog-sdp.ts";
import type { Session, Negotiation } from "./session.ts";
import { STOP_SETUP_TIMERS, type SessionEffect, type Step } from "./session-effect.ts";
import type { Outcome } from "./outcome.ts";
import { otherSide, type Side } from "./side.ts";

/** Longest wait for the caller's ACK before it gets its BYE all the same (RFC 3261 15: 64*T1). */
export const ACK_MS = 33_000;

/** What is already known of the parties when a call ends. */
export interface EndingFacts {
  /** Its dialog is gone, or ended by itself. */
  readonly gone?: Side;
  /** These go on in another session. */
  readonly taken?: readonly Side[];
  /** The caller's first INVITE has its final response. */
  readonly callerAnswered?: boolean;
}

/** Ends a call: every leg, the media, the record. */
export function endCall(
  before: Session,
  outcome: Outcome,
  { gone, taken = [], callerAnswered }: EndingFacts = {},
): Step {
  const { call, effects: acks } = payAck(before);
  const wasUp = call.state === "established";
  const isKept = (side: Side): boolean => gone === side || taken.includes(side);
  const effects: SessionEffect[] = [];
  if (!wasUp && callerAnswered !== true) effects.push({ type: "reject", status: outcome.status, outcome });
  effects.push(...pendingRequests(call, taken), ...acks);
  const late = lateInvites(call);
  for (const { ticket } of late) effects.push({ type: "cancel-request", ticket });
  const waitsForAck = wasUp && !isKept("caller") && isCallerUnacknowledged(call);
  if (wasUp && !isKept("caller") && !waitsForAck) effects.push({ type: "bye", side: "caller", outcome });
  effects.push(...calleeEnd(call, outcome, isKept("callee")));
  effects.push(...stopTimers(call));
  if (waitsForAck) effects.push({ type: "start-timer", timer: "ack", delayMs: ACK_MS });
  effects.push({ type: "ended", outcome });
  const ended: Session = {
    ...call,
    state: "disconnected",
    setup: undefined,
    negotiation: undefined,
    passed: [],
    needsResync: "no",
    caller: { ...call.caller, connection: "disconnected" },
    callee: { ...call.callee, connection: "disconnected" },
    branches: call.branches.map((branch) => ({ ...branch, state: "cancelled" })),
    late,
    owedBye: waitsForAck ? outcome : undefined,
  };
  return closeWhenDone(ended, effects);
}

/** Ends a call of which nothing can be sent any more: the edge has ended what was not up. */
export function abandonCall(call: Session, outcome: Outcome): Step {
  const ended = endCall(call, outcome).call;
  return closeWhenDone({ ...ended, branches: [], late: [], owedBye: undefined, isClosed: false }, [
    ...stopTimers(call),
    { type: "ended", outcome },
  ]);
}

/** Those that may run in its state. */
function stopTimers({ state, unacknowledged }: Session): SessionEffect[] {
  if (state === "established") {
    const stopped: SessionEffect[] = [{ type: "stop-timer", timer: "resync" }];
    return unacknowledged === undefined ? stopped : [...stopped, { type: "stop-timer", timer: "ack" }];
  }
  return [...STOP_SETUP_TIMERS];
}

/** Adds `closed` when an ended call has nothing to wait for. */
export function closeWhenDone(call: Session, effects: readonly SessionEffect[]): Step {
  const isDone = call.branches.length === 0 && call.late.length === 0 && call.owedBye === undefined;
  if (!isDone || call.isClosed) return { call, effects };
  return { call: { ...call, isClosed: true }, effects: [...effects, { type: "closed" }] };
}

/**
 * RFC 3261 15.1.2: requests that wait for an answer get 487 when their dialog ends. One that goes on in another session
 * is asked to try again (RFC 3261 14.2).
 */
function pendingRequests({ negotiation, passed }: Session, taken: readonly Side[]): SessionEffect[] {
  const effects: SessionEffect[] = [];
  const pending = negotiation?.kind === "resync" ? undefined : negotiation;
  if (pending?.transaction !== undefined) {
    const status = taken.includes(pending.requester) ? 491 : 487;
    effects.push({ type: "respond", transaction: pending.transaction, status, sdp: undefined });
  }
  for (const one of passed) {
    effects.push({ type: "respond", transaction: one.transaction, status: 481, sdp: undefined });
  }
  return effects;
}

/** RFC 3261 13.2.2.4: a 2xx is acknowledged before its session is ended, and an offer in it answered. */
function payAck(call: Session): Step {
  const owed = owedAck(call);
  if (owed === undefined) return { call, effects: [] };
  const { side, offer } = owed;
  const ack = ackTo(call, side, offer);
  if (ack.sdp === undefined) return { call, effects: [ack] };
  return { call: { ...call, [side]: { ...call[side], localSdp: ack.sdp, remoteSdp: offer } }, effects: [ack] };
}

function owedAck(call: Session): { readonly side: Side; readonly offer: string | undefined } | undefined {
  const { state, hasEndpoint, setup, negotiation } = call;
  if (hasEndpoint) return undefined;
  if (state === "answering" && setup !== undefined && setup.offer === undefined) {
    return { side: "callee", offer: setup.answer };
  }
  if (negotiation?.kind === "resync") {
    return negotiation.learned === undefined ? undefined : { side: "caller", offer: negotiation.learned };
  }
  if (negotiation?.owesAck !== true) return undefined;
  return { side: otherSide(negotiation.requester), offer: negotiation.answer };
}

/** ACK of a 2xx that has made an offer which comes to nothing; absent: it has made none. */
export function ackTo(call: Session, side: Side, offer: string | undefined): Extract<SessionEffect, { type: "ack" }> {
  const sdp = offer === undefined || offer === "" ? undefined : answerAlone(offer, call[side].localSdp);
  return { type: "ack", side, sdp };
}

function calleeEnd(call: Session, outcome: Outcome, isKept: boolean): SessionEffect[] {
  const effects: SessionEffect[] = [];
  const told = outcome.told === undefined ? {} : { told: outcome.told };
  for (const { branchId, state } of call.branches) {
    if (state !== "cancelled") effects.push({ type: "cancel", branchId, elsewhere: false, ...told });
  }
  if (call.hasEndpoint || (call.state !== "established" && call.state !== "answering")) return effects;
  // Who answers a call of the switch is in the caller's place.
  if (!isKept) effects.push({ type: "bye", side: call.isOriginated === true ? "caller" : "callee", outcome });
  return effects;
}

function isCallerUnacknowledged({ negotiation, unacknowledged }: Session): boolean {
  if (unacknowledged?.includes("caller") === true) return true;
  return isNegotiation(negotiation) && negotiation.requester === "caller" && negotiation.step === "awaiting-ack";
}

function lateInvites(call: Session): Session["late"] {
  const { negotiation } = call;
  if (negotiation === undefined) return [];
  const { ticket, offerOut: offer } = negotiation;
  if (negotiation.kind === "resync") {
    const { step } = negotiation;
    if (step === "awaiting-callee" || step === "awaiting-learned") return [{ ticket, side: "callee", offer }];
    return step === "awaiting-caller" || step === "awaiting-offer" ? [{ ticket, side: "caller", offer }] : [];
  }
  const isPending = negotiation.step === "awaiting-answer" && negotiation.method === "INVITE";
  return isPending ? [{ ticket, side: otherSide(negotiation.requester), offer }] : [];
}

function isNegotiation(negotiation: Session["negotiation"]): negotiation is Negotiation {
  return negotiation !== undefined && negotiation.kind !== "resync";
}
