import { attach } from "../reconnect.ts";
import type { Why } from "../why.ts";
import { type Draft, type ModelSession, removeSession } from "../world.ts";
import { refuseFor } from "./asker.ts";
import type { FeatureMachine } from "./feature-machine.ts";
import { callFor, reminding, retrieve, startTimer, stopTimer, takeOut } from "./park.ts";
import type { Parked } from "./park-state.ts";

/** For how long who parked is rung at most, in seconds; the next reminder comes when its time has. */
const MAX_RINGING = 20;
const REMINDED: Why = { cause: 19, feature: "park-reminder", by: "timer" };
const TOO_LATE: Why = { cause: 26, feature: "unpark", by: "system" };
/** A confirmation that its service never tells the end of ends all the same, after so many seconds. */
const MAX_CONFIRMATION = 10;

/** What becomes of parked calls, and of those who are called on their behalf. */
export const PARK_MACHINE: FeatureMachine = {
  onRinging: (draft, id) => {
    const { what, parked } = partsOf(draft, id);
    const sessionId = parked?.sessionId;
    if (what !== "leaves" || parked === undefined || sessionId === undefined) return;
    draft.effects.push({ type: "play", sessionId, legId: parked.party, source: "ringback" });
  },
  onAnswered: (draft, id, session, legId) => {
    const { what, parked } = partsOf(draft, id);
    const { sessionId, caller } = session;
    if (what === "confirms") return startTimer(draft, sessionId, "confirmed", MAX_CONFIRMATION);
    // Who has dialed has what is parked there once it has acknowledged.
    if (legId === undefined && caller !== undefined) return;
    const isRung = what === "retrieves" || parked?.rung === sessionId;
    if (legId === undefined && parked !== undefined && isRung) return takenByService(draft, parked, session);
    take(draft, id, sessionId, legId);
  },
  onAcknowledged: (draft, id, { sessionId, caller }) => {
    if (partsOf(draft, id).what === "retrieves") take(draft, id, sessionId, caller);
  },
  onPromptEnded: (draft, id, { sessionId }) => {
    if (partsOf(draft, id).what === "confirms") release(draft, sessionId);
  },
  onEnded: (draft, id, session, why) => {
    const { what, parked } = partsOf(draft, id);
    if (what === "confirms") return stopTimer(draft, session.sessionId, "confirmed");
    if (parked === undefined) return;
    if (what === "waits") return waitingEnded(draft, parked, session, why);
    if (what === "retrieves") return retrievalFailed(draft, parked, session.sessionId, why);
    if (parked.rung === session.sessionId) notTaken(draft, parked, why);
  },
  onTimer: (draft, id, name) => {
    if (name === "confirmed") return release(draft, id);
    const parked = draft.world.parked.get(id);
    if (parked === undefined) return;
    if (name === "reminder") remind(draft, parked);
    if (name === "give-up") giveUp(draft, parked);
    if (name === "stop-ringing") stopRinging(draft, parked);
  },
};

function partsOf({ world }: Draft, id: string): { what: string; parkId: string; parked: Parked | undefined } {
  const at = id.indexOf(" ");
  const parkId = id.slice(at + 1);
  return { what: id.slice(0, at), parkId, parked: world.parked.get(parkId) };
}

/** Who is on the line has the call, unless that has gone elsewhere meanwhile. */
function take(draft: Draft, id: string, sessionId: string, legId: string | undefined): void {
  const { what, parkId, parked } = partsOf(draft, id);
  const isRung = what === "retrieves" || parked?.rung === sessionId;
  if (legId !== undefined && isRung && retrieve(draft, parkId, legId, sessionId)) return;
  draft.effects.push({ type: "release", sessionId, why: TOO_LATE });
}

function release({ effects }: Draft, sessionId: string): void {
  effects.push({ type: "release", sessionId, why: { cause: 16, feature: "park", by: "system" } });
}

/** The party has hung up, unless it has gone on to another session. */
function waitingEnded(draft: Draft, parked: Parked, { sessionId }: ModelSession, why: Why): void {
  if (parked.sessionId === sessionId) takeOut(draft, parked, why);
}

function retrievalFailed(draft: Draft, parked: Parked, sessionId: string, why: Why): void {
  const asker = parked.retrievals.find((one) => one.sessionId === sessionId);
  if (asker === undefined) return;
  const retrievals = parked.retrievals.filter((one) => one !== asker);
  draft.world.parked.set(parked.parkId, { ...parked, retrievals });
  refuseFor(draft, asker, why, "the phone has not taken the call");
}

/** Who parked is called back, by the phone that it was parked with. */
function remind(draft: Draft, parked: Parked): void {
  if (parked.state === "leaving") return;
  const { parkId, parker } = parked;
  const periodic = draft.world.settings.parkRange(parked.range)?.periodicSeconds ?? 30;
  startTimer(draft, parkId, "reminder", periodic);
  if (parked.rung !== undefined) return;
  const { device, address } = parker;
  const rung = callFor(draft, parked, { what: "reminds", by: device, to: address.number, onlyDevice: device });
  startTimer(draft, parkId, "stop-ringing", Math.min(MAX_RINGING, periodic));
  draft.world.parked.set(parkId, { ...parked, state: "reminding", rung });
}

function stopRinging({ effects }: Draft, { state, rung }: Parked): void {
  if (state !== "reminding" || rung === undefined) return;
  effects.push({ type: "release", sessionId: rung, why: REMINDED });
}

/** It has been parked for as long as it may. */
function giveUp(draft: Draft, parked: Parked): void {
  const { parkId, rung, parker } = parked;
  stopTimer(draft, parkId, "reminder");
  stopTimer(draft, parkId, "stop-ringing");
  if (rung !== undefined) draft.effects.push({ type: "release", sessionId: rung, why: REMINDED });
  const forwardTo = draft.world.settings.parkRange(parked.range)?.forwardTo;
  if (forwardTo === undefined) return goBack(draft, parked);
  const leaving = callFor(draft, parked, { what: "leaves", by: parker.device, to: forwardTo, isForwarded: true });
  draft.world.parked.set(parkId, { ...parked, state: "leaving", rung: leaving });
}

/** To who parked it, as any call to that number. */
function goBack(draft: Draft, parked: Parked): void {
  const { device, address } = parked.parker;
  const rung = callFor(draft, parked, { what: "leaves", by: device, to: address.number });
  draft.world.parked.set(parked.parkId, { ...parked, state: "leaving", rung, isReturning: true });
}

/** What it is forwarded to is a service of the switch, which has no session of its own. */
function takenByService(draft: Draft, parked: Parked, { sessionId, endpoint = "silence" }: ModelSession): void {
  removeSession(draft, sessionId);
  const party = draft.world.legs.get(parked.party);
  takeOut(draft, parked, TOO_LATE, sessionId);
  const why: Why = { cause: 16, ...reminding(parked), by: "timer" };
  if (party !== undefined) attach(draft, party.callId, party.legId, endpoint, { why });
}

/** Nobody has answered there. */
function notTaken(draft: Draft, parked: Parked, why: Why): void {
  const { rung: _rung, ...waiting } = parked;
  if (parked.state === "reminding") {
    stopTimer(draft, parked.parkId, "stop-ringing");
    return void draft.world.parked.set(parked.parkId, { ...waiting, state: "parked" });
  }
  if (parked.isReturning !== true) return goBack(draft, waiting);
  takeOut(draft, waiting, why);
  draft.effects.push({ type: "release", sessionId: parked.sessionId, why: { ...why, feature: "park", by: "timer" } });
}
