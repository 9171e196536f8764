import type { CallCommand, CommandFailure } from "../../../signals/index.ts";
import type { ModelEvent } from "../model-event.ts";
import type { Why } from "../why.ts";
import { legsOf, otherLeg, putSession, type Draft, type ModelLeg, type ModelSession } from "../world.ts";
import { refuse, succeed } from "./asker.ts";
import {
  gather,
  gatheringLate,
  gatheringLost,
  gatheringSettled,
  gatheringUndone,
  scatter,
} from "./conference-gathering.ts";
import { checkMembers, conferenceOf, membersOf, mixerOf, release } from "./conference-members.ts";
import { planConference } from "./conference-plan.ts";
import type { Conference } from "./conference-state.ts";
import { invitationAnswered, invitationFailed, invitationOf, invitationRings } from "./conference-transfer.ts";
import { accept, refusalOf } from "./dial-answer.ts";
import type { DialRefusal } from "./dial-refusal.ts";
import type { FeatureMachine } from "./feature-machine.ts";

type CommandOf<Type extends CallCommand["type"]> = Extract<CallCommand, { type: Type }>;

/** Commands about conferences. */
export function commandConference(
  draft: Draft,
  commandId: string,
  command: CommandOf<"conference" | "add-party" | "drop-party">,
): void {
  switch (command.type) {
    case "conference":
      return formConference(draft, commandId, command);
    case "add-party":
      return addParty(draft, commandId, command);
    case "drop-party":
      return dropParty(draft, commandId, command);
  }
}

function formConference(draft: Draft, commandId: string, { device, callIds }: CommandOf<"conference">): void {
  const legs = legsOf(draft.world, device);
  const own = callIds === undefined ? usable(draft, legs) : legs.filter(({ callId }) => callIds.includes(callId));
  if (legs.length === 0 || (callIds !== undefined && own.length < new Set(callIds).size)) {
    return refuse(draft, { commandId }, "device-not-in-call", `${device} has no such call`);
  }
  form(draft, commandId, device, own);
}

function addParty(draft: Draft, commandId: string, { device, callId }: CommandOf<"add-party">): void {
  const legs = legsOf(draft.world, device);
  const member = legs.find((leg) => conferenceOf(draft.world, leg) !== undefined);
  if (member === undefined) return notInConference(draft, commandId, device);
  const added = callId === undefined ? usable(draft, legs) : legs.filter((leg) => leg.callId === callId);
  const [call] = added.filter(
    (leg) => leg !== member && (callId !== undefined || conferenceOf(draft.world, leg) === undefined),
  );
  if (call === undefined) {
    const isIn = callId !== undefined && member.callId === callId;
    const failure = isIn ? "conference-party-already" : "conference-party-invalid";
    return refuse(draft, { commandId }, failure, `${device} has no such other call`);
  }
  form(draft, commandId, device, [member, call]);
}

const DROPPED: Why = { cause: 16, feature: "conference", by: "application", detail: "drop-party" };

function form(draft: Draft, commandId: string, device: string, own: readonly ModelLeg[]): void {
  const plan = planConference(draft.world, own, undefined);
  if ("failure" in plan) return refuse(draft, { commandId }, plan.failure, plan.detail);
  const { callId, ...legs } = plan;
  gather(draft, callId, { ...legs, asker: { commandId }, feature: "conference", device });
}

function dropParty(draft: Draft, commandId: string, command: CommandOf<"drop-party">): void {
  const { device, callId, connectionId, party } = command;
  const { world } = draft;
  const legs = legsOf(world, device).filter((leg) => callId === undefined || leg.callId === callId);
  const [conference] = legs.map((leg) => conferenceOf(world, leg)).filter((one) => one !== undefined);
  if (conference === undefined) return notInConference(draft, commandId, device);
  const members = membersOf(world, conference);
  const dropped = members.filter((leg) => leg.connectionId === connectionId || leg.device === party);
  const failure = dropFailure(conference, members, device, dropped);
  if (failure !== undefined) return refuse(draft, { commandId }, failure, "the party is not to be dropped");
  for (const leg of dropped) release(draft, leg, DROPPED);
  succeed(draft, { commandId }, conference.callId);
}

