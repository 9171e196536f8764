import { dropLeg } from "../basic-call.ts";
import { linkCalls } from "../call-changes.ts";
import type { CallCommand, CommandFailure } from "../../../signals/index.ts";
import type { DialedFeature } from "../model-event.ts";
import { attach, join } from "../reconnect.ts";
import type { Doing, Why } from "../why.ts";
import { nameSession, otherLeg, putSession, type Draft, type ModelLeg, type World } from "../world.ts";
import { askedBy, refuse, succeed } from "./asker.ts";
import { isInvolved } from "./involved.ts";
import { unfitForPlain } from "./media-fit.ts";
import { timerOf } from "./feature-machine.ts";
import type { Parked, ParkPlace } from "./park-state.ts";
import type { Asker } from "./transfer-state.ts";

const PARK: Why = { cause: 16, feature: "park", by: "party" };
const UNPARK: Why = { cause: 16, feature: "unpark", by: "party" };
/** Q.850 26: somebody else has it. */
const TAKEN: Why = { cause: 26, feature: "unpark", by: "system" };
const MAX_RETRIEVALS = 8;

export type ParkCommand = Extract<CallCommand, { type: "park" | "unpark" }>;
type ParkTimer = "reminder" | "give-up" | "stop-ringing" | "confirmed";

/** What it takes to park: a free slot. */
export type ParkAttempt =
  | { readonly ok: true; readonly place: ParkPlace; readonly party: ModelLeg }
  | { readonly ok: false; readonly failure: CommandFailure; readonly detail: string };

export function parkIdOf({ range, slot }: ParkPlace): string {
  return `${range} ${slot}`;
}

/** What an event of a session that is about a parked call is to the call: `<what> <parkId>`. */
export function purposeOf(what: "waits" | "reminds" | "leaves" | "retrieves" | "confirms", parkId: string): string {
  return `${what} ${parkId}`;
}

/** Finds a place for the other party of a leg, without a slot the first free one of the device's ranges. */
export function tryToPark(draft: Draft, leg: ModelLeg, wanted: { range?: string; slot?: string } = {}): ParkAttempt {
  const { world } = draft;
  const party = otherLeg(world, leg);
  if (party === undefined || !party.isUp || !leg.isUp || leg.kind === "trunk") {
    return { ok: false, failure: "wrong-state", detail: "there is no established call with another party" };
  }
  if (isInvolved(world, leg.legId) || isInvolved(world, party.legId)) {
    return { ok: false, failure: "pending", detail: "another feature is under way in this call" };
  }
  const unfit = unfitForPlain(party);
  if (unfit !== undefined) return { ok: false, ...unfit };
  const ranges = wanted.range === undefined ? world.settings.parkRangesFor(leg.device) : [wanted.range];
  const places = ranges.flatMap((range) =>
    (world.settings.parkRange(range)?.numbers ?? []).map((slot) => ({ range, slot })),
  );
  const possible = wanted.slot === undefined ? places : places.filter(({ slot }) => slot === wanted.slot);
  const place = possible.find((one) => !world.parked.has(parkIdOf(one)));
  if (place !== undefined) return { ok: true, place, party };
  return possible.length > 0 && wanted.slot !== undefined
    ? { ok: false, failure: "park-slot-taken", detail: `a call is parked on ${wanted.slot} already` }
    : { ok: false, failure: "park-no-slot", detail: "there is no free slot that this device may park on" };
}

/** The other party of a leg waits on a slot from now on, with music, and the leg is out of the call. */
export function parkOn(
  draft: Draft,
  leg: ModelLeg,
  { place, party }: { readonly place: ParkPlace; readonly party: ModelLeg },
  { asker = {}, isDirected = false }: { readonly asker?: Asker; readonly isDirected?: boolean } = {},
): void {
  const { world, effects } = draft;
  const { device, address, sessionId: oldSession } = leg;
  const parkId = parkIdOf(place);
  const why: Why = { ...PARK, by: askedBy(asker), ...(isDirected ? { detail: "directed" } : {}) };
  const sessionId = attach(draft, party.callId, party.legId, "music", { why, musicOf: device });
  const session = world.sessions.get(sessionId);
  const purpose = { feature: "park", id: purposeOf("waits", parkId) } as const;
  if (session !== undefined) putSession(draft, { ...session, purpose });
  world.parked.set(parkId, {
    ...place,
    parkId,
    state: "parked",
    party: party.legId,
    sessionId,
    parker: { device, address },
    retrievals: [],
  });
  dropLeg(draft, leg, why);
  effects.push({ type: "release", sessionId: oldSession, why });
  const range = world.settings.parkRange(place.range);
  startTimer(draft, parkId, "reminder", range?.reminderSeconds ?? 60);
  startTimer(draft, parkId, "give-up", range?.giveUpSeconds ?? 3_600);
}

/** The other party of a leg is parked, or who asked is told why not. */
export function park(
  draft: Draft,
  leg: ModelLeg,
  wanted: { readonly range?: string; readonly slot?: string },
  asker: Asker,
): void {
  const attempt = tryToPark(draft, leg, wanted);
  if (!attempt.ok) return refuse(draft, asker, attempt.failure, attempt.detail);
  succeed(draft, asker, attempt.party.callId, attempt.place.slot);
  parkOn(draft, leg, attempt, { asker, isDirected: wanted.slot !== undefined });
}

