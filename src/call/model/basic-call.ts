import { withMore } from "../../common/index.ts";
import type { Address } from "./call.ts";
import { addConnection, beginCall, disconnect, endWhenEmpty, setConnection, setTerminal } from "./call-changes.ts";
import { whyRedirected } from "./features/redirect-state.ts";
import { leaveLine, showLine } from "./features/shared-line.ts";
import { refreshSound } from "./features/sound.ts";
import type { ModelEvent, LegFacts, Place } from "./model-event.ts";
import { NORMAL, type CausedBy, type Doing, type FeatureReason, type Why } from "./why.ts";
import {
  otherLeg,
  putLeg,
  putSession,
  removeLeg,
  type Draft,
  type ModelLeg,
  type ModelSession,
  type Ringing,
  removeSession,
} from "./world.ts";

type EventOf<Type extends ModelEvent["type"]> = Extract<ModelEvent, { type: Type }>;

/** Q.850: no answer from user; non-selected user clearing. */
const NO_ANSWER = 19;
const ANSWERED_ELSEWHERE = 26;

/** A device calls: it is a party of a new call. */
export function offered(draft: Draft, { sessionId, leg, called }: EventOf<"offered">): void {
  const callId = sessionId;
  const { device, legId } = leg;
  beginCall(draft, callId, leg.address, called, NORMAL);
  const connectionId = addConnection(draft, callId, leg.address, NORMAL);
  setConnection(draft, callId, connectionId, "initiated", NORMAL);
  setTerminal(draft, { callId, connectionId, device }, "talking", NORMAL, legId);
  setConnection(draft, callId, connectionId, "dialing", NORMAL);
  putLeg(draft, newLeg(leg, { callId, connectionId, sessionId, isUp: false }));
  showLine(draft, { callId, connectionId }, NORMAL);
  putSession(draft, { sessionId, callId, stage: "setup", caller: legId, ringing: [] });
}

/** Who is rung from now on: others are out, and who is new is offered the call. */
export function offering(draft: Draft, event: EventOf<"offering">): void {
  const { sessionId, places } = event;
  const session = draft.world.sessions.get(sessionId);
  if (session?.stage !== "setup" || !draft.world.calls.has(session.callId)) return;
  const { callId } = session;
  const why = whyOffered(session, event);
  establishCaller(draft, session);
  const kept = session.ringing.filter(({ place }) => places.some((one) => isSame(one.address, place.address)));
  for (const one of session.ringing) {
    if (!kept.includes(one)) disconnect(draft, callId, one.connectionId, { ...why, cause: NO_ANSWER });
  }
  const added = places.filter(({ address }) => !kept.some(({ place }) => isSame(place.address, address)));
  const ringing = added.map((place) => {
    const connectionId = addConnection(draft, callId, place.address, why);
    setConnection(draft, callId, connectionId, place.kind === "trunk" ? "network-reached" : "offered", why);
    return { connectionId, place };
  });
  putSession(draft, { ...session, ringing: [...kept, ...ringing] });
}

/** It rings there; where the device is not known, wherever the call is offered. */
export function ringing(draft: Draft, { sessionId, device }: EventOf<"ringing">): void {
  const session = draft.world.sessions.get(sessionId);
  for (const one of session?.ringing ?? []) {
    const isThere = device === undefined || one.place.devices.includes(device);
    if (session !== undefined && isThere) ring(draft, session, one, device);
  }
}

function ring(draft: Draft, session: ModelSession, { connectionId, place }: Ringing, device: string | undefined): void {
  const { callId } = session;
  const why = whyOf(session);
  if (place.kind === "trunk") return setConnection(draft, callId, connectionId, "network-alerting", why);
  setConnection(draft, callId, connectionId, "alerting", why);
  for (const one of device === undefined ? place.devices : [device]) {
    setTerminal(draft, { callId, connectionId, device: one }, "ringing", why);
  }
}

