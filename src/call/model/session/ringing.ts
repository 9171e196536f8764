import { withMore } from "../../../common/index.ts";
import { bestRefusal, NO_ANSWER } from "./best-refusal.ts";
import type { Branch, BranchGroup, Session, EarlyMedia, Setup } from "./session.ts";
import { STOP_SETUP_TIMERS, type MediaOperation, type SessionEffect, type Step } from "./session-effect.ts";
import type { BranchRoute, Route } from "./session-event.ts";
import { allCancelled, cancelAll, giveUp } from "./diversion.ts";
import { endCall } from "./ending.ts";
import { isTrunkFailure } from "./fail-over.ts";
import { type Outcome, type Refusal, refusedOutcome } from "./outcome.ts";

/** For how long after the first trunk others are begun to be tried; the one that is being tried goes on. */
const HUNT_MS = 30_000;
const PASSED_ON = new Set([180, 181, 182, 183]);

/** Tries the next group of branches; when there is none the call is diverted or refused. */
export function nextGroup(call: Session): Step {
  const { setup } = call;
  if (setup === undefined) return { call, effects: [] };
  const [group, ...groups] = setup.groups;
  if (group === undefined) return giveUp(call, setup, bestRefusal(setup.refusals));
  const isPending = setup.offerPending !== undefined;
  if (isPending && !needsNoOffer(group)) {
    return { call: { ...call, setup: withMore(setup, { offerPending: "next", isReached: false }) }, effects: [] };
  }
  const pending = isPending ? { offerPending: "none" as const } : {};
  const isOfferLater = isPending && group.takesOfferLater === true;
  const branches = group.branchIds.map((branchId): Branch => {
    return { branchId, state: "calling", ...(isOfferLater ? { awaitsOffer: true } : {}) };
  });
  const effects: SessionEffect[] = branches.map(({ branchId }) => {
    return { type: "invite", branchId, sdp: setup.offerOut, ...(isOfferLater ? { isOfferLater } : {}) };
  });
  effects.push({ type: "start-timer", timer: "ring", delayMs: group.offerMs ?? group.ringMs });
  effects.push(...trunkTimers(setup, group));
  if (setup.wholeMs !== undefined) effects.push({ type: "start-timer", timer: "whole", delayMs: setup.wholeMs });
  const isHunting = setup.isHunting || group.tryMs !== undefined;
  const waiting: Session = {
    ...call,
    setup: { ...setup, groups, current: group, isReached: false, isHunting, wholeMs: undefined, ...pending },
    branches: [...call.branches, ...branches],
  };
  return { call: waiting, effects };
}

/** Those of a group can be invited before the relay has taken the caller's offer. */
export function needsNoOffer({ takesNoMedia, takesOfferLater }: BranchGroup): boolean {
  return takesNoMedia === true || takesOfferLater === true;
}

/** The relay has taken the caller's offer: those who wait for it get it. */
export function offerBranches(call: Session, sdp: string): Step {
  const waiting = call.branches.filter(({ awaitsOffer, state }) => awaitsOffer === true && state !== "cancelled");
  if (waiting.length === 0) return { call, effects: [] };
  const branches = call.branches.map(({ awaitsOffer: _awaits, ...branch }): Branch => branch);
  return { call: { ...call, branches }, effects: waiting.map(({ branchId }) => ({ type: "offer", branchId, sdp })) };
}

function trunkTimers({ current, isHunting }: Setup, { tryMs }: BranchGroup): SessionEffect[] {
  if (tryMs === undefined) return current?.tryMs === undefined ? [] : [{ type: "stop-timer", timer: "try" }];
  const effects: SessionEffect[] = [{ type: "start-timer", timer: "try", delayMs: tryMs }];
  if (!isHunting) effects.push({ type: "start-timer", timer: "hunt", delayMs: HUNT_MS });
  return effects;
}

