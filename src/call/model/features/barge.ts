import { beginCall } from "../call-changes.ts";
import type { ModelEvent } from "../model-event.ts";
import { join } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { legsOf, nameSession, putSession, type Draft, type ModelLeg, type ModelSession, type World } from "../world.ts";
import { askedBy, refuse, refuseFor, succeed } from "./asker.ts";
import { enterableCall, type Enterable, type NotEnterable } from "./barge-target.ts";
import type { Barge } from "./barge-state.ts";
import { gather } from "./conference-gathering.ts";
import { conferenceOf, mixerOf, putConference, release } from "./conference-members.ts";
import { pairIn } from "./conference-plan.ts";
import type { Conference } from "./conference-state.ts";
import { accept, refusalOf } from "./dial-answer.ts";
import type { DialRefusal } from "./dial-refusal.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { enterSeat } from "./seat.ts";

/** A device enters a call that another device of its line has: a talking one by a mixer, a held one in its place. */

/** By the command, or else by a code that was dialed. */
function whyEntered({ commandId }: Pick<Barge, "commandId">): Why {
  return { cause: 16, feature: "barge", by: askedBy(commandId === undefined ? {} : { commandId }) };
}

/** The device is rung, and is in the call when it answers. @param isRetrieval only a held call is taken */
export function bargeByCommand(
  draft: Draft,
  commandId: string,
  { device, callId }: { readonly device: string; readonly callId: string },
  isRetrieval: boolean,
): void {
  const found = enterableCall(draft.world, device, callId, isRetrieval);
  if ("failure" in found) return refuse(draft, { commandId }, found.failure, found.detail);
  const { connectionId, address, party } = found;
  beginCall(draft, commandId, address, address.number, whyEntered({ commandId }));
  const bargeId = nameSession(draft, commandId);
  draft.world.barges.set(bargeId, { bargeId, state: "entering", device, callId, connectionId, commandId, isRetrieval });
  const purpose = { feature: "barge", id: bargeId } as const;
  putSession(draft, { sessionId: bargeId, callId: commandId, stage: "setup", ringing: [], purpose });
  draft.effects.push({
    type: "originate",
    sessionId: bargeId,
    callId: commandId,
    from: party === undefined ? { address } : { legId: party.legId },
    by: device,
    to: address.number,
    onlyDevice: device,
    endpoint: mixerOf(callId),
    feature: "barge",
  });
}

/** A device has dialed the code, and perhaps the number of one of its lines. */
export function dialBarge(
  draft: Draft,
  { sessionId, leg, feature }: Extract<ModelEvent, { type: "dialed" }>,
): DialRefusal | undefined {
  const session = draft.world.sessions.get(sessionId);
  const argument = feature.kind === "code" ? feature.argument : "";
  const lines = linesMeant(draft.world, leg.device, argument);
  if (lines.length === 0 || session === undefined) return refusalOf("private");
  const found = callOf(draft.world, leg.device, lines);
  if ("failure" in found) return refusalOf(found.failure);
  const { callId, connectionId } = found;
  draft.world.barges.set(sessionId, {
    bargeId: sessionId,
    state: "entering",
    device: leg.device,
    callId,
    connectionId,
    isRetrieval: false,
  });
  putSession(draft, { ...session, purpose: { feature: "barge", id: sessionId } });
  accept(draft, sessionId, mixerOf(callId));
  return undefined;
}

/** Lines that the device shares with others: that of the number, or all of them. */
function linesMeant({ settings }: World, device: string, number: string): readonly string[] {
  const shared = settings.linesOf(device).filter((line) => settings.devicesOf(line).length > 1);
  return number === "" ? shared : shared.filter((line) => line === number || line.startsWith(`${number}@`));
}

/** The call that others have on the lines: one that is talked in before one on hold. */
function callOf(world: World, device: string, lines: readonly string[]): Enterable | NotEnterable {
  const sharing = new Set(lines.flatMap((line) => world.settings.devicesOf(line)));
  sharing.delete(device);
  const legs = [...sharing].flatMap((one) => legsOf(world, one));
  const there = legs.filter(({ address }) => address.line !== undefined && lines.includes(address.line));
  const calls = [...new Set(there.map(({ callId }) => callId))].map((callId) =>
    enterableCall(world, device, callId, false),
  );
  const enterable = calls.filter((call): call is Enterable => !("failure" in call));
  const nothing: NotEnterable = { failure: "device-not-in-call", detail: "there is no such call" };
  return enterable.find(({ isHeld }) => !isHeld) ?? enterable[0] ?? calls[0] ?? nothing;
}

