import { dropLeg } from "../basic-call.ts";
import type { Why } from "../why.ts";
import { nameSession, putSession, type Draft, type ModelLeg, removeSession } from "../world.ts";
import { asked, progress, refuse, refuseFor, succeed } from "./asker.ts";
import { gather } from "./conference-gathering.ts";
import { checkMembers, conferenceOf, membersOf, mixerOf, putConference, release } from "./conference-members.ts";
import { pairOf } from "./conference-plan.ts";
import { MAX_PARTIES, type Conference, type Invitation } from "./conference-state.ts";
import type { Told } from "./blind-transfer.ts";
import type { Asker } from "./transfer-state.ts";

/** A member of a conference hands its place over. */

/** Q.850. */
const UNKNOWN_NUMBER = 1;

function whyReplaced(asker: Asker): Why {
  return { cause: 16, feature: "blind-transfer", ...asked(asker) };
}

/** Who answers at a number takes the place of a member. @returns false: the leg is in no conference */
export function transferMember(draft: Draft, leg: ModelLeg, to: string, asker: Asker, told: Told = {}): boolean {
  const conference = conferenceOf(draft.world, leg);
  if (conference === undefined) return false;
  const { callId, gathering, invitations, members } = conference;
  if (gathering !== undefined || invitations.some(({ replaced }) => replaced === leg.legId)) {
    refuse(draft, asker, "pending", "another feature is at work in the conference");
    return true;
  }
  if (members.length + invitations.length >= MAX_PARTIES) {
    refuse(draft, asker, "conference-full", `a conference has at most ${MAX_PARTIES} parties`);
    return true;
  }
  const sessionId = nameSession(draft, callId);
  const { legId, device } = leg;
  const invitation: Invitation = { sessionId, device, replaced: legId, asker };
  putConference(draft, { ...conference, invitations: [...invitations, invitation] });
  const purpose = { feature: "conference", id: callId } as const;
  putSession(draft, { sessionId, callId, stage: "setup", ringing: [], purpose });
  progress(draft, asker, 100);
  draft.effects.push({
    type: "originate",
    sessionId,
    callId,
    from: { legId },
    by: device,
    to,
    endpoint: mixerOf(callId),
    feature: "blind-transfer",
    ...told,
  });
  return true;
}

/**
 * The other party of one of two legs takes the place of the other one, a member of a conference.
 * @returns false: neither is in a conference
 */
export function transferMemberConsulted(draft: Draft, first: ModelLeg, second: ModelLeg, asker: Asker): boolean {
  const isFirst = conferenceOf(draft.world, first) !== undefined;
  const [member, call] = isFirst ? [first, second] : [second, first];
  const conference = conferenceOf(draft.world, member);
  if (conference === undefined) return false;
  const { callId, gathering, invitations } = conference;
  if (conferenceOf(draft.world, call) !== undefined) {
    refuse(draft, asker, "conference-exists", "two conferences are not made one");
    return true;
  }
  const pair = pairOf(draft.world, call);
  if ("failure" in pair) {
    refuse(draft, asker, pair.failure, pair.detail);
    return true;
  }
  if (gathering !== undefined || invitations.some(({ replaced }) => replaced === member.legId)) {
    refuse(draft, asker, "pending", "another feature is at work in the conference");
    return true;
  }
  const isIn = membersOf(draft.world, conference).some(
    (leg) => leg !== member && leg.kind === "phone" && leg.device === draft.world.legs.get(pair.party)?.device,
  );
  if (isIn) {
    refuse(draft, asker, "conference-party-already", "the party is in the conference");
    return true;
  }
  gather(draft, callId, {
    asker,
    feature: "transfer",
    device: member.device,
    joining: [pair.party],
    leaving: [member.legId, call.legId],
    pairs: [pair],
  });
  return true;
}

export function invitationOf({ world }: Draft, callId: string, sessionId: string): Invitation | undefined {
  return world.conferences.get(callId)?.invitations.find((one) => one.sessionId === sessionId);
}

/** Numbers that are rung ring. */
export function invitationRings(draft: Draft, { invitations }: Conference): void {
  for (const { sessionId, asker } of invitations) {
    const isRinging = draft.world.sessions.get(sessionId)?.ringing.length !== 0;
    if (isRinging) progress(draft, asker, 180);
  }
}

/** Somebody has answered there, and is in the mixer already. */
export function invitationAnswered(
  draft: Draft,
  callId: string,
  invitation: Invitation,
  legId: string | undefined,
): void {
  if (legId === undefined) {
    // A service of the switch is no party; nothing was rung.
    removeSession(draft, invitation.sessionId);
    return invitationFailed(draft, callId, invitation, { ...whyReplaced(invitation.asker), cause: UNKNOWN_NUMBER });
  }
  const conference = without(draft, callId, invitation);
  if (conference === undefined) return;
  const { device, replaced, asker } = invitation;
  const { legs } = draft.world;
  const heir = conference.controller === device ? legs.get(legId)?.device : undefined;
  const told = { type: "feature", feature: "transfer", surviving: callId, controller: device } as const;
  draft.effects.push({ type: "change", change: { ...told, moment: "start", isDone: false } });
  succeed(draft, asker, callId);
  putConference(draft, {
    ...conference,
    ...(heir === undefined ? {} : { controller: heir }),
    members: [...conference.members, legId],
  });
  const leg = legs.get(replaced);
  if (leg !== undefined) {
    const why = whyReplaced(asker);
    dropLeg(draft, leg, why);
    release(draft, leg, why);
  }
  draft.effects.push({ type: "change", change: { ...told, moment: "end", isDone: true } });
  checkMembers(draft, callId);
}

/** Nobody has: the member stays, if it has not left meanwhile. */
export function invitationFailed(draft: Draft, callId: string, invitation: Invitation, why: Why): void {
  const conference = without(draft, callId, invitation);
  if (conference === undefined) return;
  putConference(draft, conference);
  checkMembers(draft, callId);
  refuseFor(draft, invitation.asker, why, "nobody answered at the new number");
}

function without({ world }: Draft, callId: string, { sessionId }: Invitation): Conference | undefined {
  const conference = world.conferences.get(callId);
  if (conference === undefined) return undefined;
  return { ...conference, invitations: conference.invitations.filter((one) => one.sessionId !== sessionId) };
}
