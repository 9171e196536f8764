import type { NumberScope } from "../../common/index.ts";
import type { Address } from "./call.ts";

/** Lines that are rung by a park range's timers, in seconds. */
export interface ParkRangeSettings {
  /** Slots, in the order in which they are taken. */
  readonly numbers: readonly string[];
  readonly reminderSeconds: number;
  /** Between further reminders. */
  readonly periodicSeconds: number;
  /** After this the call goes to `forwardTo`, or back to who parked it for good. */
  readonly giveUpSeconds: number;
  readonly forwardTo?: string;
}

/** How callers of a hunt pilot wait. */
export interface HuntQueue {
  readonly maxCallers: number;
  readonly maxWaitSeconds: number;
  /** The music source that is played once before music. */
  readonly announcement?: string;
  /** What is dialed for those who have waited in vain. */
  readonly noCoverage?: string;
}

/** Members of a line group that are rung at a time. */
export interface HuntStep {
  readonly group: string;
  /** Such as `1001@internal`; at least one. */
  readonly lines: readonly string[];
  readonly ringMs: number;
}

/** What the configuration says that the model depends on, as it is at the moment. Lines are named `1001@internal`. */
export interface ModelSettings {
  /** Undefined: there is no such range. */
  parkRange(name: string): ParkRangeSettings | undefined;
  /** The ranges that a device may park on, the first to be tried first. */
  parkRangesFor(device: string): readonly string[];
  /** Lines of a pickup group. */
  pickupMembers(group: string): readonly string[];
  pickupGroupOf(line: string): string | undefined;
  /** What is dialed for a call of the group from outside of it, such as `5000@internal`; undefined: there is nothing. */
  pickupNumberOf(group: string): string | undefined;
  /** The device may call the line: its calling search space has the line's partition. */
  reaches(device: string, line: string): boolean;
  /** @param number where a call rings */
  isAmong(scope: NumberScope, number: string): boolean;
  /** The first line of a phone; undefined: there is no such phone. */
  addressOf(device: string): Address | undefined;
  /** Others of a shared line may not barge into this device's calls. */
  isPrivate(device: string): boolean;
  /** The same of a line, for all its devices. */
  isPrivateLine(line: string): boolean;
  /** Its lines, the first one first. */
  linesOf(device: string): readonly string[];
  /** The devices that have a line. */
  devicesOf(line: string): readonly string[];
  /** A conference ends when who made it leaves; else it goes on. */
  endsWithController(): boolean;
  /** @param pilot such as `5000@internal`; undefined: there is none, or nobody waits for it */
  huntQueue(pilot: string): HuntQueue | undefined;
  /** Who is free of a pilot at the moment, in the order in which they are to be rung. */
  huntSteps(pilot: string): readonly HuntStep[];
}

/** Nothing is configured. */
export const NO_SETTINGS: ModelSettings = {
  parkRange: () => undefined,
  parkRangesFor: () => [],
  pickupMembers: () => [],
  pickupGroupOf: () => undefined,
  pickupNumberOf: () => undefined,
  reaches: () => true,
  isAmong: () => true,
  addressOf: () => undefined,
  isPrivate: () => false,
  isPrivateLine: () => false,
  linesOf: () => [],
  devicesOf: () => [],
  endsWithController: () => false,
  huntQueue: () => undefined,
  huntSteps: () => [],
};
