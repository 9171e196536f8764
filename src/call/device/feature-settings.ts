import type { BodyOf } from "../../database/index.ts";
import type { LineForwarding } from "./line-forwarding.ts";
import type { LineLimits } from "./sip-phone.ts";

/** Calls that would ring: they ring, are busy, or wait without a sound. */
export type DoNotDisturb = BodyOf<"directory-number">["doNotDisturb"];

/** What features need to know of a directory number, whatever device has it. */
export interface LineSettings extends LineForwarding, LineLimits {
  readonly number: string;
  readonly partition: string;
  /** Absent: it is in none. */
  readonly pickupGroup?: string;
  readonly doNotDisturb: DoNotDisturb;
  /** Devices that share it may not enter each other's calls. */
  readonly privacy: boolean;
}

/** What features need to know of a phone, CTI port or route point. */
export interface DeviceSettings {
  /** Its lines, such as `1001@internal`, the first one first. */
  readonly lines: readonly string[];
  readonly doNotDisturb: DoNotDisturb;
  /** What those hear that it has put on hold: its own source, else that of its device pool; absent: there is none. */
  readonly musicSource?: string;
  /** Other devices that share its lines may not enter its calls. */
  readonly privacy: boolean;
  /** What its speed dials dial, the first one first. */
  readonly speedDials: readonly string[];
  /** It is asked to answer by itself. */
  readonly autoAnswer: boolean;
}

export type Distribution = BodyOf<"line-group">["distribution"];

/** Lines that a hunt pilot rings. */
export interface HuntGroup {
  readonly name: string;
  /** Lines that are logged in, in order: at most 200; they may be none. */
  readonly members: readonly string[];
  readonly distribution: Distribution;
  /** Ringing of a member, or with `broadcast` of all, before the next; 1 to 600. */
  readonly ringSeconds: number;
}

/** How callers wait while no member is free. */
export interface HuntQueue {
  /** 1 to 1,000. */
  readonly maxCallers: number;
  /** 1 to 3,600. */
  readonly maxWaitSeconds: number;
  /** The music source that is played once before music; absent: none. */
  readonly announcement?: string;
}

export interface HuntPilotSettings {
  /** In the order in which they are hunted: at most 32; they may be none. */
  readonly lineGroups: readonly HuntGroup[];
  /** Hunting in all, waiting included; 1 to 3,600. */
  readonly maxSeconds: number;
  /** What is dialed for calls that nobody took; absent: they are refused. */
  readonly noCoverage?: string;
  /** Absent: nobody waits. */
  readonly queue?: HuntQueue;
}

export interface ParkRangeSettings {
  /** Such as `70X@internal`. */
  readonly name: string;
  readonly partition: string;
  /** Numbers that calls are parked on, in ascending order; 1 to 1,000. */
  readonly numbers: readonly string[];
  /** Before who parked is called back; 5 to 3,600. */
  readonly reminderSeconds: number;
  /** Between further calls back; 5 to 3,600. */
  readonly periodicSeconds: number;
  /** Parking in all; more than `reminderSeconds`, up to 86,400. */
  readonly giveUpSeconds: number;
  /** What is dialed then; absent: who parked it is called, as by any caller. */
  readonly forwardTo?: string;
}

export interface PickupGroupSettings {
  /** Lines that are in it, in the order of their names. */
  readonly members: readonly string[];
  /** The line that is dialed for it, such as `1009@internal`; absent: none. */
  readonly number?: string;
}

/**
 * What features of calls go by. Each question is answered from the configuration as it is now; answers do not change afterwards.
 * Names are those of the configuration; what is not there is undefined.
 */
export interface FeatureSettings {
  /** @param name such as `1001@internal` */
  lineOf(name: string): LineSettings | undefined;
  deviceOf(name: string): DeviceSettings | undefined;
  /** @param name such as `5000@internal`; undefined also for a pilot that is blocked */
  huntPilot(name: string): HuntPilotSettings | undefined;
  /** @param name such as `70X@internal` */
  parkRange(name: string): ParkRangeSettings | undefined;
  /** The ranges to park a call on a free number. @param partitions what who parks may dial: `DialPlan.callerSpace()` */
  parkRanges(partitions: readonly string[]): readonly ParkRangeSettings[];
  pickupGroup(name: string): PickupGroupSettings | undefined;
  /** Files of music sources by name; without one it is the music that comes with Tandem. */
  musicSources(): ReadonlyMap<string, string | undefined>;
  /** A conference ends when who made it leaves. */
  conferenceEndsWithController(): boolean;
}
