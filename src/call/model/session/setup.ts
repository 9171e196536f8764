import { withMore } from "../../../common/index.ts";
import type { Session, Negotiation, Setup } from "./session.ts";
import { STOP_SETUP_TIMERS, type MediaOperation, type SessionEffect, type Step } from "./session-effect.ts";
import type { SessionEvent, Route } from "./session-event.ts";
import { endCall } from "./ending.ts";
import { isHold, isHoldInAnswer } from "./hold.ts";
import { causeOfStatus } from "../cause.ts";
import { forwarded, needsNoOffer, nextGroup, offerBranches, ring, withoutMedia } from "./ringing.ts";

type EventOf<Type extends SessionEvent["type"]> = Extract<SessionEvent, { type: Type }>;

/** The caller's INVITE: to the relay first when it carries an offer, else straight to the callee. */
export function offered(call: Session, { sdp, route }: EventOf<"offered">): Step {
  if (call.setup !== undefined || call.state !== "initiated") return { call, effects: [] };
  const ticket = call.nextTicket;
  const begun: Session = {
    ...call,
    hasEndpoint: route.kind === "endpoint",
    caller: { ...call.caller, connection: "in-progress" },
    callee: { ...call.callee, connection: "in-progress" },
    setup: newSetup(sdp, route, ticket),
    nextTicket: ticket + 1,
  };
  if (route.kind === "endpoint") {
    const operation = sdp === undefined ? ({ kind: "endpoint-offer" } as const) : endpointAnswer(sdp);
    return { call: begun, effects: [{ type: "media", operation, ticket }] };
  }
  if (sdp === undefined) return nextGroup(begun);
  const media: SessionEffect = { type: "media", operation: { kind: "offer", offerer: "caller", sdp }, ticket };
  const [first] = route.groups;
  if (first === undefined || !needsNoOffer(first)) return { call: begun, effects: [media] };
  const setup: Setup = { offerPending: "none", ...newSetup(sdp, route, ticket), step: "ringing" };
  const invited = nextGroup({ ...begun, setup });
  return { call: invited.call, effects: [media, ...invited.effects] };
}

/**
 * The switch calls by itself: a service of the relay makes the offer and is the other party. Who answers takes the place of
 * the caller then.
 */
export function originated(call: Session, { route }: EventOf<"originated">): Step {
  if (call.setup !== undefined || call.state !== "initiated") return { call, effects: [] };
  const ticket = call.nextTicket;
  const begun: Session = withMore(call, {
    isOriginated: true,
    callee: { ...call.callee, connection: "in-progress" },
    setup: { ...newSetup("", route, ticket), step: "media-offer" },
    nextTicket: ticket + 1,
  });
  return { call: begun, effects: [{ type: "media", operation: { kind: "endpoint-offer" }, ticket }] };
}

function newSetup(sdp: string | undefined, route: Route, ticket: number): Setup {
  return {
    step: route.kind === "endpoint" ? "media-answer" : sdp === undefined ? "ringing" : "media-offer",
    ticket,
    offer: sdp,
    offerOut: undefined,
    groups: route.kind === "endpoint" ? [] : route.groups,
    current: undefined,
    isReached: false,
    isHunting: false,
    wholeMs: route.kind === "endpoint" ? undefined : route.wholeMs,
    diverts: route.kind === "endpoint" ? [] : (route.diverts ?? []),
    diverting: undefined,
    refusals: [],
    lastRing: 0,
    early: undefined,
    answer: undefined,
  };
}

function endpointAnswer(sdp: string): { kind: "endpoint-answer"; sdp: string } {
  return { kind: "endpoint-answer", sdp };
}

/** The first branch to be answered becomes the callee; the others are given up. */
export function branchAnswered(call: Session, { branchId, sdp, offered }: EventOf<"branch-answered">): Step {
  const { setup } = call;
  const branch = call.branches.find((one) => one.branchId === branchId);
  const { current } = setup ?? {};
  // Who picks the call up beside such a device has media.
  const takesNoMedia = current?.takesNoMedia === true && current.branchIds.includes(branchId);
  const isReady = setup?.step === "ringing" && !takesNoMedia && branch?.awaitsOffer !== true;
  const isWinner = branch !== undefined && branch.state !== "cancelled" && isReady;
  if (branch === undefined) return { call, effects: [] };
  const others = call.branches.filter((one) => one.branchId !== branchId);
  if (!isWinner) return { call: { ...call, branches: others }, effects: [{ type: "decline", branchId }] };
  const effects: SessionEffect[] = [...STOP_SETUP_TIMERS, { type: "adopt", branchId }];
  for (const { branchId: other, state } of others) {
    if (state !== "cancelled") effects.push({ type: "cancel", branchId: other, elsewhere: true });
  }
  const answering: Session = {
    ...call,
    state: "answering",
    branches: others.map((one) => ({ ...one, state: "cancelled" })),
    callee: { ...call.callee, connection: "established" },
  };
  return withAnswer(answering, { ...setup, offerOut: offered ?? setup.offerOut }, sdp, effects);
}

