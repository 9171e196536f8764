import { withMore } from "../../../common/index.ts";
import type { RedirectCommand } from "../../../signals/index.ts";
import type { Redirection } from "../model-effect.ts";
import type { ModelEvent } from "../model-event.ts";
import { attach } from "../reconnect.ts";
import type { Doing, Why } from "../why.ts";
import {
  legsOf,
  nameSession,
  otherLeg,
  putSession,
  type Draft,
  type ModelLeg,
  type ModelSession,
  type Ringing,
  type World,
  sessionsRingingAt,
} from "../world.ts";
import { refuse, refuseFor, succeed } from "./asker.ts";
import { connect, oppositeAt } from "./transfers.ts";
import { isInvolved } from "./involved.ts";
import { unfitForPlain } from "./media-fit.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { whyRedirected, type Redirect } from "./redirect-state.ts";

/**
 * A device sends a call elsewhere.
 *
 * A call that is offered to it, or rings there, moves as soon as routing has found the new destination: what is not there,
 * not registered, busy by what its line may have, or not to be dialed leaves the call as it was, and ringing. In normal
 * mode a call that was moved comes back, to ring here anew, when the new phone itself is busy or cannot be reached, and its
 * own forwarding leads nowhere; once that has rung, or has sent the call on, it is no longer this device's, and goes on as
 * any call does.
 * In drop mode any of this releases the call with the destination's cause.
 * A service of the switch answers such a call at once.
 *
 * In an established call the other party stays connected until the new destination rings; it hears that then, and this
 * device is out. Until then a failure leaves the call established, or in drop mode releases it.
 */
export function redirect(
  draft: Draft,
  command: RedirectCommand,
  commandId: string,
  how: { readonly isRoute?: true } = {},
): void {
  const { world } = draft;
  const { device, callId } = command;
  const rung = ringingAt(world, device, callId);
  if (rung !== undefined) reachedAt(draft, rung.session.sessionId, device);
  const pending = rung === undefined ? pendingOf(world, device, callId) : latestOf(world, rung.session.sessionId);
  if (pending !== undefined && (rung === undefined || pending.hasRung !== true)) {
    return refuse(draft, { commandId }, "redirect-pending", "the call is being redirected already");
  }
  if (rung?.session.picking !== undefined) {
    return refuse(draft, { commandId }, "pending", "the call is being picked up");
  }
  if (rung !== undefined) return redirectRinging(draft, rung, command, { commandId, ...how });
  const legs = legsOf(world, device).filter((leg) => leg.isUp && (callId === undefined || leg.callId === callId));
  const leg = legs.find((one) => !one.isHolding && !one.isHeldByCommand) ?? legs.at(-1);
  if (leg !== undefined) return redirectEstablished(draft, leg, command, { commandId, feature: "redirect", ...how });
  const isKnown = callId === undefined || world.calls.has(callId);
  refuse(
    draft,
    { commandId },
    isKnown ? "wrong-state" : "call-not-found",
    `${device} has no call that it may redirect`,
  );
}

/** Key of what is done to a call that rings since it was redirected while it was established, and is redirected on. */
function onwardOf(sessionId: string): string {
  return `${sessionId} on`;
}

/** The redirect that has brought a call where it rings, or is to take it elsewhere. */
function latestOf({ redirects }: World, sessionId: string): Redirect | undefined {
  return redirects.get(onwardOf(sessionId)) ?? redirects.get(sessionId);
}

/** @returns false: there is none */
export function forgetLatest({ redirects }: World, sessionId: string): boolean {
  return redirects.delete(onwardOf(sessionId)) || redirects.delete(sessionId);
}

/** Who is offered a call and sends it on has been reached by it, whether or not it has rung there. */
function reachedAt(draft: Draft, sessionId: string, device: string): void {
  const pending = latestOf(draft.world, sessionId);
  if (pending === undefined || pending.device === device) return;
  if (pending.party !== undefined) return REDIRECT.onRinging?.(draft, sessionId);
  forgetLatest(draft.world, sessionId);
  succeed(draft, pending, pending.callId);
}