/** Somebody has answered, or a service of the switch has. @returns false: it makes no difference */
export function answered(draft: Draft, event: EventOf<"answered">): boolean {
  const session = draft.world.sessions.get(event.sessionId);
  if (session?.stage !== "setup" || isOrphan(draft, session)) return false;
  establishCaller(draft, session);
  const caller = session.caller === undefined ? undefined : draft.world.legs.get(session.caller);
  // What is encrypted is so for both.
  const encrypted = event.leg?.isEncrypted === true ? { isEncrypted: true as const } : {};
  if (caller !== undefined) putLeg(draft, withMore(caller, { ...encrypted, isUp: true }));
  const endpoint = event.endpoint === undefined ? {} : { endpoint: event.endpoint };
  const { picking: _picking, stage: _stage, ringing: _ringing, ...rung } = session;
  const { leg } = event;
  const place = leg === undefined ? {} : placeOf(session, leg);
  const up: ModelSession = { stage: "up", ringing: [], ...rung, ...endpoint, ...place };
  putSession(draft, up);
  // Who has picked the call up is a party of it already.
  const isPickedUp = leg !== undefined && draft.world.legs.get(leg.legId)?.sessionId === session.sessionId;
  for (const one of session.ringing) {
    if (!isPickedUp && leg !== undefined && isAnsweredBy(one.place, leg)) continue;
    disconnect(draft, session.callId, one.connectionId, whyNot(draft, session, isPickedUp));
  }
  if (!isPickedUp && leg !== undefined) establishCallee(draft, session, leg);
  return true;
}

/** Why it is not one that has rung who has the call. */
function whyNot({ world }: Draft, { sessionId }: ModelSession, isPickedUp: boolean): Why {
  if (isPickedUp) return { ...NORMAL, feature: "pickup", cause: ANSWERED_ELSEWHERE };
  // Only a service has it without having been offered it, when it was redirected.
  const redirect = world.redirects.get(sessionId);
  return redirect === undefined ? { ...NORMAL, cause: ANSWERED_ELSEWHERE } : whyRedirected(redirect);
}

/** Who answers a call of the switch is in the caller's place. */
function placeOf({ caller }: ModelSession, { legId }: LegFacts): Pick<ModelSession, "caller" | "callee"> {
  return caller === undefined ? { caller: legId } : { callee: legId };
}

/** Its call is over: all that it was for has left while it rang. It is released; features hear of its end. */
function isOrphan(draft: Draft, { sessionId, callId }: ModelSession): boolean {
  if (draft.world.calls.has(callId)) return false;
  draft.effects.push({ type: "release", sessionId, why: NORMAL });
  return true;
}

function establishCallee(draft: Draft, session: ModelSession, leg: LegFacts): void {
  const { callId, sessionId } = session;
  const known = session.ringing.find(({ place }) => isAnsweredBy(place, leg));
  const why = whyOf(session);
  const connectionId = known?.connectionId ?? addConnection(draft, callId, leg.address, why);
  if (known !== undefined) ring(draft, session, known, leg.device);
  setConnection(draft, callId, connectionId, "established", why);
  setTerminal(draft, { callId, connectionId, device: leg.device }, "talking", why, leg.legId);
  putLeg(draft, newLeg(leg, { callId, connectionId, sessionId, isUp: true }));
  showLine(draft, { callId, connectionId }, why, known?.place.devices);
}

/** A phone holds, or takes its call back, by itself. */
export function held(draft: Draft, { legId, isHolding }: EventOf<"held">): void {
  const leg = draft.world.legs.get(legId);
  if (leg === undefined || leg.isHolding === isHolding) return;
  putLeg(draft, { ...leg, isHolding });
  showHold(draft, { ...leg, isHolding }, "party");
  const other = otherLeg(draft.world, leg);
  if (other !== undefined) refreshSound(draft, other);
}

/** The state of the leg's device follows who holds. */
export function showHold(draft: Draft, leg: ModelLeg, by: Why["by"]): void {
  const isHeld = leg.isHolding || leg.isHeldByCommand;
  const why: Why = { cause: 16, feature: isHeld ? "hold" : "retrieve", by };
  setTerminal(draft, leg, isHeld ? "held" : "talking", why);
  showLine(draft, leg, why);
}

