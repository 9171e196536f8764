import { dropLeg } from "../basic-call.ts";
import { linkCalls } from "../call-changes.ts";
import type { CallCommand } from "../../../signals/index.ts";
import type { DialRefusal } from "./dial-refusal.ts";
import type { ModelEvent } from "../model-event.ts";
import { moveLeg } from "../reconnect.ts";
import type { Doing, Why } from "../why.ts";
import { nameSession, putSession, type Draft, type ModelSession, type World } from "../world.ts";
import { askedBy, refuse, refuseFor, succeed } from "./asker.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import type { Pickup, Wanted } from "./pickup-state.ts";

type PickupCommand = Extract<CallCommand, { type: "pickup" }>;

/** Q.850 26: somebody else has it. */
const ELSEWHERE = 26;
const NOTHING: DialRefusal = { status: 404, reason: "pickup-nothing" };

/** Calls of the own group of a line need no detail. */
function doing(wanted: Wanted): Doing {
  if (wanted.kind === "number") return { feature: "pickup", detail: "directed" };
  return wanted.isOther === true ? { feature: "pickup", detail: "other-group" } : { feature: "pickup" };
}

function sessionReason(wanted: Wanted): Pick<ModelSession, "reason" | "reasonDetail"> {
  const { feature: reason, detail } = doing(wanted);
  return detail === undefined ? { reason } : { reason, reasonDetail: detail };
}

function whyGone({ wanted }: Pickup): Why {
  return { cause: ELSEWHERE, ...doing(wanted), by: "system" };
}

/** What a device means by a feature code, or by the number of a group; undefined: it is in no group. */
export function wantedBy(
  { settings }: World,
  line: string | undefined,
  { group, number }: { readonly group?: string | undefined; readonly number?: string | undefined },
): Wanted | undefined {
  if (number !== undefined) return { kind: "number", number };
  const own = line === undefined ? undefined : settings.pickupGroupOf(line);
  const meant = group ?? own;
  if (meant === undefined) return undefined;
  return meant === own ? { kind: "group", group: meant } : { kind: "group", group: meant, isOther: true };
}

/**
 * The call that may be taken and rings longest: never one that the device makes itself, nor one that somebody is about to
 * have, nor one that is being sent elsewhere.
 */
function oldest(world: World, device: string, wanted: Wanted): ModelSession | undefined {
  const { sessions, ringingFor, settings } = world;
  const keys = wanted.kind === "group" ? settings.pickupMembers(wanted.group) : [wanted.number];
  let found: ModelSession | undefined;
  let first = Infinity;
  for (const key of keys) {
    for (const [sessionId, order] of ringingFor.get(key) ?? []) {
      if (order >= first) break;
      const session = sessions.get(sessionId);
      if (session === undefined || !mayBeTaken(world, session, device, key, wanted)) continue;
      [found, first] = [session, order];
      break;
    }
  }
  return found;
}

function mayBeTaken(
  { legs, redirects, settings }: World,
  { sessionId, stage, caller: legId, picking, ringing }: ModelSession,
  device: string,
  key: string,
  { kind, numbers }: Wanted,
): boolean {
  // A call of the switch itself has no caller who waits for an answer.
  const caller = legId === undefined ? undefined : legs.get(legId);
  if (stage !== "setup" || caller === undefined || caller.device === device) return false;
  if (picking !== undefined || redirects.has(sessionId)) return false;
  const isBarred = ringing.some(({ place: { address } }) => {
    return numbers !== undefined && !settings.isAmong(numbers, address.number);
  });
  if (isBarred) return false;
  return ringing.some(({ place: { address } }) => {
    if (kind === "group") return address.line === key;
    return address.line !== undefined && address.number === key && settings.reaches(device, address.line);
  });
}

/** A device has dialed for a call that rings elsewhere. @returns why not; undefined: it is answered with silence */
export function dialedPickup(
  draft: Draft,
  sessionId: string,
  device: string,
  wanted: Wanted | undefined,
): DialRefusal | undefined {
  const session = draft.world.sessions.get(sessionId);
  if (session === undefined || wanted === undefined || oldest(draft.world, device, wanted) === undefined)
    return NOTHING;
  putSession(draft, { ...session, purpose: { feature: "pickup", id: sessionId }, ...sessionReason(wanted) });
  draft.world.pickups.set(sessionId, { pickupId: sessionId, state: "asking", device, wanted });
  return undefined;
}

/** What a command means, as far as the device could dial for it: of its own lines' groups, or those that it may dial. */
function wantedByCommand(world: World, command: PickupCommand): Wanted | undefined {
  const { device, line, group, number, numbers } = command;
  const { settings } = world;
  const lines = settings.linesOf(device);
  if (line !== undefined && !lines.includes(line)) return undefined;
  if (group !== undefined && !lines.some((own) => settings.pickupGroupOf(own) === group)) {
    const dialed = settings.pickupNumberOf(group);
    if (dialed === undefined || !settings.reaches(device, dialed)) return undefined;
  }
  const wanted = wantedBy(world, line ?? settings.addressOf(device)?.line, { group, number });
  return wanted === undefined || numbers === undefined ? wanted : { ...wanted, numbers };
}