function withAnswer(call: Session, setup: Setup, sdp: string | undefined, effects: SessionEffect[]): Step {
  const { offer, early } = setup;
  if (offer !== undefined) effects.push({ type: "ack", side: "callee", sdp: undefined });
  if (sdp === undefined) {
    // RFC 3261 13.2.1: a 2xx has an answer to our offer, or an offer when we made none.
    const failed = { by: "callee", reason: "media-refused", status: 500, cause: causeOfStatus(488) } as const;
    const ended = endCall({ ...call, setup: { ...setup, answer: "" } }, failed);
    return { call: ended.call, effects: [...effects, ...ended.effects] };
  }
  const answered: Setup = { ...setup, step: "media-answer", answer: sdp, ticket: call.nextTicket };
  if (early?.sdp === sdp) {
    if (early.out === undefined) {
      // The relay has it already.
      return { call: { ...call, setup: { ...answered, ticket: early.ticket, early: undefined } }, effects };
    }
    const done = completeAnswer({ ...call, setup: answered }, answered, early.out);
    return { call: done.call, effects: [...effects, ...done.effects] };
  }
  effects.push({
    type: "media",
    ticket: answered.ticket,
    operation: answerOperation(call, offer, sdp),
  });
  return { call: { ...call, setup: answered, nextTicket: call.nextTicket + 1 }, effects };
}

function answerOperation(call: Session, offer: string | undefined, sdp: string): MediaOperation {
  if (call.isOriginated === true) return { kind: "answer", offerer: "callee", sdp };
  return offer === undefined ? { kind: "offer", offerer: "callee", sdp } : { kind: "answer", offerer: "caller", sdp };
}

/** The relay has done what the set-up waited for. */
export function setupMediaDone(call: Session, setup: Setup, ticket: number, sdp: string): Step {
  const { early } = setup;
  if (early?.ticket === ticket && early.out === undefined) {
    const known: Setup = { ...setup, early: { ...early, out: sdp } };
    const { status } = early;
    if (status === undefined) return { call: { ...call, setup: known }, effects: [] };
    const told: Session = { ...call, setup: { ...known, lastRing: status } };
    return { call: told, effects: setup.step === "ringing" ? [{ type: "ring", status, sdp }] : [] };
  }
  if (ticket !== setup.ticket) return { call, effects: [] };
  const { offerPending, ...rest } = setup;
  const known: Session = { ...call, setup: { ...rest, step: "ringing", offerOut: sdp } };
  if (offerPending !== undefined) {
    const told = offerBranches(known, sdp);
    if (offerPending === "none") return told;
    const next = nextGroup(told.call);
    const step = offerPending === "elsewhere" ? forwarded(next) : next;
    return { call: step.call, effects: [...told.effects, ...step.effects] };
  }
  if (setup.step === "media-offer") return nextGroup(known);
  return setup.step === "media-answer" ? completeAnswer(call, setup, sdp) : { call, effects: [] };
}

/** The relay refused: fatal, unless it was about early media only. */
export function setupMediaFailed(
  call: Session,
  setup: Setup,
  { ticket, status, cause = causeOfStatus(status) }: EventOf<"media-failed">,
): Step {
  if (setup.early?.ticket === ticket && setup.early.out === undefined) {
    return earlyMediaRefused(call, { ...setup, early: undefined }, setup.early.status);
  }
  if (ticket !== setup.ticket || (setup.step === "ringing" && setup.offerPending === undefined)) {
    return { call, effects: [] };
  }
  return endCall(call, { by: "switch", reason: "media-refused", status, cause });
}

/** Nothing of the callee can be heard before it answers, so the caller hears it ring. */
function earlyMediaRefused(call: Session, setup: Setup, status: number | undefined): Step {
  const silent: Session = { ...call, setup };
  return setup.step === "ringing" && status !== undefined
    ? ring(silent, setup, withoutMedia(status), undefined)
    : { call: silent, effects: [] };
}

/** Who has answered is the only party, and in the caller's place. */
function completeOrigination(call: Session, { offerOut, answer }: Setup): Step {
  const established: Session = {
    ...call,
    state: "established",
    setup: undefined,
    hasEndpoint: true,
    caller: {
      connection: "established",
      localSdp: offerOut,
      remoteSdp: answer,
      isHolding: answer !== undefined && isHoldInAnswer(answer, offerOut, false),
    },
    callee: { ...call.callee, connection: "established" },
  };
  return { call: established, effects: [{ type: "persist" }, { type: "picked-up" }] };
}

function completeAnswer(call: Session, setup: Setup, out: string): Step {
  if (call.isOriginated === true) return completeOrigination(call, setup);
  const { offer, offerOut, answer } = setup;
  const delayed = offer === undefined;
  const negotiation: Negotiation = {
    kind: "setup",
    requester: "caller",
    before: call.caller,
    step: "awaiting-ack",
    ticket: 0,
    transaction: undefined,
    method: "INVITE",
    delayed,
    offer,
    offerOut,
    answer: call.hasEndpoint ? out : answer,
    answerOut: out,
    owesAck: delayed && !call.hasEndpoint,
    cancelled: false,
  };
  const established: Session = {
    ...call,
    state: "established",
    setup: undefined,
    negotiation,
    caller: {
      connection: "established",
      localSdp: out,
      remoteSdp: offer,
      isHolding: offer !== undefined && isHold(offer),
    },
    callee: {
      connection: "established",
      localSdp: offerOut,
      remoteSdp: answer,
      isHolding: answer !== undefined && isHoldInAnswer(answer, offerOut, false),
    },
  };
  return { call: established, effects: [{ type: "persist" }, { type: "answer", sdp: out }] };
}