/** A session is over: who is still in it is out of the call. */
export function ended(draft: Draft, { sessionId, why: outcome }: EventOf<"ended">): void {
  const session = draft.world.sessions.get(sessionId);
  if (session === undefined) return;
  const isByUs = outcome.by === "system" || outcome.by === "timer";
  const told = isByUs ? (session.released ?? outcome) : outcome;
  const isPlain = told.feature === "normal" && told.detail === undefined;
  const why: Why = isPlain ? withMore(told, { ...doingOf(session) }) : told;
  const { callId, caller, callee } = session;
  removeSession(draft, sessionId);
  for (const { connectionId } of session.ringing) disconnect(draft, callId, connectionId, why);
  for (const legId of [caller, callee]) {
    const leg = legId === undefined ? undefined : draft.world.legs.get(legId);
    // A leg that has been moved to another session is no longer this one's.
    if (leg?.sessionId === sessionId) dropLeg(draft, leg, why);
  }
  endWhenEmpty(draft, callId, why);
}

/** A leg is gone: its device is dropped, and its party with the last device that talked. */
export function dropLeg(draft: Draft, leg: ModelLeg, why: Why): void {
  removeLeg(draft, leg);
  leaveLine(draft, leg, why);
  if (!hasOtherLeg(draft, leg)) disconnect(draft, leg.callId, leg.connectionId, why);
  endWhenEmpty(draft, leg.callId, why);
}

/** Another device of the line is in the call by the same connection (barge). */
function hasOtherLeg({ world }: Draft, { callId, connectionId, legId }: ModelLeg): boolean {
  const connection = world.calls.get(callId)?.connections.find((one) => one.connectionId === connectionId);
  return connection?.terminals.some((one) => one.legId !== undefined && one.legId !== legId) === true;
}

function establishCaller(draft: Draft, { callId, caller }: ModelSession): void {
  const leg = caller === undefined ? undefined : draft.world.legs.get(caller);
  if (leg !== undefined) setConnection(draft, callId, leg.connectionId, "established", NORMAL);
}

function newLeg(facts: LegFacts, place: Pick<ModelLeg, "callId" | "connectionId" | "sessionId" | "isUp">): ModelLeg {
  const { legId, kind, device, address, isEncrypted } = facts;
  const { callId, connectionId, sessionId, isUp } = place;
  const encrypted = isEncrypted === undefined ? {} : { isEncrypted };
  const held = { isHolding: false, isHeldByCommand: false };
  return { legId, kind, device, address, callId, connectionId, sessionId, isUp, ...held, ...encrypted };
}

function isAnsweredBy({ devices, address, kind }: Place, leg: LegFacts): boolean {
  return kind === "trunk" ? leg.kind === "trunk" : devices.includes(leg.device) && isSame(address, leg.address);
}

function isSame(one: Address, other: Address): boolean {
  return one.line === undefined ? one.number === other.number : one.line === other.line;
}

/** The session itself says why, where routing does not. */
function whyOffered(session: ModelSession, { feature, detail, by }: EventOf<"offering">): Why {
  if (feature === undefined) return by === undefined ? whyOf(session) : { ...whyOf(session), by };
  return because({ feature, ...(detail === undefined ? {} : { detail }) }, by);
}

function whyOf(session: ModelSession): Why {
  return because(doingOf(session), session.reasonBy);
}

function doingOf({ reason: feature = "normal", reasonDetail: detail }: ModelSession): Doing {
  return detail === undefined ? { feature } : { feature, detail };
}

/** Who brings a feature about, where nothing else is known; others are the switch's doing. */
const BY: Readonly<Partial<Record<FeatureReason, CausedBy>>> = {
  normal: "party",
  redirect: "application",
  unpark: "application",
  pickup: "application",
  "blind-transfer": "party",
  "redirection-3xx": "party",
  "park-reminder": "timer",
};

function because(doing: Doing, by = BY[doing.feature] ?? "system"): Why {
  return { cause: 16, ...doing, by };
}
