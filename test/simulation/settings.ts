import { addressOf } from "../../src/call/control/features/leg-facts.ts";
import { NO_SETTINGS, type ModelSettings } from "../../src/call/model/index.ts";
import { deviceNamed, devicesOf, GROUP, GROUP_LINES, PARK_RANGE, PHONES, SLOTS } from "./plan.ts";

/** What the configuration says of features. */
export const SETTINGS: ModelSettings = {
  ...NO_SETTINGS,
  linesOf: (device) => (PHONES.includes(device) ? [deviceNamed(device).line ?? ""] : []),
  devicesOf: (line) => devicesOf(line.split("@")[0] ?? ""),
  addressOf: (device) => (PHONES.includes(device) ? addressOf(deviceNamed(device)) : undefined),
  parkRange: (name) =>
    name === PARK_RANGE
      ? { numbers: SLOTS, reminderSeconds: 20, periodicSeconds: 15, giveUpSeconds: 90, forwardTo: "103" }
      : undefined,
  parkRangesFor: () => [PARK_RANGE],
  pickupMembers: (group) => (group === GROUP ? GROUP_LINES : []),
  pickupGroupOf: (line) => (GROUP_LINES.includes(line) ? GROUP : undefined),
};
