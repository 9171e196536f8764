import type { CallState } from "./call-state.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { TerminalConnectionState } from "./terminal-connection-state.ts";

/** A party as others are shown it. */
export interface Address {
  /** A directory number, or one beyond a trunk. */
  readonly number: string;
  /** Such as `1001@internal`; absent for a number beyond a trunk. */
  readonly line?: string;
  readonly name?: string;
  /** The number is not to be shown. */
  readonly isNumberHidden?: true;
  readonly isNameHidden?: true;
}

/** A device in a connection. */
export interface TerminalConnection {
  /** Name of the device. */
  readonly device: string;
  readonly state: TerminalConnectionState;
  /** Its dialog; absent while it rings and for a device that only watches its shared line. */
  readonly legId?: string;
}

/** A line, or a number beyond a trunk, in a call. */
export interface Connection {
  /** `<call id>/<n>`, n from 1; it keeps its name when it moves to another call. */
  readonly connectionId: string;
  readonly address: Address;
  readonly state: ConnectionState;
  readonly terminals: readonly TerminalConnection[];
}

/** A call: plain data. */
export interface Call {
  readonly callId: string;
  readonly state: CallState;
  readonly connections: readonly Connection[];
  /** How many connections and sessions it has named. */
  readonly named: number;
  readonly calling: Address;
  /** As first seen. */
  readonly called: string;
  readonly lastRedirecting?: Address;
  /** Calls that were merged into this one, and the one that this was merged into: links that stay. */
  readonly mergedFrom: readonly string[];
  readonly mergedInto?: string;
}
