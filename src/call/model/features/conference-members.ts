import { showHold } from "../basic-call.ts";
import type { Endpoint } from "../model-effect.ts";
import { attach, join } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { putLeg, putSession, type Draft, type ModelLeg, type World } from "../world.ts";
import { refuse } from "./asker.ts";
import type { Conference } from "./conference-state.ts";

/** Who is in a conference, and what becomes of those who are left. */

const LEFT: Why = { cause: 16, feature: "conference", by: "system" };

/** The mixer of a call. */
export function mixerOf(callId: string): Endpoint {
  return `conference:${callId}`;
}

/** The conference that a leg is a member of. */
export function conferenceOf({ conferences, sessions }: World, { sessionId, legId }: ModelLeg): Conference | undefined {
  const purpose = sessions.get(sessionId)?.purpose;
  const conference = purpose?.feature === "conference" ? conferences.get(purpose.id) : undefined;
  return conference?.members.includes(legId) === true ? conference : undefined;
}

/** Its members that have not gone, and that no other feature has taken away. */
export function membersOf(world: World, { members, callId }: Conference): ModelLeg[] {
  return members
    .map((legId) => world.legs.get(legId))
    .filter((leg) => leg !== undefined)
    .filter(({ sessionId }) => {
      const purpose = world.sessions.get(sessionId)?.purpose;
      return purpose?.feature === "conference" && purpose.id === callId;
    });
}

export function putConference({ world }: Draft, conference: Conference): void {
  world.conferences.set(conference.callId, conference);
}

/** Ends the session of a leg. */
export function release({ effects }: Draft, { sessionId }: ModelLeg, why: Why): void {
  effects.push({ type: "release", sessionId, why });
}

/** A member that holds is out of the mix: neither does it hear the others, nor do they hear it. */
export function placeMember(draft: Draft, { callId }: Conference, leg: ModelLeg): void {
  const wanted = leg.isHeldByCommand ? "silence" : mixerOf(callId);
  const { sessions } = draft.world;
  if (sessions.get(leg.sessionId)?.endpoint === wanted) return;
  const sessionId = attach(draft, callId, leg.legId, wanted, { why: LEFT });
  const session = sessions.get(sessionId);
  if (session !== undefined) putSession(draft, { ...session, purpose: { feature: "conference", id: callId } });
}

/** The switch holds for a member, or takes it back. @returns false: the leg is in no conference */
export function holdMember(draft: Draft, leg: ModelLeg, isHeld: boolean): boolean {
  const conference = conferenceOf(draft.world, leg);
  if (conference === undefined) return false;
  const next: ModelLeg = { ...leg, isHeldByCommand: isHeld };
  putLeg(draft, next);
  showHold(draft, next, "application");
  placeMember(draft, conference, next);
  return true;
}

/**
 * Members may be gone. Two that are left are connected directly; one that is left is released, and so are devices of one
 * line that are left among themselves, and all when the conference ends with who made it. While somebody is being rung
 * for a member's place the others wait.
 */
export function checkMembers(draft: Draft, callId: string): void {
  const conference = draft.world.conferences.get(callId);
  if (conference === undefined || conference.gathering !== undefined) return;
  const members = membersOf(draft.world, conference);
  if (members.length === 0) return abandon(draft, conference);
  putConference(draft, { ...conference, members: members.map(({ legId }) => legId) });
  if (isOver(draft, conference, members)) return endConference(draft, conference, members);
  if (conference.invitations.length > 0) return;
  const lines = new Set(members.map(({ connectionId }) => connectionId));
  if (lines.size < 2) return endConference(draft, conference, members);
  const [one, other, ...others] = members;
  if (one === undefined || other === undefined || others.length > 0) return;
  draft.world.conferences.delete(callId);
  join(draft, callId, one.legId, other.legId, LEFT);
}

function isOver({ world }: Draft, { controller }: Conference, members: readonly ModelLeg[]): boolean {
  if (controller === undefined || !world.settings.endsWithController()) return false;
  return !members.some(({ device }) => device === controller);
}

function endConference(draft: Draft, conference: Conference, members: readonly ModelLeg[]): void {
  for (const leg of members) release(draft, leg, LEFT);
  abandon(draft, conference);
}

/** Nobody waits for those who are still being rung. */
function abandon(draft: Draft, { callId, invitations }: Conference): void {
  draft.world.conferences.delete(callId);
  for (const { sessionId, asker } of invitations) {
    refuse(draft, asker, "party-gone", "the conference is over");
    draft.effects.push({ type: "release", sessionId, why: LEFT });
  }
}
