import { dropLeg } from "../basic-call.ts";
import { endWhenEmpty, linkCalls, moveConnection, setTerminal } from "../call-changes.ts";
import type { CommandFailure } from "../../../signals/index.ts";
import { attachAll, join } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { legOf, putLeg, putSession, type Draft, type ModelLeg, removeSession } from "../world.ts";
import { refuse, succeed } from "./asker.ts";
import { checkMembers, membersOf, mixerOf, placeMember, putConference, release } from "./conference-members.ts";
import type { Conference, Gathering } from "./conference-state.ts";
import { timerOf } from "./feature-machine.ts";
import { enterSeat, swapSeats } from "./seat.ts";

/** Longest wait for all to agree: who has not is in the conference as soon as it does. */
const GATHERING_MS = 5_000;

/**
 * Moves legs into the mixer of a call. Nothing else has changed until all have agreed: what fails before is put back as
 * it was.
 */
export function gather(draft: Draft, callId: string, wanted: Omit<Gathering, "unsettled">): void {
  const { joining, leaving, kept, pairs } = wanted;
  const before = draft.world.conferences.get(callId);
  // Who holds by command is put on silence, but for who asks, which is back with it.
  const mixed = joining.map((legId) => {
    const isOut = legId !== kept && legOf(draft, legId).isHeldByCommand;
    return { legId, endpoint: isOut ? ("silence" as const) : mixerOf(callId) };
  });
  const waiting = leaving.filter((legId) => pairs.some(({ own }) => own === legId));
  const silent = waiting.map((legId) => ({ legId, endpoint: "silence" as const }));
  const purpose = { feature: "conference", id: callId } as const;
  const sessions = attachAll(draft, [...mixed, ...silent], purpose, whyOf(wanted));
  const gathering: Gathering = { ...wanted, unsettled: sessions.slice(0, joining.length) };
  putConference(draft, {
    ...(before ?? { callId, members: [], invitations: [] }),
    state: before === undefined ? "forming" : "extending",
    gathering,
  });
  draft.effects.push({ type: "start-timer", timerId: timerOf("conference", callId, "gather"), delayMs: GATHERING_MS });
}

/** A leg has agreed. */
export function gatheringSettled(draft: Draft, callId: string, sessionId: string): void {
  const conference = draft.world.conferences.get(callId);
  if (conference?.gathering !== undefined) waitFor(draft, conference, (one) => one !== sessionId);
}

/** A leg may be lost: it goes on without it when enough are left for what was asked. */
export function gatheringLost(draft: Draft, { gathering, ...conference }: Conference): void {
  if (gathering === undefined) return;
  const { legs, sessions } = draft.world;
  const { feature, kept, newcomer, joining } = gathering;
  const isLost = (legId: string | undefined): boolean => legId !== undefined && !legs.has(legId);
  const staying = membersOf(draft.world, conference).filter(({ legId }) => !gathering.leaving.includes(legId));
  const there = new Set([kept, newcomer, ...joining, ...staying.map(({ legId }) => legId)].filter(isKnown));
  for (const legId of there) if (isLost(legId)) there.delete(legId);
  // A line that is entered, and a transfer, take all of theirs.
  const isLacking = feature === "conference" ? there.size < 3 : joining.some(isLost);
  if (isLost(kept) || isLost(newcomer) || isLacking) {
    return scatter(draft, { ...conference, gathering }, "party-gone", "a party has hung up meanwhile");
  }
  waitFor(draft, { ...conference, gathering }, (sessionId) => sessions.has(sessionId));
}

/** Those who have not agreed are waited for no longer. */
export function gatheringLate(draft: Draft, callId: string): void {
  const conference = draft.world.conferences.get(callId);
  if (conference?.gathering !== undefined) gathered(draft, conference, conference.gathering);
}

/** The media service is away: nothing was done. */
export function gatheringUndone(draft: Draft, callId: string): void {
  const conference = draft.world.conferences.get(callId);
  if (conference?.gathering === undefined) return;
  const { pairs, newcomer } = conference.gathering;
  const { legs } = draft.world;
  for (const { own, party, sessionId, callId: of, isCaller } of pairs) {
    for (const leg of [legs.get(own), legs.get(party)].filter((one) => one !== undefined)) {
      removeSession(draft, leg.sessionId);
      putLeg(draft, { ...leg, sessionId });
    }
    const [caller, callee] = isCaller ? [own, party] : [party, own];
    putSession(draft, { sessionId, callId: of, stage: "up", caller, callee, ringing: [] });
  }
  giveUp(draft, conference, newcomer, "no-bridge", "the media service is away");
}

/** It comes to nothing: who was connected is connected again. */
export function scatter(draft: Draft, conference: Conference, failure: CommandFailure, detail: string): void {
  const { gathering } = conference;
  if (gathering === undefined) return;
  const why: Why = { cause: 16, feature: "normal", by: "party" };
  const { legs } = draft.world;
  for (const { own, party, callId, isCaller } of gathering.pairs) {
    const left = [legs.get(own), legs.get(party)].filter((one) => one !== undefined);
    const [one, other] = left;
    if (one === undefined) continue;
    if (other === undefined) release(draft, one, why);
    else if (isCaller) join(draft, callId, one.legId, other.legId, why);
    else join(draft, callId, other.legId, one.legId, why);
  }
  giveUp(draft, conference, gathering.newcomer, failure, detail);
}

