import type { Chance } from "../chance.ts";
import type { Application } from "./application.ts";
import { NUMBERS, PHONES, PORTS } from "./site.ts";

interface Place {
  readonly callId: string;
  readonly device: string;
  readonly state: string;
}

const ANY_METHOD = [
  "call.hold",
  "call.retrieve",
  "call.swap",
  "call.drop",
  "call.answer",
  "call.accept",
  "call.reject",
  "call.park",
  "call.conference",
  "call.completeTransfer",
] as const;
const UP = ["hold", "transfer", "consult", "drop", "park", "data", "data", "digits", "redirect", "conference"] as const;
const HELD = ["retrieve", "swap", "complete", "conference", "drop"] as const;
const RINGING = ["redirect", "answer", "drop", "reject", "pickup"] as const;

/** An application asks for something that mostly makes sense for what it knows of calls. */
export function commandAtRandom(application: Application, chance: Chance): void {
  const place = chance.pick(placesOf(application));
  const { method, params } = chance.happens(0.25) || place === undefined ? anew(chance) : at(place, chance);
  application.command(method, params, chance.happens(0.4) ? 1 + chance.below(2) : 0);
}

function placesOf({ known }: Application): readonly Place[] {
  return known.calls.flatMap(({ callId, connections }) =>
    connections.flatMap(({ terminals }) => terminals.map(({ device, state }) => ({ callId, device, state }))),
  );
}

interface Command {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function anew(chance: Chance): Command {
  const device = chance.pick([...PHONES.map(({ name }) => name), ...PORTS]) ?? "";
  const to = numberOf(chance);
  if (chance.happens(0.15)) return { method: "call.unpark", params: { device, slot: `70${1 + chance.below(2)}` } };
  if (chance.happens(0.1)) return { method: "call.pickup", params: { device, number: to } };
  const callId = `app-${chance.below(2 ** 31)}`;
  return { method: "call.connect", params: { device, to, ...(chance.happens(0.4) ? { callId } : {}) } };
}

function at({ callId, device, state }: Place, chance: Chance): Command {
  const where = { device, callId };
  if (chance.happens(0.08))
    return { method: chance.pick(ANY_METHOD) ?? "call.drop", params: methodParams(where, chance) };
  const kinds = state === "held" ? HELD : state === "ringing" ? RINGING : UP;
  switch (chance.pick<string>(kinds) ?? "drop") {
    case "transfer":
      return { method: "call.transfer", params: { ...where, to: numberOf(chance) } };
    case "consult":
      return { method: "call.consult", params: { ...where, to: numberOf(chance) } };
    case "complete":
      return { method: "call.completeTransfer", params: where };
    case "conference":
      return { method: "call.conference", params: { device } };
    case "data":
      return {
        method: "call.setUserData",
        params: { ...where, data: { [`name-${chance.below(3)}`]: `${chance.below(1e6)}` } },
      };
    case "digits":
      return { method: "call.sendDigits", params: { ...where, digits: "12" } };
    case "redirect":
      return { method: "call.redirect", params: { ...where, to: numberOf(chance) } };
    case "pickup":
      return { method: "call.pickup", params: { device: chance.pick(PHONES)?.name, number: numberOf(chance) } };
    case "park":
      return { method: "call.park", params: where };
    case "hold":
      return { method: "call.hold", params: where };
    case "retrieve":
      return { method: "call.retrieve", params: where };
    case "swap":
      return { method: "call.swap", params: where };
    case "answer":
      return { method: "call.answer", params: where };
    case "reject":
      return { method: "call.reject", params: where };
    default:
      return { method: "call.drop", params: where };
  }
}

function methodParams(where: { readonly device: string; readonly callId: string }, chance: Chance): Command["params"] {
  return chance.happens(0.5) ? where : { device: where.device };
}

function numberOf(chance: Chance): string {
  return chance.pick(NUMBERS) ?? "1001";
}
