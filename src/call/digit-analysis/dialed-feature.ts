import type { Destination, FeatureDestination } from "./destination.ts";
import { parseDialed, type Dialed } from "./dialed.ts";
import type { DialPlan } from "./plan/dial-plan.ts";

/** What a phone has dialed by the code of a feature: the feature, what its speed dial dials, or why it is nothing. */
export type DialedFeature =
  | FeatureDestination
  | Extract<Destination, { kind: "none" }>
  | { readonly kind: "speed-dial"; readonly place: number; readonly dialed: Dialed };

/** What is dialed behind a code. */
const ARGUMENT = /^\+?[0-9*#A-D]{1,32}$/;
/** Place of a speed dial, from 1. */
const PLACE = /^\d{1,3}$/;

/** @param device name of the phone; undefined: the digits are no code */
export function dialedFeature(digits: string, device: string, plan: DialPlan): DialedFeature | undefined {
  const match = plan.findFeature(digits);
  if (match === undefined) return undefined;
  const { feature, argument, isIncomplete } = match;
  if (isIncomplete) return { kind: "none", reason: "unknown-number", more: true };
  if (feature === "speed-dial") return speedDialed(argument, device, plan);
  if (argument !== "" && !ARGUMENT.test(argument)) return { kind: "none", reason: "unknown-number" };
  return { kind: "feature", feature, argument, number: digits };
}

/** A speed dial may dial any code but that of a speed dial. */
function speedDialed(argument: string, device: string, plan: DialPlan): DialedFeature {
  const place = PLACE.test(argument) ? Number(argument) : 0;
  const destination = plan.speedDial(device, place);
  const dialed = destination === undefined ? undefined : dialedBy(destination);
  if (dialed === undefined) return { kind: "none", reason: "unknown-number" };
  if (plan.findFeature(dialed.user)?.feature === "speed-dial") return { kind: "none", reason: "translation-loop" };
  return { kind: "speed-dial", place, dialed };
}

function dialedBy(destination: string): Dialed | undefined {
  if (!/^sips?:/.test(destination)) return { user: destination };
  const parsed = parseDialed(destination);
  return parsed.ok ? parsed.value : undefined;
}
