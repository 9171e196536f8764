import { addressOf } from "../../src/call/control/features/leg-facts.ts";
import { NO_SETTINGS, type ModelSettings } from "../../src/call/model/index.ts";
import { deviceNamed, devicesOf, PHONES } from "./plan.ts";

/** What the configuration says of features. */
export const SETTINGS: ModelSettings = {
  ...NO_SETTINGS,
  linesOf: (device) => (PHONES.includes(device) ? [deviceNamed(device).line ?? ""] : []),
  devicesOf: (line) => devicesOf(line.split("@")[0] ?? ""),
  addressOf: (device) => (PHONES.includes(device) ? addressOf(deviceNamed(device)) : undefined),
};
