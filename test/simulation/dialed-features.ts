import type { DialedFeature } from "../../src/call/model/index.ts";

/** Numbers that ask for a feature; a new feature is an entry here. */
const FEATURES: Readonly<Record<string, DialedFeature>> = {};

export const FEATURE_NUMBERS: readonly string[] = Object.keys(FEATURES);

/** Undefined: the number leads to a line, a trunk or a service. */
export function featureDialed(number: string): DialedFeature | undefined {
  return FEATURES[number];
}
