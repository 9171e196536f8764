import type { Session, Negotiation } from "./session.ts";
import { STOP_SETUP_TIMERS, type SessionEffect, type Step } from "./session-effect.ts";
import type { Outcome } from "./outcome.ts";
import { otherSide, type Side } from "./side.ts";

/** Longest wait for the caller's ACK before it gets its BYE all the same (RFC 3261 15: 64*T1). */
const ACK_MS = 33_000;

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
export function endCall(call: Session, outcome: Outcome, { gone, taken = [], callerAnswered }: EndingFacts = {}): Step {
  const wasUp = call.state === "established";
  const isKept = (side: Side): boolean => gone === side || taken.includes(side);
  const effects: SessionEffect[] = [];
  if (!wasUp && callerAnswered !== true) effects.push({ type: "reject", status: outcome.status, outcome });
  effects.push(...pendingRequests(call, taken), ...owedAck(call));
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
function stopTimers({ state }: Session): SessionEffect[] {
  if (state === "established") return [{ type: "stop-timer", timer: "resync" }];
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

/** RFC 3261 13.2.2.4: a 2xx is acknowledged before its session is ended. */
function owedAck({ state, hasEndpoint, setup, negotiation }: Session): SessionEffect[] {
  if (hasEndpoint) return [];
  if (state === "answering" && setup !== undefined && setup.offer === undefined) {
    return [{ type: "ack", side: "callee", sdp: undefined }];
  }
  if (!isNegotiation(negotiation) || !negotiation.owesAck) return [];
  return [{ type: "ack", side: otherSide(negotiation.requester), sdp: undefined }];
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

function isCallerUnacknowledged({ negotiation }: Session): boolean {
  return isNegotiation(negotiation) && negotiation.requester === "caller" && negotiation.step === "awaiting-ack";
}

function lateInvites(call: Session): Session["late"] {
  const { negotiation } = call;
  if (negotiation === undefined) return [];
  if (negotiation.kind === "resync") {
    if (negotiation.step === "awaiting-callee") return [{ ticket: negotiation.ticket, side: "callee" }];
    return negotiation.step === "awaiting-caller" ? [{ ticket: negotiation.ticket, side: "caller" }] : [];
  }
  const isPending = negotiation.step === "awaiting-answer" && negotiation.method === "INVITE";
  return isPending ? [{ ticket: negotiation.ticket, side: otherSide(negotiation.requester) }] : [];
}

function isNegotiation(negotiation: Session["negotiation"]): negotiation is Negotiation {
  return negotiation !== undefined && negotiation.kind !== "resync";
}
