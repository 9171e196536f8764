import { moveConnection } from "./call-changes.ts";
import { beginSound } from "./features/sound.ts";
import type { Endpoint } from "./model-effect.ts";
import type { Why } from "./why.ts";
import { legOf, nameSession, putLeg, putSession, type Draft, type ModelLeg } from "./world.ts";

/** Who is connected with whom is changed by these two: the legs' sessions end, and a new one begins. */

/** Two legs are connected, as parties of a call. @returns the new session's name */
export function join(draft: Draft, callId: string, callerId: string, calleeId: string, why: Why): string {
  const sessionId = nameSession(draft, callId);
  for (const legId of [callerId, calleeId]) moveLeg(draft, legOf(draft, legId), callId, sessionId, why);
  putSession(draft, { sessionId, callId, stage: "up", caller: callerId, callee: calleeId, ringing: [] });
  draft.effects.push({ type: "join", sessionId, caller: callerId, callee: calleeId });
  for (const legId of [callerId, calleeId]) beginSound(draft, legOf(draft, legId));
  return sessionId;
}

/** A leg is connected with a service of the media side. @returns the new session's name */
export function attach(
  draft: Draft,
  callId: string,
  legId: string,
  endpoint: Endpoint,
  { why, musicOf }: { readonly why: Why; readonly musicOf?: string },
): string {
  const sessionId = nameSession(draft, callId);
  moveLeg(draft, legOf(draft, legId), callId, sessionId, why);
  putSession(draft, { sessionId, callId, stage: "up", caller: legId, endpoint, ringing: [] });
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

/** A leg is part of another session, and of its call, from now on. */
export function moveLeg(draft: Draft, leg: ModelLeg, callId: string, sessionId: string, why: Why): void {
  const { sessions } = draft.world;
  const old = sessions.get(leg.sessionId);
  if (old !== undefined) {
    const { caller, callee, ...rest } = old;
    const kept = {
      ...(caller === undefined || caller === leg.legId ? {} : { caller }),
      ...(callee === undefined || callee === leg.legId ? {} : { callee }),
    };
    putSession(draft, { ...rest, ...kept });
  }
  moveConnection(draft, leg.callId, leg.connectionId, callId, why);
  putLeg(draft, { ...leg, callId, sessionId });
}