function dropFailure(
  { gathering, controller }: Conference,
  members: readonly ModelLeg[],
  device: string,
  dropped: readonly ModelLeg[],
): CommandFailure | undefined {
  if (dropped.length === 0) return "conference-party-invalid";
  if (gathering !== undefined) return "pending";
  const isOthers = dropped.some((leg) => leg.device !== device);
  const isControlled = members.some((leg) => leg.device === controller);
  return isOthers && isControlled && controller !== device ? "conference-controller" : undefined;
}

/** A phone with two or more calls has dialed it: the dialed call is the one that stays. */
export function dialConference(
  draft: Draft,
  { sessionId, leg }: Extract<ModelEvent, { type: "dialed" }>,
): DialRefusal | undefined {
  const newcomer = draft.world.legs.get(leg.legId);
  const session = draft.world.sessions.get(sessionId);
  if (newcomer === undefined || session === undefined) return refusalOf("wrong-state");
  const plan = planDialed(draft, newcomer);
  if ("failure" in plan) return refusalOf(plan.failure);
  putSession(draft, { ...session, purpose: { feature: "conference", id: plan.callId } });
  accept(draft, sessionId, mixerOf(plan.callId));
  return undefined;
}

function planDialed(draft: Draft, newcomer: ModelLeg): ReturnType<typeof planConference> {
  const own = legsOf(draft.world, newcomer.device).filter((leg) => leg !== newcomer);
  return planConference(draft.world, usable(draft, own), newcomer);
}

/** Its INVITE is answered: its calls are looked at again. */
function dialedAnswered(draft: Draft, callId: string, newcomer: ModelLeg): void {
  const plan = planDialed(draft, newcomer);
  if ("failure" in plan || plan.callId !== callId) {
    return release(draft, newcomer, { cause: 16, feature: "conference", by: "system" });
  }
  const { callId: _callId, ...legs } = plan;
  const { legId, device } = newcomer;
  gather(draft, callId, { ...legs, asker: {}, feature: "conference", device, newcomer: legId });
}

/** Legs of established calls with other parties, and in conferences. */
function usable({ world }: Draft, legs: readonly ModelLeg[]): ModelLeg[] {
  return legs.filter(
    (leg) => leg.isUp && (otherLeg(world, leg)?.isUp === true || conferenceOf(world, leg) !== undefined),
  );
}

function notInConference(draft: Draft, commandId: string, device: string): void {
  refuse(draft, { commandId }, "conference-inactive", `${device} is in no conference`);
}

/** What a conference does with what happens. */
export const CONFERENCE: FeatureMachine = {
  onRinging: (draft, callId) => {
    const conference = draft.world.conferences.get(callId);
    if (conference !== undefined) invitationRings(draft, conference);
  },
  onAnswered: (draft, callId, session, legId) => {
    const invitation = invitationOf(draft, callId, session.sessionId);
    if (invitation !== undefined) return invitationAnswered(draft, callId, invitation, legId);
    const newcomer = draft.world.legs.get(session.caller ?? "");
    if (newcomer !== undefined) dialedAnswered(draft, callId, newcomer);
  },
  onEnded: (draft, callId, session: ModelSession, why) => {
    const conference = draft.world.conferences.get(callId);
    const invitation = invitationOf(draft, callId, session.sessionId);
    if (invitation !== undefined) invitationFailed(draft, callId, invitation, why);
    else if (conference?.gathering !== undefined) gatheringLost(draft, conference);
    checkMembers(draft, callId);
  },
  onSettled: gatheringSettled,
  onUnsettled: (draft, callId, sessionId) => {
    const conference = draft.world.conferences.get(callId);
    if (conference?.gathering?.unsettled.includes(sessionId) !== true) return;
    scatter(draft, conference, "no-bridge", "the media service has refused");
  },
  onUnattached: gatheringUndone,
  onTimer: gatheringLate,
};