/**
 * The application of a device has failed for good: the other party of its call goes where the line says, or is released.
 * @returns false: that party cannot be sent elsewhere now
 */
export function forwardOnFailure(
  draft: Draft,
  leg: ModelLeg,
  { to, callingSearchSpace }: Pick<Extract<ModelEvent, { type: "owner-lost" }>, "to" | "callingSearchSpace">,
): boolean {
  const { redirects } = draft.world;
  const sent = (): Redirect | undefined => [...redirects.values()].find(({ leaver }) => leaver === leg.legId);
  const pending = sent();
  if (pending !== undefined) {
    // Nobody is there any more who would talk on if that came to nothing.
    redirects.set(pending.redirectId, { ...pending, isDropping: true });
    return true;
  }
  const space = callingSearchSpace === undefined ? {} : { callingSearchSpace };
  // Nobody waits for what comes of it.
  const how = { commandId: `owner-lost ${leg.legId}`, feature: "forward-on-failure", ...space } as const;
  const command = { type: "redirect", device: leg.device, callId: leg.callId, to, failureMode: "drop" } as const;
  redirectEstablished(draft, leg, command, how);
  return sent() !== undefined;
}

/** On whose behalf an established call is sent elsewhere. */
interface Redirecting {
  readonly commandId: string;
  readonly feature: "redirect" | "forward-on-failure";
  readonly isRoute?: true;
  /** Absent: that of the device, or what the command says. */
  readonly callingSearchSpace?: string;
}

interface Rung {
  readonly session: ModelSession;
  readonly ringing: Ringing;
}

function ringingAt(world: World, device: string, callId: string | undefined): Rung | undefined {
  // A call that is offered has no other session, mostly: a route point with very many is not searched.
  const first = callId === undefined ? undefined : world.sessions.get(callId);
  const known = first && rungIn(first, device, callId);
  if (known !== undefined) return known;
  for (const session of sessionsRingingAt(world, device)) {
    const rung = rungIn(session, device, callId);
    if (rung !== undefined) return rung;
  }
  return undefined;
}

function rungIn(session: ModelSession, device: string, callId: string | undefined): Rung | undefined {
  if (session.stage !== "setup" || (callId !== undefined && session.callId !== callId)) return undefined;
  const ringing = session.ringing.find(({ place }) => place.devices.includes(device));
  return ringing === undefined ? undefined : { session, ringing };
}

function pendingOf({ redirects }: World, device: string, callId: string | undefined): Redirect | undefined {
  for (const one of redirects.values()) {
    if (callId === undefined ? one.device === device : one.callId === callId) return one;
  }
  return undefined;
}

function redirectRinging(
  draft: Draft,
  { session, ringing }: Rung,
  { device, to, failureMode = "normal", searchSpace = "default", ...how }: RedirectCommand,
  asked: Pick<Redirect, "commandId" | "isRoute">,
): void {
  const { world, effects } = draft;
  const { sessionId, callId } = session;
  const isDropping = failureMode === "drop";
  const caller = session.caller === undefined ? undefined : world.legs.get(session.caller);
  const key = world.redirects.has(sessionId) ? onwardOf(sessionId) : sessionId;
  world.redirects.set(key, { redirectId: sessionId, callId, device, isDropping, ...asked });
  effects.push({
    type: "reroute",
    sessionId,
    redirection: {
      by: device,
      number: ringing.place.address.number,
      to,
      ...(asked.isRoute === true ? { isRoute: true } : {}),
      ...(searchSpace === "calling" && caller !== undefined ? { as: caller.device } : {}),
      ...originalOf(how),
      ...shownOf(how),
      isKept: !isDropping,
    },
  });
}

