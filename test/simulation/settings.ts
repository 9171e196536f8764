import { addressOf } from "../../src/call/control/features/leg-facts.ts";
import { NO_SETTINGS, type ModelSettings, type ParkRangeSettings } from "../../src/call/model/index.ts";
import { deviceNamed, PHONES } from "./plan.ts";

export const PARK_RANGE = "70X@internal";
export const GROUP = "everybody";
const LINES = PHONES.flatMap((name) => addressOf(deviceNamed(name)).line ?? []);
const RANGE: ParkRangeSettings = {
  numbers: ["701", "702"],
  reminderSeconds: 20,
  periodicSeconds: 10,
  giveUpSeconds: 60,
  forwardTo: "103",
};

/** What the configuration says of features. */
export const SETTINGS: ModelSettings = {
  ...NO_SETTINGS,
  parkRange: (name) => (name === PARK_RANGE ? RANGE : undefined),
  parkRangesFor: () => [PARK_RANGE],
  pickupMembers: (group) => (group === GROUP ? LINES : []),
  pickupGroupOf: (line) => (LINES.includes(line) ? GROUP : undefined),
  addressOf: (device) => (PHONES.includes(device) ? addressOf(deviceNamed(device)) : undefined),
};
