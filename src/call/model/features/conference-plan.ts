import type { CommandFailure } from "../../../signals/index.ts";
import { otherLeg, type ModelLeg, type ModelSession, type World } from "../world.ts";
import { conferenceOf, membersOf } from "./conference-members.ts";
import { isInvolved } from "./involved.ts";
import { unfitForPlain } from "./media-fit.ts";
import { MAX_PARTIES, type Conference, type Pair } from "./conference-state.ts";

/** What calls of a device become one conference of. */
export interface Plan {
  /** The call that survives. */
  readonly callId: string;
  readonly kept: string;
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
  readonly pairs: readonly Pair[];
}

/** Why it cannot be. */
export interface PlanFailure {
  readonly failure: CommandFailure;
  readonly detail: string;
}

/**
 * @param own legs of the device, the oldest first: of calls, and perhaps of a conference that those join
 * @param newcomer the leg by which the device has asked, which stays; absent: one of the others does
 */
export function planConference(
  world: World,
  own: readonly ModelLeg[],
  newcomer: ModelLeg | undefined,
): Plan | PlanFailure {
  const [first] = own;
  const conferences = [...new Set(own.map((leg) => conferenceOf(world, leg)).filter((one) => one !== undefined))];
  const [conference] = conferences;
  if (conferences.length > 1) return { failure: "conference-exists", detail: "two conferences are not made one" };
  if (conference?.gathering !== undefined) return { failure: "pending", detail: "the conference is being extended" };
  const calls = own.filter((leg) => conferenceOf(world, leg) === undefined);
  if (first === undefined || calls.length < (conference === undefined ? 2 : 1)) {
    return { failure: "wrong-state", detail: "it takes two established calls" };
  }
  const pairs: Pair[] = [];
  for (const leg of calls) {
    const pair = pairOf(world, leg);
    if ("failure" in pair) return pair;
    pairs.push(pair);
  }
  const parties = pairs.map(({ party }) => party);
  const kept = newcomer ?? talkingOf(own) ?? first;
  const leaving = own.filter((leg) => leg !== kept).map(({ legId }) => legId);
  const isIn = newcomer !== undefined || conferenceOf(world, kept) !== undefined;
  const joining = isIn ? parties : [...parties, kept.legId];
  const failure = unfit(world, conference, { joining, leaving, kept });
  return failure ?? { callId: conference?.callId ?? first.callId, kept: kept.legId, joining, leaving, pairs };
}

/** A leg, and who it is connected with. */
export function pairOf(world: World, own: ModelLeg): Pair | PlanFailure {
  const session = world.sessions.get(own.sessionId);
  const party = otherLeg(world, own);
  if (session?.purpose !== undefined || [own, party].some((leg) => leg !== undefined && isInvolved(world, leg.legId))) {
    return { failure: "pending", detail: `another feature is at work in the call ${own.callId}` };
  }
  if (session === undefined || party === undefined || !party.isUp || !own.isUp) {
    return { failure: "conference-party-invalid", detail: `the call ${own.callId} has no established other party` };
  }
  return unfitForPlain(own, party) ?? pairIn(session, own.legId, party.legId);
}

/** Two legs of a session. */
export function pairIn({ sessionId, callId, caller }: ModelSession, own: string, party: string): Pair {
  return { own, party, sessionId, callId, isCaller: caller === own };
}

/** Who would be in it is too many, or twice. */
function unfit(
  world: World,
  conference: Conference | undefined,
  { joining, leaving, kept }: { joining: readonly string[]; leaving: readonly string[]; kept: ModelLeg },
): PlanFailure | undefined {
  const members = conference === undefined ? [] : membersOf(world, conference);
  const staying = members.filter(({ legId }) => !leaving.includes(legId)).map(({ legId }) => legId);
  const legIds = new Set([...staying, ...joining, kept.legId]);
  const invited = conference?.invitations.length ?? 0;
  if (legIds.size + invited > MAX_PARTIES) {
    return { failure: "conference-full", detail: `a conference has at most ${MAX_PARTIES} parties` };
  }
  const names = [...legIds].map((legId) => partyName(world.legs.get(legId)));
  if (new Set(names).size === names.length) return undefined;
  return { failure: "conference-party-already", detail: "a party would be in it twice" };
}

function partyName(leg: ModelLeg | undefined): string {
  return leg?.kind === "trunk" ? `${leg.device} ${leg.address.number}` : (leg?.device ?? "");
}

function talkingOf(legs: readonly ModelLeg[]): ModelLeg | undefined {
  const mayTalk = legs.filter(({ isHolding }) => !isHolding);
  return mayTalk.find(({ isHeldByCommand }) => !isHeldByCommand) ?? mayTalk[0];
}
