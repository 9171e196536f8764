/** A contact that a device has registered. Times are milliseconds since 1970. */
export interface ContactState {
  /** The line that it stands for, `1001@internal`. */
  readonly line: string;
  readonly uri: string;
  readonly transport: string;
  /** Where its REGISTER came from, for example `192.0.2.7:40112`. */
  readonly source: string;
  readonly userAgent?: string;
  /** Registered without a break since then. */
  readonly sinceMs: number;
  readonly expiresAtMs: number;
}

/**
 * `registered`: all of its lines are; `partly`: some are; `no-credentials`: it cannot register. A trunk is `in-service` or
 * `out-of-service`. `unknown`: call control has left it out, since it clashes with another device or has no line.
 */
export type DeviceRegistration =
  "registered" | "partly" | "unregistered" | "no-credentials" | "in-service" | "out-of-service" | "unknown";

/** A device as it is now. */
export interface DeviceState {
  readonly name: string;
  readonly kind: "phone" | "cti-port" | "route-point" | "trunk";
  readonly state: DeviceRegistration;
  /** Name of its SIP profile. */
  readonly profile: string;
  readonly devicePool: string;
  /** The user whose device it is; absent: nobody's. */
  readonly owner?: string;
  readonly contacts: readonly ContactState[];
  /** Calls that go on. */
  readonly calls: number;
  /** What does not fit between what it does and its SIP profile; absent: nothing was seen. */
  readonly hint?: string;
  /** Why a trunk is out of service; absent: nothing is known. */
  readonly reason?: string;
}

/** What a line does; `unregistered`: none of its devices is there, and it has no call. */
export type LineActivity = "idle" | "ringing" | "in-use" | "held" | "unregistered";

/** A directory number as it is now. */
export interface LineState {
  /** Such as `1001@internal`. */
  readonly name: string;
  readonly state: LineActivity;
  /** Devices that have the line. */
  readonly devices: readonly string[];
  /** Calls that go on, on all its devices. */
  readonly calls: number;
  /** When its calls go elsewhere: kinds of forwarding that have a target. */
  readonly forwarding: readonly string[];
}