/** A branch rings, or plays early media: the first one that plays is heard by the caller. */
export function branchProgress(call: Session, branchId: string, status: number, sdp: string | undefined): Step {
  const { setup } = call;
  const branch = call.branches.find((one) => one.branchId === branchId);
  if (setup?.step !== "ringing" || branch === undefined || branch.state === "cancelled") return { call, effects: [] };
  const isTrying = setup.current?.tryMs !== undefined;
  const stopped: SessionEffect[] = isTrying ? [{ type: "stop-timer", timer: "try" }] : [];
  if (status === 100) return { call, effects: stopped };
  const told = progressTold(call, setup, branch, { status, sdp });
  return { call: told.call, effects: [...stopped, ...ringTimer(call, setup), ...told.effects] };
}

/** Who was offered the call rings now. */
function ringTimer({ branches }: Session, { current }: Setup): readonly SessionEffect[] {
  if (current?.offerMs === undefined) return [];
  const ids = new Set(current.branchIds);
  const hasRung = branches.some(({ branchId, state }) => state === "alerting" && ids.has(branchId));
  return hasRung ? [] : [{ type: "start-timer", timer: "ring", delayMs: current.ringMs }];
}

function progressTold(
  call: Session,
  before: Setup,
  branch: Branch,
  { status, sdp }: { readonly status: number; readonly sdp: string | undefined },
): Step {
  const { branchId } = branch;
  // A call of the switch has nobody to hear it yet.
  const isHeard = sdp !== undefined && before.offer !== undefined && call.isOriginated !== true;
  const setup: Setup = { ...before, isReached: before.isReached || isHeard || status === 180 };
  const ringing: Session = {
    ...call,
    state: "alerting",
    callee: { ...call.callee, connection: "alerting" },
    branches: call.branches.map((one) => (one === branch ? { ...one, state: "alerting" } : one)),
    setup,
  };
  const passed = PASSED_ON.has(status) ? status : 183;
  const { early } = setup;
  const isOthers = early?.status !== undefined && early.branchId !== branchId;
  if (!isHeard || isOthers) return ring(ringing, setup, isOthers ? withoutMedia(passed) : passed, undefined);
  return earlyMedia(ringing, setup, { branchId, sdp, status: passed });
}

/** What a branch is going to answer: the first one to say so is prepared for, unless somebody is heard already. */
export function branchForeseen(call: Session, branchId: string, sdp: string): Step {
  const { setup } = call;
  const branch = call.branches.find((one) => one.branchId === branchId);
  const isAwaited = setup?.step === "ringing" && branch !== undefined && branch.state !== "cancelled";
  if (!isAwaited || setup.early !== undefined || setup.offer === undefined || setup.offerPending !== undefined) {
    return { call, effects: [] };
  }
  return call.isOriginated === true
    ? { call, effects: [] }
    : earlyMedia(call, setup, { branchId, sdp, status: undefined });
}

function earlyMedia(call: Session, setup: Setup, found: Pick<EarlyMedia, "branchId" | "sdp" | "status">): Step {
  const { early } = setup;
  if (early?.sdp === found.sdp) {
    const heard: Setup = { ...setup, early: { ...early, status: found.status } };
    if (early.out === undefined || found.status === undefined) return { call: { ...call, setup: heard }, effects: [] };
    return ring({ ...call, setup: heard }, heard, found.status, early.out);
  }
  const ticket = call.nextTicket;
  return {
    call: { ...call, nextTicket: ticket + 1, setup: { ...setup, early: withMore(found, { ticket, out: undefined }) } },
    effects: [
      {
        type: "media",
        ticket,
        operation: { kind: "answer", offerer: "caller", sdp: found.sdp, branchId: found.branchId },
      },
    ],
  };
}

/** What a caller gets who cannot be given the session description: a 183 would have him wait for sound. */
export function withoutMedia(status: number): number {
  return status === 183 ? 180 : status;
}

/** Tells the caller, once for each status. */
export function ring(call: Session, setup: Setup, status: number, sdp: string | undefined): Step {
  if (setup.lastRing === status) return { call, effects: [] };
  return { call: { ...call, setup: { ...setup, lastRing: status } }, effects: [{ type: "ring", status, sdp }] };
}

/**
 * A branch was refused. A 6xx is the last word; else the others go on, and then the next group. After a trunk there is
 * none when the callee itself has refused, or was ringing or heard.
 */