/** Where a transfer leads that parks; undefined: the number asks for something else. */
export function placeToPark(feature: DialedFeature): Partial<ParkPlace> | undefined {
  if (feature.kind === "park-slot") return { range: feature.range, slot: feature.slot };
  return feature.kind === "code" && feature.code === "park" ? {} : undefined;
}

/** A device is rung that is to have a parked call. */
export function unpark(draft: Draft, { device, slot }: { device: string; slot: string }, commandId: string): void {
  const { world } = draft;
  const asker = { commandId };
  const range = world.settings.parkRangesFor(device).find((one) => world.parked.has(parkIdOf({ range: one, slot })));
  const parked = range === undefined ? undefined : world.parked.get(parkIdOf({ range, slot }));
  const address = world.settings.addressOf(device);
  if (address === undefined) return refuse(draft, asker, "destination-unknown", `no phone has the name ${device}`);
  if (parked === undefined) return refuse(draft, asker, "park-empty", `nothing is parked on ${slot}`);
  if (parked.retrievals.length >= MAX_RETRIEVALS) {
    return refuse(draft, asker, "pending", `too many phones are rung for the call on ${slot}`);
  }
  const sessionId = callFor(draft, parked, { what: "retrieves", by: device, to: address.number, onlyDevice: device });
  const retrievals = [...parked.retrievals, { sessionId, commandId }];
  world.parked.set(parked.parkId, { ...parked, retrievals });
}

/** Who is on the line to retrieve a call has it, unless it is gone. @returns false: it is */
export function retrieve(draft: Draft, parkId: string, legId: string, sessionId: string): boolean {
  const { world } = draft;
  const parked = world.parked.get(parkId);
  const party = parked === undefined ? undefined : world.legs.get(parked.party);
  const leg = world.legs.get(legId);
  if (parked === undefined || party === undefined || leg === undefined) return false;
  const asker = parked.retrievals.find((one) => one.sessionId === sessionId);
  if (asker !== undefined) succeed(draft, asker, party.callId, parked.slot);
  takeOut(draft, parked, TAKEN, sessionId);
  linkCalls(draft, leg.callId, party.callId);
  const isRung = parked.rung === sessionId;
  const why: Why = isRung ? { ...UNPARK, ...reminding(parked) } : { ...UNPARK, by: askedBy(asker ?? {}) };
  join(draft, party.callId, party.legId, legId, why);
  return true;
}

/** Why somebody is rung, without being asked, for a call that is parked. */
export function reminding({ state, isReturning }: Parked): Doing {
  const isForwarded = state === "leaving" && isReturning !== true;
  return { feature: "park-reminder", ...(isForwarded ? { detail: "no-retrieve" } : {}) };
}

/** A slot is free again; what is rung for its call is released, but for the session `except`. */
export function takeOut(draft: Draft, parked: Parked, why: Why, except?: string): void {
  const { parkId, rung, retrievals, slot } = parked;
  draft.world.parked.delete(parkId);
  for (const name of ["reminder", "give-up", "stop-ringing"] as const) stopTimer(draft, parkId, name);
  for (const { sessionId, commandId } of retrievals) {
    if (sessionId === except) continue;
    refuse(draft, { commandId }, "park-empty", `the call on ${slot} is gone`);
    draft.effects.push({ type: "release", sessionId, why });
  }
  if (rung !== undefined && rung !== except) draft.effects.push({ type: "release", sessionId: rung, why });
}

/** Calls somebody on behalf of a parked party. @returns the session's name */
export function callFor(
  draft: Draft,
  { parkId, party }: Parked,
  wanted: {
    readonly what: "reminds" | "leaves" | "retrieves";
    readonly by: string;
    readonly to: string;
    readonly onlyDevice?: string;
    /** It goes to where calls of its range go that nobody has taken. */
    readonly isForwarded?: true;
  },
): string {
  const { what, isForwarded, ...callee } = wanted;
  const callId = draft.world.legs.get(party)?.callId ?? "";
  const sessionId = nameSession(draft, callId);
  const purpose = { feature: "park", id: purposeOf(what, parkId) } as const;
  const feature = what === "retrieves" ? "unpark" : "park-reminder";
  const detail = isForwarded === true ? ({ reasonDetail: "no-retrieve" } as const) : {};
  putSession(draft, { sessionId, callId, stage: "setup", ringing: [], purpose, reason: feature, ...detail });
  const from = { legId: party };
  draft.effects.push({ type: "originate", sessionId, callId, from, ...callee, endpoint: "silence", feature });
  return sessionId;
}

/** @param parkId of what is confirmed, the session */
export function startTimer({ effects }: Draft, parkId: string, name: ParkTimer, seconds: number): void {
  effects.push({ type: "start-timer", timerId: timerOf("park", parkId, name), delayMs: seconds * 1_000 });
}

export function stopTimer({ effects }: Draft, parkId: string, name: ParkTimer): void {
  effects.push({ type: "stop-timer", timerId: timerOf("park", parkId, name) });
}

/** The call that waits on a slot. */
export function parkedOn({ parked }: World, place: ParkPlace): Parked | undefined {
  return parked.get(parkIdOf(place));
}