/** The device has answered, or its dialed INVITE is answered: the call is looked at again. */
function bargeAnswered(draft: Draft, barge: Barge, leg: ModelLeg): void {
  const { bargeId, callId, device, commandId, isRetrieval } = barge;
  draft.world.barges.delete(bargeId);
  const asker = commandId === undefined ? {} : { commandId };
  // Its ringing may have been sent elsewhere.
  const found: Enterable | NotEnterable =
    leg.device === device
      ? enterableCall(draft.world, device, callId, isRetrieval)
      : { failure: "party-gone", detail: `another device than ${device} has answered` };
  if ("failure" in found || found.connectionId !== barge.connectionId) {
    release(draft, leg, whyEntered(barge));
    const { failure, detail } = "failure" in found ? found : { failure: "party-gone" as const, detail: "it is over" };
    return refuse(draft, asker, failure === "device-not-in-call" ? "party-gone" : failure, detail);
  }
  const conference = conferenceOf(draft.world, found.holder);
  if (conference !== undefined) enterConference(draft, conference, leg, found, whyEntered(barge));
  else if (found.isHeld) takeOver(draft, leg, found, { ...whyEntered(barge), detail: "take-over" });
  else return enterTalk(draft, barge, leg, found);
  succeed(draft, asker, callId);
}

/** Its leg is in the mixer already. Who held is out. */
function enterConference(draft: Draft, conference: Conference, leg: ModelLeg, found: Enterable, why: Why): void {
  const { callId, members } = conference;
  const out = found.isHeld ? found.holders : [];
  assign(draft, leg, callId);
  enterSeat(draft, leg.legId, callId, found.connectionId, why);
  putConference(draft, { ...conference, members: [...members.filter((one) => !isOf(out, one)), leg.legId] });
  for (const one of out) release(draft, one, why);
}

/** In the place of who holds, whose leg is left alone. */
function takeOver(draft: Draft, leg: ModelLeg, { callId, connectionId, party }: Enterable, why: Why): void {
  enterSeat(draft, leg.legId, callId, connectionId, why);
  if (party !== undefined) join(draft, callId, leg.legId, party.legId, why);
}

/** Three legs in a mixer. */
function enterTalk(draft: Draft, { device, commandId }: Barge, leg: ModelLeg, found: Enterable): void {
  const { callId, connectionId, holder, party, session } = found;
  if (party === undefined) return;
  assign(draft, leg, callId);
  gather(draft, callId, {
    asker: commandId === undefined ? {} : { commandId },
    feature: "barge",
    device,
    joining: [holder.legId, party.legId],
    leaving: [],
    newcomer: leg.legId,
    seat: connectionId,
    pairs: [pairIn(session, holder.legId, party.legId)],
  });
}

/** The session of a leg is one of the call's conference. */
function assign(draft: Draft, { sessionId }: ModelLeg, callId: string): void {
  const session = draft.world.sessions.get(sessionId);
  if (session !== undefined) putSession(draft, { ...session, purpose: { feature: "conference", id: callId } });
}

function isOf(legs: readonly ModelLeg[], legId: string): boolean {
  return legs.some((leg) => leg.legId === legId);
}

/** What entering a call does with what happens. */
export const BARGE: FeatureMachine = {
  onAnswered: (draft, id, session, legId) => {
    const barge = draft.world.barges.get(id);
    const leg = draft.world.legs.get(legId ?? session.caller ?? "");
    if (barge !== undefined && leg !== undefined) bargeAnswered(draft, barge, leg);
  },
  onEnded: (draft, id, _session: ModelSession, why) => {
    const barge = draft.world.barges.get(id);
    if (barge === undefined) return;
    draft.world.barges.delete(id);
    const { commandId, device } = barge;
    if (commandId !== undefined) refuseFor(draft, { commandId }, why, `${device} did not answer`);
  },
  onLeaving: callOver,
  onGone: (draft, leg, why) => {
    if (!draft.world.calls.has(leg.callId)) callOver(draft, leg, why);
  },
};

/** The call is over with a leg of it: nobody has to answer any more to enter it. */
function callOver(draft: Draft, leg: ModelLeg, why: Why): void {
  for (const { bargeId, callId, commandId } of draft.world.barges.values()) {
    if (callId !== leg.callId || commandId === undefined || draft.world.conferences.has(callId)) continue;
    draft.world.barges.delete(bargeId);
    refuse(draft, { commandId }, "party-gone", "the call is over");
    draft.effects.push({ type: "release", sessionId: bargeId, why });
  }
}