function redirectEstablished(
  draft: Draft,
  leg: ModelLeg,
  { device, to, failureMode = "normal", searchSpace = "default", ...how }: RedirectCommand,
  { commandId, feature, isRoute, callingSearchSpace }: Redirecting,
): void {
  const { world, effects } = draft;
  const party = otherLeg(world, leg);
  if (party?.isUp !== true) {
    return refuse(draft, { commandId }, "wrong-state", "there is no established call with another party");
  }
  if (isInvolved(world, leg.legId) || isInvolved(world, party.legId)) {
    return refuse(draft, { commandId }, "pending", "another feature is under way in this call");
  }
  const unfit = unfitForPlain(party);
  if (unfit !== undefined) return refuse(draft, { commandId }, unfit.failure, unfit.detail);
  const { callId } = leg;
  const redirectId = nameSession(draft, callId);
  world.redirects.set(redirectId, {
    redirectId,
    callId,
    device,
    isDropping: failureMode === "drop",
    commandId,
    party: party.legId,
    leaver: leg.legId,
    feature,
    ...(isRoute === true ? { isRoute } : {}),
  });
  const purpose = { feature: "redirect", id: redirectId } as const;
  putSession(draft, { sessionId: redirectId, callId, stage: "setup", ringing: [], purpose, reason: feature });
  effects.push({
    type: "originate",
    sessionId: redirectId,
    callId,
    from: { legId: party.legId },
    by: searchSpace === "calling" ? party.device : device,
    to,
    endpoint: "silence",
    feature,
    ...(callingSearchSpace === undefined ? {} : { callingSearchSpace }),
    diverted: {
      by: device,
      number: leg.address.number,
      feature,
      ...originalOf(how),
    },
    ...shownOf(how),
  });
}

/** Who is to count as called first, where that is not who did. */
function originalOf({ originalCalled }: Pick<RedirectCommand, "originalCalled">): Pick<Redirection, "originalCalled"> {
  return originalCalled === undefined || originalCalled === "unchanged" ? {} : { originalCalled };
}

/** What the new destination is told. */
function shownOf({
  callingNumber,
  headers,
}: Pick<RedirectCommand, "callingNumber" | "headers">): Pick<Redirection, "callingNumber" | "headers"> {
  return withMore(callingNumber === undefined ? {} : { callingNumber }, {
    ...(headers === undefined ? {} : { headers }),
  });
}

/** What happens to calls that are redirected while they ring. */
export function watchRedirects(draft: Draft, event: ModelEvent): void {
  if (!("sessionId" in event)) return;
  const pending = latestOf(draft.world, event.sessionId);
  if (pending === undefined || pending.party !== undefined) return;
  const { type } = event;
  if (type !== "reroute-refused" && type !== "ringing" && type !== "answered" && type !== "ended") return;
  forgetLatest(draft.world, event.sessionId);
  if (event.type === "reroute-refused") return rerouteRefused(draft, pending, event.why);
  if (event.type !== "ended") return succeed(draft, pending, pending.callId);
  const isAbandoned = event.why.by === "party" && (event.why.sip?.status ?? 487) === 487;
  if (isAbandoned) refuse(draft, pending, "party-gone", "the caller has hung up");
  else refuseFor(draft, pending, event.why, "the call is released");
}

function rerouteRefused(draft: Draft, pending: Redirect, why: Why): void {
  const { redirectId, commandId, isDropping } = pending;
  const detail = isDropping ? "the call is released" : "the call rings where it did";
  refuseFor(draft, { commandId }, why, detail);
  if (!isDropping) return;
  const { cause: _cause, by: _by, ...doing } = whyRedirected(pending);
  draft.effects.push({ type: "release", sessionId: redirectId, why: withMore(why, { ...doing }) });
}

/** Why a session is offered to others than before; undefined: it is not redirected. */
export function whyElsewhere(world: World, sessionId: string): (Why & Doing) | undefined {
  const pending = latestOf(world, sessionId);
  return pending && whyRedirected(pending);
}

