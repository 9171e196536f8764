import type { DialedFeature } from "../../src/call/model/index.ts";
import { GROUP, PARK_RANGE, SLOTS } from "./plan.ts";

const REPLACES = "replaces:";

/** What begins with these asks for a feature, with the rest as its argument; a new feature is an entry here. */
const FEATURES: Readonly<Record<string, (argument: string) => DialedFeature>> = {
  "*6": (argument) => ({ kind: "code", code: "transfer", argument }),
  "*7": () => ({ kind: "code", code: "park", argument: "" }),
  "*81": () => ({ kind: "code", code: "group-pickup", argument: "" }),
  "*82": (argument) => ({ kind: "code", code: "directed-pickup", argument }),
  "70": (argument) => ({ kind: "park-slot", range: PARK_RANGE, slot: `70${argument}` }),
  "899": () => ({ kind: "pickup-group", group: GROUP }),
  "*5": (argument) => ({ kind: "code", code: "barge", argument }),
  "*9": () => ({ kind: "code", code: "conference", argument: "" }),
  [REPLACES]: (legId) => ({ kind: "replaces", legId }),
};

/** Numbers that a user may dial who wants a feature. */
export const FEATURE_NUMBERS: readonly string[] = [
  ...["*6", "*6101", "*6105", "*60777", "*7", "*81", "*82105", "*82101", "899", "*9", "*5", "*5105"],
  ...SLOTS,
];

/** What is dialed to take the place of a leg. */
export function replacing(legId: string): string {
  return `${REPLACES}${legId}`;
}

/** Undefined: the number leads to a line, a trunk or a service. */
export function featureDialed(number: string): DialedFeature | undefined {
  const [prefix, make] = Object.entries(FEATURES).find(([one]) => number.startsWith(one)) ?? [];
  return prefix === undefined ? undefined : make?.(number.slice(prefix.length));
}
