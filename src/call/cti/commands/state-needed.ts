import type { CtiFailure } from "../../../signals/index.ts";
import type { AnyCallCommand } from "./commanded-calls.ts";
import type { DevicePlace } from "./device-place.ts";

/** How a device has to be in its call for a command to be done to it; absent: it need not be in one. */
const NEEDED: Readonly<Partial<Record<AnyCallCommand["type"], readonly string[]>>> = {
  hold: ["talking", "held"],
  retrieve: ["held", "talking", "bridged"],
  swap: ["talking", "held"],
  transfer: ["talking", "held"],
  "complete-transfer": ["talking", "held"],
  conference: ["talking", "held"],
  "add-party": ["talking", "held"],
  "drop-party": ["talking", "held"],
  consult: ["talking", "held"],
  park: ["talking", "held"],
  "send-digits": ["talking"],
  "set-media": ["talking", "held", "ringing"],
  drop: ["talking", "held", "ringing"],
  redirect: ["ringing", "talking", "held"],
  accept: ["ringing"],
  answer: ["ringing"],
  reject: ["ringing"],
  barge: ["bridged", "held"],
};

/** Why a device is not as a command needs it. */
export interface Misfit {
  readonly failure: CtiFailure;
  readonly detail: string;
  readonly expected: string;
}

/** Undefined: it may be done, as far as can be seen before. */
export function misfitOf({ type, device }: AnyCallCommand, place: DevicePlace | undefined): Misfit | undefined {
  const needed = NEEDED[type];
  if (needed === undefined) return undefined;
  const expected = needed.join(" or ");
  if (place === undefined) return { failure: "device-not-in-call", detail: `${device} has no such call`, expected };
  // What is offered to a device has not reached it yet.
  if (needed.includes(place.terminal ?? "ringing")) return undefined;
  return {
    failure: "wrong-state",
    detail: `${device} is ${place.terminal ?? place.connection} in that call`,
    expected,
  };
}