/** What becomes of established calls that are redirected: `id` is the session that rings. */
export const REDIRECT: FeatureMachine = {
  onRinging: (draft, id) => {
    const pending = draft.world.redirects.get(id);
    const party = pending?.party === undefined ? undefined : draft.world.legs.get(pending.party);
    if (pending === undefined || pending.hasRung === true) return;
    draft.world.redirects.set(id, withMore(pending, { hasRung: true }));
    succeed(draft, pending, pending.callId);
    letGo(draft, pending);
    if (party !== undefined) attach(draft, pending.callId, party.legId, "ringback", { why: whyRedirected(pending) });
  },
  onAnswered: (draft, id, { endpoint }, legId) => {
    const pending = draft.world.redirects.get(id);
    const other = oppositeAt(draft, id, legId, endpoint);
    if (pending?.party === undefined || other === undefined) return;
    draft.world.redirects.delete(id);
    if (pending.hasRung !== true) succeed(draft, pending, pending.callId);
    const party = draft.world.legs.get(pending.party);
    letGo(draft, pending);
    if (party !== undefined) connect(draft, pending.callId, party, other, whyRedirected(pending));
    else draft.effects.push({ type: "release", sessionId: id, why: whyRedirected(pending) });
  },
  onEnded: (draft, id, _session, why) => {
    const pending = draft.world.redirects.get(id);
    if (pending?.party === undefined) return;
    draft.world.redirects.delete(id);
    const party = draft.world.legs.get(pending.party);
    if (pending.hasRung !== true) tellFailure(draft, pending, party, why);
    const isAlone = pending.hasRung === true || pending.leaver === undefined;
    if (party === undefined || !(isAlone || pending.isDropping)) return;
    draft.effects.push({
      type: "release",
      sessionId: party.sessionId,
      why: { ...why, feature: whyRedirected(pending).feature },
    });
  },
  onLeaving: (draft, { legId }, why) => {
    for (const pending of draft.world.redirects.values()) {
      if (pending.party === legId) partyGone(draft, pending, why);
      else if (pending.leaver === legId && pending.hasRung !== true) leave(draft, pending);
    }
  },
  onGone: (draft, { legId }, why) => {
    for (const pending of draft.world.redirects.values()) if (pending.party === legId) partyGone(draft, pending, why);
  },
};

/** Who redirects is alone from now on, and leaves for that reason. */
function letGo(draft: Draft, pending: Redirect): void {
  const leaver = draft.world.legs.get(pending.leaver ?? "");
  const session = draft.world.sessions.get(leaver?.sessionId ?? "");
  if (session !== undefined) putSession(draft, withMore(session, { reason: whyRedirected(pending).feature }));
}

/** There is nobody left to be sent elsewhere. */
function partyGone(draft: Draft, { redirectId, hasRung, commandId }: Redirect, why: Why): void {
  draft.world.redirects.delete(redirectId);
  if (hasRung !== true) refuse(draft, { commandId }, "party-gone", "the other party has hung up");
  draft.effects.push({ type: "release", sessionId: redirectId, why });
}

function tellFailure(draft: Draft, { commandId, isDropping }: Redirect, party: ModelLeg | undefined, why: Why): void {
  if (party === undefined) return refuse(draft, { commandId }, "party-gone", "the other party has hung up");
  const detail = isDropping ? "the call is released" : "the call is as it was";
  refuseFor(draft, { commandId }, why, detail);
}

/** Who redirects hangs up: the other party waits for the new destination alone. */
function leave(draft: Draft, pending: Redirect): void {
  const { leaver: _left, ...rest } = pending;
  draft.world.redirects.set(pending.redirectId, rest);
  const party = pending.party === undefined ? undefined : draft.world.legs.get(pending.party);
  if (party !== undefined) attach(draft, pending.callId, party.legId, "ringback", { why: whyRedirected(pending) });
}
