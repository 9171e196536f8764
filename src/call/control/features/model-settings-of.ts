import { isNumberAllowed } from "../../../common/index.ts";
import type { FeatureSettings, Inventory } from "../../device/index.ts";
import type { ModelSettings, ParkRangeSettings } from "../../model/index.ts";
import { phoneDevice } from "../leg/caller-identity.ts";
import type { Hunting } from "../hunting/hunting.ts";
import { addressOf } from "./leg-facts.ts";

export interface ModelSettingsOptions {
  readonly inventory: Inventory;
  /** Absent: nothing but devices is configured. */
  readonly settings: FeatureSettings | undefined;
  /** Partitions that a device may dial, in the order of its search space; undefined: there is no dial plan. */
  readonly partitionsOf: (device: string) => readonly string[] | undefined;
  readonly hunting: Hunting;
}

/** What the call model reads of the configuration, as it is at the moment. */
export function modelSettingsOf({ inventory, settings, partitionsOf, hunting }: ModelSettingsOptions): ModelSettings {
  return {
    parkRange: (name): ParkRangeSettings | undefined => settings?.parkRange(name),
    parkRangesFor: (device) => (settings?.parkRanges(partitionsOf(device) ?? []) ?? []).map(({ name }) => name),
    pickupMembers: (group) => settings?.pickupGroup(group)?.members ?? [],
    pickupGroupOf: (line) => settings?.lineOf(line)?.pickupGroup,
    pickupNumberOf: (group) => settings?.pickupGroup(group)?.number,
    reaches: (device, line) => partitionsOf(device)?.includes(line.slice(line.lastIndexOf("@") + 1)) ?? true,
    isAmong: isNumberAllowed,
    addressOf: (device) => {
      const [phone] = inventory.linesOf(device);
      return phone === undefined ? undefined : addressOf(phoneDevice(phone));
    },
    isPrivateLine: (line) => settings?.lineOf(line)?.privacy === true,
    linesOf: (device) => inventory.linesOf(device).map(({ line }) => line),
    devicesOf: (line) => inventory.phonesByLine(line).map(({ name }) => name),
    endsWithController: () => settings?.conferenceEndsWithController() ?? false,
    huntQueue: (pilot) => {
      const { queue, noCoverage } = settings?.huntPilot(pilot) ?? {};
      return queue && { ...queue, ...(noCoverage === undefined ? {} : { noCoverage }) };
    },
    huntSteps: (name) => {
      const pilot = hunting.pilot(name);
      const steps = pilot === undefined ? [] : hunting.steps(pilot);
      return steps.map(({ group, members, ringMs }) => ({ group, lines: members.map(({ line }) => line), ringMs }));
    },
    isPrivate: (device) => settings?.deviceOf(device)?.privacy === true,
  };
}
