import type { NumberScope } from "../../common/index.ts";
import type { Permission } from "../../database/index.ts";

/** What a token allows of what its user may do; what is absent it does not restrict. */
export interface TokenScope {
  /** Names of devices; `*` stands for any characters. */
  readonly devices?: readonly string[];
  /** Methods, such as `call.*`. */
  readonly verbs?: readonly string[];
  /** Numbers that may be dialed, and whose calls may be picked up. */
  readonly numbers?: NumberScope;
  /** Requests in a second. */
  readonly requestsPerSecond?: number;
  /** Calls that sessions of the token may have made and that go on, at a time. */
  readonly calls?: number;
  /** It may watch, and command nothing. */
  readonly isMonitorOnly?: boolean;
  /** Milliseconds since 1970. */
  readonly expiresMs?: number;
}

/** On whose behalf a session acts. What it says is so now: the configuration may change while the session goes on. */
export interface CtiUser {
  readonly name: string;
  /** Without `control-all-devices` where the token is for some devices only. */
  readonly permissions: readonly Permission[];
  readonly maxOpenDevices: number;
  /** Sessions at a time. */
  readonly maxConnections: number;
  readonly oneLinePerPort: boolean;
  /** Absent: it has signed in with a password. */
  readonly scope?: TokenScope | undefined;
  /** Id of the token that it has signed in with. */
  readonly token?: string;
  /** True for a device of the user's, or any with `control-all-devices`, where the token allows it. */
  mayUseDevice(device: string): boolean;
  /** @param number as dialed */
  mayDial(number: string): boolean;
  /** Whether the token allows a method such as `call.answer`. */
  mayCall(method: string): boolean;
}
