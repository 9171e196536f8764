import { withMore } from "../../common/index.ts";
import { moveConnection } from "./call-changes.ts";
import { beginSound } from "./features/sound.ts";
import type { Endpoint } from "./model-effect.ts";
import type { Why } from "./why.ts";
import { legOf, nameSession, putLeg, putSession, type Draft, type ModelLeg, type Purpose } from "./world.ts";

/** Who is connected with whom is changed by these two: the legs' sessions end, and a new one begins. */

/** Two legs are connected, as parties of a call. @returns the new session's name */
export function join(draft: Draft, wanted: string, callerId: string, calleeId: string, why: Why): string {
  const callId = callThatIs(draft, wanted, callerId);
  const sessionId = nameSession(draft, callId);
  for (const legId of [callerId, calleeId]) moveLeg(draft, legOf(draft, legId), callId, sessionId, why);
  putSession(draft, {
    sessionId,
    callId,
    stage: "up",
    caller: callerId,
    callee: calleeId,
    ringing: [],
    reason: why.feature,
  });
  draft.effects.push({ type: "join", sessionId, caller: callerId, callee: calleeId });
  for (const legId of [callerId, calleeId]) beginSound(draft, legOf(draft, legId));
  return sessionId;
}

/** A leg is connected with a service of the media side. @returns the new session's name */
export function attach(
  draft: Draft,
  wanted: string,
  legId: string,
  endpoint: Endpoint,
  { why, musicOf }: { readonly why: Why; readonly musicOf?: string },
): string {
  const callId = callThatIs(draft, wanted, legId);
  const sessionId = nameSession(draft, callId);
  moveLeg(draft, legOf(draft, legId), callId, sessionId, why);
  putSession(draft, { sessionId, callId, stage: "up", caller: legId, endpoint, ringing: [], reason: why.feature });
  draft.effects.push({
    type: "attach",
    sessionId,
    legId,
    endpoint,
    ...(musicOf === undefined ? {} : { musicOf }),
  });
  beginSound(draft, legOf(draft, legId));
  return sessionId;
}

/**
 * Legs are connected with services at the same time, each of its own call; whoever is left alone in a session is out.
 * @returns the new sessions' names
 */
export function attachAll(
  draft: Draft,
  wanted: readonly { readonly legId: string; readonly endpoint: Endpoint }[],
  purpose: Purpose,
  why: Why,
): readonly string[] {
  const attached = wanted.map(({ legId, endpoint }) => {
    const leg = legOf(draft, legId);
    const { callId } = leg;
    const sessionId = nameSession(draft, callId);
    moveLeg(draft, leg, callId, sessionId, why);
    putSession(draft, { sessionId, callId, stage: "up", caller: legId, endpoint, ringing: [], purpose });
    return { sessionId, legId, endpoint };
  });
  draft.effects.push({ type: "attach-all", attached });
  return attached.map(({ sessionId }) => sessionId);
}

/** A leg is part of another session, and of its call, from now on. */
export function moveLeg(draft: Draft, leg: ModelLeg, callId: string, sessionId: string, why: Why): void {
  const { sessions } = draft.world;
  const old = sessions.get(leg.sessionId);
  if (old !== undefined) {
    const { caller, callee, ...rest } = old;
    const kept = withMore(caller === undefined || caller === leg.legId ? {} : { caller }, {
      ...(callee === undefined || callee === leg.legId ? {} : { callee }),
    });
    putSession(draft, withMore(rest, { ...kept }));
  }
  moveConnection(draft, leg.callId, leg.connectionId, callId, why);
  putLeg(draft, { ...leg, callId, sessionId });
}

/** The call that is wanted; where that is over, since all its parties have gone to others, the leg's own. */
function callThatIs(draft: Draft, wanted: string, legId: string): string {
  return draft.world.calls.has(wanted) ? wanted : legOf(draft, legId).callId;
}
