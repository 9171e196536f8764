import { disconnect, endWhenEmpty, linkCalls, seatTerminal, setTerminal } from "../call-changes.ts";
import type { Why } from "../why.ts";
import { showLine } from "./shared-line.ts";
import { legOf, putLeg, putSession, type Draft, type ModelLeg } from "../world.ts";

/** Which leg is a device's in which connection. */

/** Two legs of a device change places, each with its connection. */
export function swapSeats(draft: Draft, one: ModelLeg, other: ModelLeg): void {
  move(draft, one, other);
  move(draft, other, one);
}

function move(draft: Draft, leg: ModelLeg, { callId, connectionId }: ModelLeg): void {
  seatTerminal(draft, { callId, connectionId, device: leg.device }, leg.legId);
  putLeg(draft, { ...leg, callId, connectionId });
  const session = draft.world.sessions.get(leg.sessionId);
  if (session !== undefined) putSession(draft, { ...session, callId });
}

/** A leg leaves its own call for a connection of its line in another one. */
export function enterSeat(draft: Draft, legId: string, callId: string, connectionId: string, why: Why): void {
  const leg = legOf(draft, legId);
  const { device } = leg;
  putLeg(draft, { ...leg, callId, connectionId });
  const session = draft.world.sessions.get(leg.sessionId);
  if (session !== undefined) putSession(draft, { ...session, callId });
  if (leg.callId !== callId) linkCalls(draft, leg.callId, callId);
  disconnect(draft, leg.callId, leg.connectionId, why);
  endWhenEmpty(draft, leg.callId, why);
  setTerminal(draft, { callId, connectionId, device }, "talking", why, legId);
  showLine(draft, { callId, connectionId }, why);
}
