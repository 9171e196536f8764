import { dropLeg, showHold } from "./basic-call.ts";
import type { Call, Connection } from "./call.ts";
import { endWhenEmpty } from "./call-changes.ts";
import { endLostRoutes } from "./features/route.ts";
import type { ModelEffect } from "./model-effect.ts";
import { featureTables, type RestoredLeg, type RestoredSession, type SavedModel } from "./saved-model.ts";
import type { Why } from "./why.ts";
import { putLeg, putSession, removeLeg, type Draft, type ModelLeg, type World } from "./world.ts";

/** Why a part of a call is over that did not outlive its process. */
export const LOST_WITH_PROCESS: Why = { cause: 41, feature: "node-failure", by: "system" };

/**
 * Takes up what the process before this one has left: calls as they are on file, those of one plain session as they are
 * made of it, and features with what they had under way. Sessions are the truth: a leg that is in none is gone.
 * A session that was on file and is not up is followed by `ended`, once something can be sent to who else is concerned.
 * Pure: the caller performs the effects in order.
 */
export function takeUp(world: World, saved: SavedModel, sessions: readonly RestoredSession[]): readonly ModelEffect[] {
  const draft: Draft = { world, effects: [] };
  const tables = featureTables(world);
  for (const { table, key, value } of saved.features) tables.get(table)?.set(key, value);
  for (const { call, legs, sessions: known } of saved.calls) {
    world.calls.set(call.callId, call);
    for (const leg of legs) putLeg(draft, leg);
    for (const session of known) putSession(draft, session);
  }
  for (const session of sessions) takeUpSession(draft, session);
  const up = new Set(sessions.map(({ sessionId }) => sessionId));
  const legsUp = new Set(sessions.flatMap(({ caller, callee }) => [caller.legId, callee?.legId]));
  for (const leg of [...world.legs.values()]) {
    const mayEnd = world.sessions.has(leg.sessionId) && !up.has(leg.sessionId);
    if (!mayEnd && !legsUp.has(leg.legId)) dropLeg(draft, leg, LOST_WITH_PROCESS);
  }
  for (const callId of [...world.calls.keys()]) endWhenEmpty(draft, callId, LOST_WITH_PROCESS);
  endLostRoutes(draft);
  forgetLost(world);
  return draft.effects;
}

/** Redirects and pickups of calls that rang: such a call is not on file, so that nobody is told of its end. */
function forgetLost({ redirects, pickups, sessions }: World): void {
  for (const sessionId of [...redirects.keys()]) if (!sessions.has(sessionId)) redirects.delete(sessionId);
  for (const { pickupId, target = pickupId } of [...pickups.values()]) {
    if (!sessions.has(target)) pickups.delete(pickupId);
  }
}

function takeUpSession(draft: Draft, restored: RestoredSession): void {
  const { world } = draft;
  const { sessionId, caller, callee, endpoint } = restored;
  const known = world.sessions.get(sessionId);
  if (known === undefined) {
    if (!world.calls.has(sessionId)) world.calls.set(sessionId, plainCall(restored));
    putSession(draft, { sessionId, callId: sessionId, stage: "up", ringing: [] });
  }
  const session = world.sessions.get(sessionId);
  if (session === undefined) return;
  for (const [index, facts] of [caller, callee].entries()) {
    if (facts !== undefined) takeUpLeg(draft, facts, { sessionId, callId: session.callId, number: index + 1 });
  }
  const { caller: _caller, callee: _callee, ...rest } = session;
  putSession(draft, {
    ...rest,
    stage: "up",
    ringing: [],
    caller: caller.legId,
    ...(callee === undefined ? {} : { callee: callee.legId }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

function takeUpLeg(
  draft: Draft,
  { isHolding, ...facts }: RestoredLeg,
  { sessionId, callId, number }: { readonly sessionId: string; readonly callId: string; readonly number: number },
): void {
  const known = draft.world.legs.get(facts.legId);
  const place = known ?? { callId, connectionId: `${callId}/${number}`, isHeldByCommand: false };
  const leg: ModelLeg = { ...facts, ...place, sessionId, isUp: true, isHolding };
  if (known !== undefined && known.device !== facts.device) removeLeg(draft, known);
  putLeg(draft, leg);
  // It has changed that since it was put on file last.
  if (known !== undefined && known.isHolding !== isHolding) showHold(draft, leg, "party");
}

/** The call of one session that is up, of which nothing else is known. */
function plainCall({ sessionId: callId, caller, callee, called }: RestoredSession): Call {
  const parties = callee === undefined ? [caller] : [caller, callee];
  const connections = parties.map((leg, index): Connection => {
    const { device, legId, isHolding, address } = leg;
    const state = isHolding ? "held" : "talking";
    return {
      connectionId: `${callId}/${index + 1}`,
      address,
      state: "established",
      terminals: [{ device, state, legId }],
    };
  });
  return {
    callId,
    state: "active",
    connections,
    named: connections.length,
    calling: caller.address,
    called,
    mergedFrom: [],
  };
}
