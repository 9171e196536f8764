import type { CallCommand } from "../../src/call/model/index.ts";
import { GROUP, NUMBERS, PHONES, SLOTS } from "./plan.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** What is chosen among: numbers from 0 to below 1. */
type Picks = readonly number[];

interface Kind {
  /** How often. */
  readonly weight: number;
  readonly make: (host: SimulatedSwitch, picks: Picks) => CallCommand;
}

/** How each command is asked for at random; a new command is an entry here. */
const COMMANDS: Readonly<Record<CallCommand["type"], Kind>> = {
  "make-call": { weight: 2, make: (_host, picks) => ({ type: "make-call", device: phone(picks), to: number(picks) }) },
  hold: { weight: 3, make: (host, picks) => ({ type: "hold", ...inCall(host, picks) }) },
  retrieve: { weight: 3, make: (host, picks) => ({ type: "retrieve", ...inCall(host, picks) }) },
  swap: { weight: 3, make: (host, picks) => ({ type: "swap", ...inCall(host, picks) }) },
  transfer: { weight: 4, make: (host, picks) => ({ type: "transfer", ...inCall(host, picks), to: number(picks) }) },
  "complete-transfer": { weight: 4, make: (host, picks) => ({ type: "complete-transfer", ...inCall(host, picks) }) },
  redirect: { weight: 4, make: redirect },
  park: { weight: 3, make: (host, picks) => ({ type: "park", ...inCall(host, picks) }) },
  unpark: { weight: 3, make: (_host, picks) => ({ type: "unpark", device: phone(picks), slot: slot(picks) }) },
  pickup: { weight: 3, make: (_host, picks) => ({ type: "pickup", device: phone(picks), ...wanted(picks) }) },
  drop: { weight: 1, make: (host, picks) => ({ type: "drop", ...inCall(host, picks) }) },
};

const KINDS = Object.values(COMMANDS).flatMap((kind) => Array.from({ length: kind.weight }, () => kind));

/** @param picks the first chooses the command */
export function commandAtRandom(host: SimulatedSwitch, picks: Picks): CallCommand {
  return (pick(KINDS, picks[0] ?? 0) ?? COMMANDS.drop).make(host, picks.slice(1));
}

/** Mostly a device that is in a call, sometimes with the call's name. */
function inCall({ features: { world } }: SimulatedSwitch, picks: Picks): { device: string; callId?: string } {
  const [which = 0, how = 0] = picks;
  const leg = pick([...world.legs.values()], which);
  if (leg === undefined || how < 0.05) return { device: phone(picks) };
  return how < 0.4 ? { device: leg.device, callId: leg.callId } : { device: leg.device };
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
