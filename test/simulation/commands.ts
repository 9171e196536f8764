import type { CallCommand } from "../../src/call/model/index.ts";
import { NUMBERS, PHONES, SHARING } from "./plan.ts";
import type { SimulatedSwitch } from "./switch.ts";

/** What is chosen among: numbers from 0 to below 1. */
type Picks = readonly number[];

/** How each command is asked for at random; a new command is an entry here. */
const COMMANDS: { readonly [Type in CallCommand["type"]]: (host: SimulatedSwitch, picks: Picks) => CallCommand } = {
  "make-call": (_host, picks) => ({ type: "make-call", device: phone(picks), to: number(picks) }),
  hold: (host, picks) => ({ type: "hold", ...inCall(host, picks) }),
  retrieve: (host, picks) =>
    (picks[2] ?? 0) < 0.3
      ? { type: "retrieve", device: sharing(picks), callId: callOfLine(host, picks) }
      : { type: "retrieve", ...inCall(host, picks) },
  swap: (host, picks) => ({ type: "swap", ...inCall(host, picks) }),
  transfer: (host, picks) => ({ type: "transfer", ...inCall(host, picks), to: number(picks) }),
  "complete-transfer": (host, picks) => ({ type: "complete-transfer", ...inCall(host, picks) }),
  conference: (host, picks) => ({ type: "conference", device: inCall(host, picks).device }),
  "add-party": (host, picks) => ({ type: "add-party", device: inCall(host, picks).device }),
  "drop-party": (host, picks) => ({ type: "drop-party", ...inCall(host, picks), party: phone(picks.slice(2)) }),
  barge: (host, picks) => ({ type: "barge", device: sharing(picks), callId: callOfLine(host, picks) }),
  privacy: (host, picks) => ({ type: "privacy", device: inCall(host, picks).device }),
  redirect: (host, picks) => ({ type: "redirect", ...inCall(host, picks), to: number(picks) }),
  park: (host, picks) => ({ type: "park", ...inCall(host, picks) }),
  unpark: (_host, picks) => ({ type: "unpark", device: phone(picks), slot: number(picks) }),
  pickup: (_host, picks) => ({ type: "pickup", device: phone(picks), number: number(picks) }),
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

/** A device that shares its line. */
function sharing(picks: Picks): string {
  return pick(SHARING, picks[0] ?? 0) ?? "";
}

/** A call that a device of such a line is in, or sometimes any. */
function callOfLine({ features: { world } }: SimulatedSwitch, picks: Picks): string {
  const legs = [...world.legs.values()];
  const shared = legs.filter(({ device }) => SHARING.includes(device));
  return pick(shared.length > 0 ? shared : legs, picks[1] ?? 0)?.callId ?? "";
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