export function branchFailed(call: Session, branchId: string, { status, ...said }: Refusal): Step {
  const isHunted = call.setup?.current?.isHunted === true;
  const refusal: Refusal = { status: isHunted ? ofOneMember(status) : status, ...said };
  const branch = call.branches.find((one) => one.branchId === branchId);
  if (branch === undefined) return { call, effects: [] };
  const { setup } = call;
  const remaining: Session = { ...call, branches: call.branches.filter((one) => one !== branch) };
  if (setup?.step !== "ringing" || branch.state === "cancelled") return { call: remaining, effects: [] };
  const { next, left } = withRefusal(remaining, setup, branchId, refusal);
  if (refusal.status >= 600 && setup.current?.tryMs === undefined) return giveUp(next, left, refusedOutcome(refusal));
  return othersGoOn(next, left, refusal);
}

/** Somebody refuses for a branch that it was rung: it is taken back, and whatever it says is no last word. */
export function branchRefused(
  call: Session,
  branchId: string,
  { status, told }: Pick<Refusal, "status" | "told">,
): Step {
  const { setup } = call;
  const branch = call.branches.find((one) => one.branchId === branchId);
  if (setup?.step !== "ringing" || branch === undefined || branch.state === "cancelled") return { call, effects: [] };
  const branches = call.branches.map((one): Branch => (one === branch ? { ...one, state: "cancelled" } : one));
  const refusal: Refusal = { status: setup.current?.isHunted === true ? ofOneMember(status) : status, told };
  const { next, left } = withRefusal({ ...call, branches }, setup, branchId, refusal);
  const { call: after, effects } = othersGoOn(next, left, refusal);
  return { call: after, effects: [{ type: "cancel", branchId, elsewhere: false }, ...effects] };
}

function withRefusal(
  call: Session,
  { early, refusals, ...setup }: Setup,
  branchId: string,
  refusal: Refusal,
): { readonly next: Session; readonly left: Setup } {
  const isEarly = early?.branchId === branchId;
  const left: Setup = withMore(setup, { refusals: [...refusals, refusal], early: isEarly ? undefined : early });
  return { next: { ...call, setup: left }, left };
}

/** While others of the group ring there is no next group. */
function othersGoOn(next: Session, left: Setup, refusal: Refusal): Step {
  if (next.branches.some(({ state }) => state !== "cancelled")) return { call: next, effects: [] };
  const step = hasNext(left, refusal) ? nextGroup(next) : giveUp(next, left, bestRefusal(left.refusals));
  return step.call.state === "disconnected"
    ? step
    : { call: step.call, effects: [{ type: "stop-timer", timer: "ring" }, ...step.effects] };
}

/** What a member of a hunt says for all places of its user is said for one member. */
function ofOneMember(status: number): number {
  if (status < 600) return status;
  return status === 600 ? 486 : 480;
}

function hasNext({ current, isReached }: Setup, refusal: Refusal): boolean {
  return current?.tryMs === undefined || (!isReached && isTrunkFailure(refusal));
}

/** Nobody answered in time: the next group, or no answer. Behind another trunk there is nobody else. */
export function ringTimeout(call: Session): Step {
  const { setup } = call;
  if (setup?.step !== "ringing" || setup.diverting !== undefined) return { call, effects: [] };
  if (setup.groups.length === 0 || setup.current?.tryMs !== undefined) return giveUp(call, setup, NO_ANSWER);
  return nextInstead(call, { ...setup, refusals: [...setup.refusals, { status: 480, isUnanswered: true }] });
}

/** All that are to be hunted have had their time. */
export function wholeTimeout(call: Session): Step {
  const { setup } = call;
  if (setup?.step !== "ringing" || setup.diverting !== undefined) return { call, effects: [] };
  return giveUp(call, setup, NO_ANSWER);
}

/** A trunk has not said anything: the next one. */
export function tryTimeout(call: Session): Step {
  const { setup } = call;
  if (setup?.step !== "ringing" || setup.current?.tryMs === undefined) return { call, effects: [] };
  return nextInstead(call, { ...setup, refusals: [...setup.refusals, { status: 408 }] });
}

