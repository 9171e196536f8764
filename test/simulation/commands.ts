import type { CallCommand, ModelCommand } from "../../src/call/model/index.ts";
import { GROUP, NUMBERS, PHONES, SHARING, SLOTS } from "./plan.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** What is chosen among: numbers from 0 to below 1. */
type Picks = readonly number[];

interface Kind {
  /** How often. */
  readonly weight: number;
  readonly make: (host: SimulatedSwitch, picks: Picks) => ModelCommand;
}

/** How each command is asked for at random; a new command is an entry here. */
const COMMANDS: Readonly<Record<CallCommand["type"] | "consult", Kind>> = {
  consult: { weight: 3, make: (host, picks) => ({ type: "consult", ...inCall(host, picks), to: number(picks) }) },
  "make-call": { weight: 2, make: (_host, picks) => ({ type: "make-call", device: phone(picks), to: number(picks) }) },
  hold: { weight: 3, make: (host, picks) => ({ type: "hold", ...inCall(host, picks) }) },
  retrieve: { weight: 3, make: retrieve },
  swap: { weight: 3, make: (host, picks) => ({ type: "swap", ...inCall(host, picks) }) },
  transfer: { weight: 4, make: (host, picks) => ({ type: "transfer", ...inCall(host, picks), to: number(picks) }) },
  "complete-transfer": { weight: 4, make: (host, picks) => ({ type: "complete-transfer", ...inCall(host, picks) }) },
  conference: { weight: 4, make: (host, picks) => ({ type: "conference", device: inCall(host, picks).device }) },
  "add-party": { weight: 2, make: (host, picks) => ({ type: "add-party", device: inCall(host, picks).device }) },
  "drop-party": { weight: 2, make: dropParty },
  barge: { weight: 3, make: (host, picks) => ({ type: "barge", ...lineCall(host, picks) }) },
  privacy: { weight: 1, make: (host, picks) => ({ type: "privacy", device: inCall(host, picks).device }) },
  redirect: { weight: 4, make: redirect },
  park: { weight: 3, make: (host, picks) => ({ type: "park", ...inCall(host, picks) }) },
  unpark: { weight: 3, make: (_host, picks) => ({ type: "unpark", device: phone(picks), slot: slot(picks) }) },
  pickup: { weight: 3, make: (_host, picks) => ({ type: "pickup", device: phone(picks), ...wanted(picks) }) },
  drop: { weight: 1, make: (host, picks) => ({ type: "drop", ...inCall(host, picks) }) },
};

const KINDS = Object.values(COMMANDS).flatMap((kind) => Array.from({ length: kind.weight }, () => kind));

/** @param picks the first chooses the command */
export function commandAtRandom(host: SimulatedSwitch, picks: Picks): ModelCommand {
  return (pick(KINDS, picks[0] ?? 0) ?? COMMANDS.drop).make(host, picks.slice(1));
}

/** Mostly a device that is in a call, sometimes with the call's name. */
function inCall({ features: { world } }: SimulatedSwitch, picks: Picks): { device: string; callId?: string } {
  const [which = 0, how = 0] = picks;
  const leg = pick([...world.legs.values()], which);
  if (leg === undefined || how < 0.05) return { device: phone(picks) };
  return how < 0.4 ? { device: leg.device, callId: leg.callId } : { device: leg.device };
}

/** Of the device itself, or of another one of its line. */
function retrieve(host: SimulatedSwitch, picks: Picks): CallCommand {
  return { type: "retrieve", ...((picks[2] ?? 0) < 0.3 ? lineCall(host, picks) : inCall(host, picks)) };
}

/** A device that shares its line, and a call that a device of it is in, or else any. */
function lineCall({ features: { world } }: SimulatedSwitch, picks: Picks): { device: string; callId: string } {
  const legs = [...world.legs.values()];
  const shared = legs.filter(({ device }) => SHARING.includes(device));
  const leg = pick(shared.length > 0 ? shared : legs, picks[1] ?? 0);
  return { device: pick(SHARING, picks[0] ?? 0) ?? "", callId: leg?.callId ?? "" };
}

/** By somebody in a conference, where there is one. */
function dropParty(host: SimulatedSwitch, picks: Picks): CallCommand {
  const { conferences, legs } = host.features.world;
  const members = [...conferences.values()].flatMap((one) => one.members).map((legId) => legs.get(legId)?.device);
  const [asking = inCall(host, picks).device, party = phone(picks)] = [
    pick(members, picks[0] ?? 0),
    pick(members, picks[1] ?? 0),
  ];
  return { type: "drop-party", device: asking, party };
}

/** Of a call that rings at the device, or is established. */
function redirect(host: SimulatedSwitch, picks: Picks): CallCommand {
  const ringing = [...host.features.world.sessions.values()].flatMap((session) =>
    session.ringing.flatMap(({ place }) => place.devices.map((device) => ({ device, callId: session.callId }))),
  );
  const [which = 0, how = 0, , mode = 0] = picks;
  const chosen = how < 0.6 ? pick(ringing, which) : undefined;
  const failureMode = mode < 0.3 ? ({ failureMode: "drop" } as const) : {};
  return { type: "redirect", ...(chosen ?? inCall(host, picks)), to: number(picks), ...failureMode };
}

function slot(picks: Picks): string {
  return pick([...SLOTS, "999"], picks[1] ?? 0) ?? "";
}

/** A call of its own group, of another one, or at a number. */
function wanted(picks: Picks): { group?: string; number?: string } {
  const [, how = 0] = picks;
  if (how < 0.4) return {};
  return how < 0.5 ? { group: GROUP } : { number: number(picks) };
}

function phone(picks: Picks): string {
  return pick(PHONES, picks[0] ?? 0) ?? "phone-a";
}

function number(picks: Picks): string {
  return pick(NUMBERS, picks[2] ?? 0) ?? "101";
}

export function pick<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[Math.floor(choice * items.length)];
}
