import { addressOf } from "../../src/call/control/features/leg-facts.ts";
import { NO_SETTINGS, type ModelSettings } from "../../src/call/model/index.ts";
import type { HuntStep } from "../../src/call/model/model-settings.ts";
import {
  deviceNamed,
  devicesOf,
  devicesOn,
  PILOT,
  QUEUE_LINES,
  RING_MS,
  GROUP,
  GROUP_LINES,
  PARK_RANGE,
  PHONES,
  SLOTS,
} from "./plan.ts";

/** What the configuration says of features. @param isFree a device may have another call */
export function settingsFor(isFree: (device: string) => boolean): ModelSettings {
  return { ...SETTINGS, huntSteps: (pilot) => (pilot === PILOT ? huntSteps(isFree) : []) };
}

/** One member of the queue after the other. */
export function huntSteps(isFree: (device: string) => boolean): readonly HuntStep[] {
  const free = QUEUE_LINES.filter((line) => devicesOn(line).some(({ name }) => isFree(name)));
  return free.map((line) => ({ group: "g", lines: [line], ringMs: RING_MS }));
}

const SETTINGS: ModelSettings = {
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
  huntQueue: (pilot) =>
    pilot === PILOT ? { maxCallers: 3, maxWaitSeconds: 40, announcement: "welcome", noCoverage: "103" } : undefined,
  pickupGroupOf: (line) => (GROUP_LINES.includes(line) ? GROUP : undefined),
};