function giveUp(
  draft: Draft,
  { gathering, ...conference }: Conference,
  newcomer: string | undefined,
  failure: CommandFailure,
  detail: string,
): void {
  const { callId, state } = conference;
  draft.effects.push({ type: "stop-timer", timerId: timerOf("conference", callId, "gather") });
  if (state === "forming") draft.world.conferences.delete(callId);
  else putConference(draft, { ...conference, state: "active" });
  const leg = newcomer === undefined ? undefined : draft.world.legs.get(newcomer);
  if (leg !== undefined) release(draft, leg, { cause: 16, feature: gathering?.feature ?? "conference", by: "system" });
  if (gathering !== undefined) refuse(draft, gathering.asker, failure, detail);
  checkMembers(draft, callId);
}

function waitFor(
  draft: Draft,
  { gathering, ...conference }: Conference,
  isStill: (sessionId: string) => boolean,
): void {
  if (gathering === undefined) return;
  const unsettled = gathering.unsettled.filter(isStill);
  const waiting: Gathering = { ...gathering, unsettled };
  if (unsettled.length === 0) gathered(draft, conference, waiting);
  else putConference(draft, { ...conference, gathering: waiting });
}

/** All have agreed: their calls become one. */
function gathered(draft: Draft, { gathering: _gathering, ...conference }: Conference, gathering: Gathering): void {
  const { callId } = conference;
  const { joining, leaving, kept, newcomer, asker } = gathering;
  draft.effects.push({ type: "stop-timer", timerId: timerOf("conference", callId, "gather") });
  const why = whyOf(gathering);
  if (newcomer !== undefined && gathering.seat !== undefined) enterSeat(draft, newcomer, callId, gathering.seat, why);
  else if (kept !== undefined) takeSeat(draft, kept, leaving, callId);
  if (gathering.feature === "barge") putBack(draft, kept, why);
  else mergeCalls(draft, callId, gathering, why);
  const members = [...membersOf(draft.world, conference).map(({ legId }) => legId), ...joining, newcomer];
  const alive = [...new Set(members.filter(isKnown))].filter((legId) => draft.world.legs.has(legId));
  const controller = controllerAfter(draft, conference, gathering);
  const active: Conference = {
    ...conference,
    ...(controller === undefined ? {} : { controller }),
    state: "active",
    members: alive,
  };
  putConference(draft, active);
  for (const leg of membersOf(draft.world, active)) placeMember(draft, active, leg);
  succeed(draft, asker, callId);
  checkMembers(draft, callId);
}

/** Who made it; who transfers hands that on, too. */
function controllerAfter(
  { world }: Draft,
  { controller }: Omit<Conference, "gathering">,
  { feature, device, joining: [heir = ""] }: Gathering,
): string | undefined {
  if (feature === "transfer" && controller === device) return world.legs.get(heir)?.device;
  return controller ?? (feature === "conference" ? device : undefined);
}

/** The leg that stays is in the surviving call in the place of the one that was there. */
function takeSeat(draft: Draft, kept: string, leaving: readonly string[], callId: string): void {
  const { legs } = draft.world;
  const there = leaving.map((legId) => legs.get(legId)).find((leg) => leg?.callId === callId);
  if (there !== undefined && legs.get(kept)?.callId !== callId) swapSeats(draft, legOf(draft, kept), there);
}

/** Connections move to the surviving call, one dissolved call after the other; what the controller had beside it ends. */
function mergeCalls(draft: Draft, callId: string, { feature, device, ...gathering }: Gathering, why: Why): void {
  const { legs } = draft.world;
  const { joining, leaving, kept, newcomer } = gathering;
  const find = (legIds: readonly (string | undefined)[]): ModelLeg[] =>
    legIds.map((legId) => legs.get(legId ?? "")).filter((leg) => leg !== undefined);
  const moved = find([...joining, kept, newcomer]);
  const left = find(leaving);
  const dissolved = new Set([...moved, ...left].map((leg) => leg.callId));
  dissolved.delete(callId);
  const shown = feature === "transfer" ? "transfer" : "conference";
  for (const from of dissolved.size === 0 ? [callId] : dissolved) {
    const merged = from === callId ? {} : { dissolved: from };
    const told = { type: "feature", feature: shown, surviving: callId, controller: device, ...merged } as const;
    draft.effects.push({ type: "change", change: { ...told, moment: "start", isDone: false } });
    linkCalls(draft, from, callId);
    for (const leg of moved) if (leg.callId === from) moveLeg(draft, leg.legId, callId, why);
    putBack(draft, kept, why);
    for (const { legId } of left) {
      const leg = legs.get(legId);
      if (leg === undefined || (leg.callId !== from && leg.callId !== callId)) continue;
      dropLeg(draft, leg, why);
      release(draft, leg, why);
    }
    endWhenEmpty(draft, from, why);
    draft.effects.push({ type: "change", change: { ...told, moment: "end", isDone: true } });
  }
}

function moveLeg(draft: Draft, legId: string, callId: string, why: Why): void {
  const leg = legOf(draft, legId);
  moveConnection(draft, leg.callId, leg.connectionId, callId, why);
  putLeg(draft, { ...leg, callId });
  const session = draft.world.sessions.get(leg.sessionId);
  if (session !== undefined) putSession(draft, { ...session, callId });
}

/** Who asked talks, whatever it has held before. */
function putBack(draft: Draft, legId: string | undefined, why: Why): void {
  const leg = legId === undefined ? undefined : draft.world.legs.get(legId);
  if (leg === undefined) return;
  putLeg(draft, { ...leg, isHeldByCommand: false });
  if (!leg.isHolding) setTerminal(draft, leg, "talking", why);
}

function whyOf({ feature, asker }: Pick<Gathering, "feature" | "asker">): Why {
  return { cause: 16, feature, by: asker.commandId === undefined ? "party" : "application" };
}

function isKnown(legId: string | undefined): legId is string {
  return legId !== undefined;
}
