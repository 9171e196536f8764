import type { Ha1 } from "../../common/index.ts";
import type { TollGuard } from "../../database/index.ts";
import type { SipProfile } from "./sip-profile.ts";

/** How many calls a line takes, on all devices that have it together. */
export interface LineLimits {
  /** 1 and above. */
  readonly maxCalls: number;
  /** Incoming calls beyond so many calls are busy; 1 to `maxCalls`. */
  readonly busyTrigger: number;
}

/** What a CTI port or route point is beyond a SIP endpoint: applications open it. */
export interface CtiEndpoint {
  readonly kind: "cti-port" | "route-point";
  /** How long an application may leave a new call alone; 1 to 60. Absent: as is usual. */
  readonly acceptSeconds?: number;
  /** Of a route point: how long an application may take to select a route; 1 to 60. */
  readonly routeSelectSeconds?: number;
  /** What becomes of established calls when their application has failed for good. */
  readonly onOwnerLost: "redirect" | "hold" | "drop";
  /** An administrator has closed the device to control, or this line. */
  readonly isClosed: boolean;
  readonly isLineClosed: boolean;
}

/** A line of a device that registers with digest. A device with several lines is there once for each, the first one first. */
export interface SipPhone {
  readonly kind: "sip-phone";
  /** The device's name; unique among phones and peers. */
  readonly name: string;
  readonly directoryNumber: string;
  /**
   * Address of record: what the device registers for this number is kept under it. Lines of a device that differ in their
   * partition alone have the same, since no request can tell them apart.
   */
  readonly aor: string;
  /** The directory number with its partition, `1001@internal`; devices that share the line have the same. */
  readonly line: string;
  /** Shown to the other party; absent: the number alone. */
  readonly displayName?: string;
  /** The digest user name; empty: the device has no credentials and cannot register. */
  readonly user: string;
  readonly ha1: Ha1;
  readonly profile: SipProfile;
  /** Calls the phone may have at a time; 1 and above. */
  readonly maxCalls: number;
  /** Bounds of the calls by trunks that it makes or forwards; absent: none. */
  readonly tollGuard?: TollGuard | undefined;
  /** The nodes it is at home on, when this node is none of them; absent: it is at home here. */
  readonly homeElsewhere?: readonly string[] | undefined;
  /** Absent: the line takes what its device takes. */
  readonly lineLimits?: LineLimits;
  /** Absent: it is a phone. */
  readonly cti?: CtiEndpoint;
}