/** @returns whether there is one that rings at other numbers than who asks may have to do with */
function isBarred(world: World, device: string, wanted: Wanted | undefined): boolean {
  if (wanted?.numbers === undefined) return false;
  const { numbers: _numbers, ...any } = wanted;
  return oldest(world, device, any) !== undefined;
}

/** A device is rung that is to have a call that rings elsewhere. */
export function commandPickup(draft: Draft, command: PickupCommand, commandId: string): void {
  const { world } = draft;
  const { device } = command;
  const address = world.settings.addressOf(device);
  const wanted = wantedByCommand(world, command);
  const target = wanted === undefined ? undefined : oldest(world, device, wanted);
  if (wanted === undefined || target?.caller === undefined || address === undefined) {
    return isBarred(world, device, wanted)
      ? refuse(draft, { commandId }, "pickup-barred", "no call rings at a number that is allowed")
      : refuse(draft, { commandId }, "pickup-nothing", "no call rings that this device may take");
  }
  const { callId, caller } = target;
  const sessionId = nameSession(draft, callId);
  putSession(draft, {
    sessionId,
    callId,
    stage: "setup",
    ringing: [],
    purpose: { feature: "pickup", id: sessionId },
    ...sessionReason(wanted),
  });
  world.pickups.set(sessionId, { pickupId: sessionId, state: "asking", device, wanted, commandId });
  const from = { legId: caller };
  const callee = { by: device, to: address.number, onlyDevice: device };
  draft.effects.push({ type: "originate", sessionId, callId, from, ...callee, endpoint: "silence", feature: "pickup" });
}

/**
 * Who picks up is connected: it is asked to answer the oldest call that rings now. The call that it dialed for may have
 * gone meanwhile, and another may be there.
 */
function take(draft: Draft, pickup: Pickup, legId: string): void {
  const { world, effects } = draft;
  const { pickupId, device, wanted, commandId } = pickup;
  const target = oldest(world, device, wanted);
  const leg = world.legs.get(legId);
  if (target === undefined || leg === undefined) return fail(draft, pickup, whyGone(pickup));
  const { sessionId, callId } = target;
  world.pickups.set(pickupId, { ...pickup, state: "taking", target: sessionId, legId });
  linkCalls(draft, leg.callId, callId);
  moveLeg(draft, leg, callId, sessionId, {
    cause: 16,
    ...doing(wanted),
    by: askedBy(commandId === undefined ? {} : { commandId }),
  });
  putSession(draft, { ...target, picking: legId });
  effects.push({ type: "pick-up", sessionId, legId });
}

function fail(draft: Draft, pickup: Pickup, why: Why): void {
  const { pickupId, commandId } = pickup;
  draft.world.pickups.delete(pickupId);
  refuse(draft, { ...(commandId === undefined ? {} : { commandId }) }, "pickup-nothing", "the call is gone");
  draft.effects.push({ type: "release", sessionId: pickupId, why });
}

/** The pickup by which a session is about to be answered. */
function pickupBy({ pickups }: World, target: string): Pickup | undefined {
  for (const pickup of pickups.values()) if (pickup.target === target) return pickup;
  return undefined;
}

/** What happens to a call that is being picked up. */
export function watchPickups(draft: Draft, event: ModelEvent): void {
  if (draft.world.pickups.size === 0) return;
  if (event.type !== "answered" && event.type !== "pick-up-failed" && event.type !== "ended") return;
  const pickup = pickupBy(draft.world, event.sessionId);
  if (pickup === undefined) return;
  if (event.type === "answered" && event.leg?.legId === pickup.legId) {
    const { pickupId, commandId } = pickup;
    draft.world.pickups.delete(pickupId);
    const callId = draft.world.sessions.get(event.sessionId)?.callId ?? event.sessionId;
    return succeed(draft, commandId === undefined ? {} : { commandId }, callId);
  }
  if (event.type === "pick-up-failed" && event.legId !== pickup.legId) return;
  const { world } = draft;
  const session = world.sessions.get(event.sessionId);
  if (session !== undefined) {
    const { picking: _picking, ...rest } = session;
    putSession(draft, rest);
  }
  const leg = pickup.legId === undefined ? undefined : world.legs.get(pickup.legId);
  const why = whyGone(pickup);
  if (leg !== undefined) dropLeg(draft, leg, why);
  fail(draft, pickup, why);
}

export const PICKUP: FeatureMachine = {
  // By dialing it can be moved only when it has acknowledged (RFC 3261 14.1).
  onAcknowledged: (draft, id, { caller }) => {
    const pickup = draft.world.pickups.get(id);
    if (pickup?.state === "asking" && caller !== undefined) take(draft, pickup, caller);
  },
  onAnswered: (draft, id, _session, legId) => {
    const pickup = draft.world.pickups.get(id);
    if (pickup?.state === "asking" && legId !== undefined) take(draft, pickup, legId);
  },
  onEnded: (draft, id, _session, why) => {
    const pickup = draft.world.pickups.get(id);
    if (pickup?.state !== "asking") return;
    draft.world.pickups.delete(id);
    if (pickup.commandId === undefined) return;
    refuseFor(draft, { commandId: pickup.commandId }, why, "the phone has not taken the call");
  },
};