function nextInstead(call: Session, setup: Setup): Step {
  const effects = cancelAll(call);
  const step = nextGroup({ ...call, branches: allCancelled(call), setup: { ...setup, early: undefined } });
  return { call: step.call, effects: [...effects, ...step.effects] };
}

/** No further trunk is tried. */
export function huntTimeout(call: Session): Step {
  const { setup } = call;
  if (setup === undefined) return { call, effects: [] };
  const groups = setup.groups.filter(({ tryMs }) => tryMs === undefined);
  return { call: { ...call, setup: { ...setup, groups } }, effects: [] };
}

/** A call that nobody took goes elsewhere, and the caller is told so, or it is refused as it would have been. */
export function diverted(call: Session, route: Route | undefined): Step {
  const { setup } = call;
  if (setup?.diverting === undefined) return { call, effects: [] };
  if (route === undefined) return endCall(call, setup.diverting);
  if (route.kind === "endpoint") return serve(call, setup, setup.diverting);
  return goElsewhere(call, setup, route);
}

/** A service takes the call, which answers the caller's offer anew. What the switch calls by itself has no caller to serve. */
function serve(call: Session, { offerPending: _pending, ...setup }: Setup, outcome: Outcome): Step {
  if (call.isOriginated === true) return endCall(call, outcome);
  const { offer } = setup;
  const ticket = call.nextTicket;
  const served: Session = {
    ...call,
    hasEndpoint: true,
    nextTicket: ticket + 1,
    setup: { ...setup, step: "media-answer", ticket, offerOut: undefined, diverting: undefined, diverts: [] },
  };
  const operation: MediaOperation =
    offer === undefined ? { kind: "endpoint-offer" } : { kind: "endpoint-answer", sdp: offer };
  return { call: served, effects: [{ type: "media", operation, ticket }] };
}

/** A call that rings goes elsewhere, to a service perhaps: what the switch calls by itself never does that. */
export function redirected(call: Session, route: Route): Step {
  const { setup } = call;
  if (setup === undefined || setup.step === "media-answer") return { call, effects: [] };
  const effects = [...cancelAll(call), ...STOP_SETUP_TIMERS];
  const freed: Session = { ...call, branches: allCancelled(call) };
  const elsewhere = { ...setup, early: undefined };
  if (route.kind === "endpoint") {
    const step = serve(freed, elsewhere, NO_ANSWER);
    return { call: step.call, effects: [...effects, ...step.effects] };
  }
  // The relay has the caller's offer still: the new route waits for it.
  if (setup.step === "media-offer") {
    const waiting = { ...elsewhere, groups: route.groups, diverts: route.diverts ?? [], wholeMs: route.wholeMs };
    return { call: { ...freed, setup: waiting }, effects };
  }
  const step = goElsewhere(freed, elsewhere, route);
  return { call: step.call, effects: [...effects, ...step.effects] };
}

function goElsewhere(call: Session, setup: Setup, route: BranchRoute): Step {
  const anew: Setup = {
    ...setup,
    groups: route.groups,
    diverts: route.diverts ?? [],
    diverting: undefined,
    refusals: [],
    isHunting: false,
    wholeMs: route.wholeMs,
  };
  const step = nextGroup({ ...call, setup: anew });
  const next = step.call.setup;
  if (next?.offerPending === "next") {
    return { call: { ...step.call, setup: { ...next, offerPending: "elsewhere" } }, effects: step.effects };
  }
  if (step.call.state !== "disconnected") return forwarded(step);
  const told = ring({ ...call, setup: anew }, anew, 181, undefined);
  return { call: step.call, effects: [...told.effects, ...step.effects] };
}

/** The caller is told that its call goes elsewhere: it can wait longer for its news than the next party for its call. */
export function forwarded({ call, effects }: Step): Step {
  if (call.setup === undefined || call.state === "disconnected") return { call, effects };
  const told = ring(call, call.setup, 181, undefined);
  return { call: told.call, effects: [...effects, ...told.effects] };
}
