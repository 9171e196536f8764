import type { CallCommand } from "../../src/call/model/index.ts";
import { NUMBERS, PHONES } from "./plan.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** What is chosen among: numbers from 0 to below 1. */
type Picks = readonly number[];

/** How each command is asked for at random; a new command is an entry here. */
const COMMANDS: { readonly [Type in CallCommand["type"]]: (host: SimulatedSwitch, picks: Picks) => CallCommand } = {
  "make-call": (_host, picks) => ({ type: "make-call", device: phone(picks), to: number(picks) }),
  hold: (host, picks) => ({ type: "hold", ...inCall(host, picks) }),
  retrieve: (host, picks) => ({ type: "retrieve", ...inCall(host, picks) }),
  swap: (host, picks) => ({ type: "swap", ...inCall(host, picks) }),
  transfer: (host, picks) => ({ type: "transfer", ...inCall(host, picks), to: number(picks) }),
  "complete-transfer": (host, picks) => ({ type: "complete-transfer", ...inCall(host, picks) }),
  redirect: (host, picks) => ({
    type: "redirect",
    ...ringingAt(host, picks),
    to: number(picks),
    failureMode: (picks[1] ?? 0) < 0.7 ? "normal" : "drop",
  }),
  park: (host, picks) => ({ type: "park", ...inCall(host, picks), ...((picks[2] ?? 0) < 0.5 ? { slot: "701" } : {}) }),
  unpark: (_host, picks) => ({ type: "unpark", device: phone(picks), slot: (picks[1] ?? 0) < 0.5 ? "701" : "702" }),
  pickup: (_host, picks) => ({ type: "pickup", device: phone(picks) }),
  drop: (host, picks) => ({ type: "drop", ...inCall(host, picks) }),
};

const KINDS = Object.keys(COMMANDS) as CallCommand["type"][];

/** @param picks the first chooses the command */
export function commandAtRandom(host: SimulatedSwitch, picks: Picks): CallCommand {
  const kind = pick(KINDS, picks[0] ?? 0) ?? "drop";
  return COMMANDS[kind](host, picks.slice(1));
}

/** Mostly a device that is in a call, sometimes with the call's name. */
function inCall({ features: { world } }: SimulatedSwitch, picks: Picks): { device: string; callId?: string } {
  const [which = 0, how = 0] = picks;
  const leg = pick([...world.legs.values()], which);
  if (leg === undefined || how < 0.05) return { device: phone(picks) };
  return how < 0.4 ? { device: leg.device, callId: leg.callId } : { device: leg.device };
}

/** Mostly a device that rings, where there is one. */
function ringingAt(host: SimulatedSwitch, picks: Picks): { device: string; callId?: string } {
  const rung = [...host.features.world.sessions.values()].flatMap(({ ringing }) =>
    ringing.flatMap(({ place }) => place.devices),
  );
  const device = pick(rung, picks[0] ?? 0);
  return device === undefined || (picks[1] ?? 0) < 0.3 ? inCall(host, picks) : { device };
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
