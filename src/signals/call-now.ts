/** A call as it is now, in the words of JTAPI: what CTI shows of it. */
export interface CallNow {
  readonly callId: string;
  readonly state: string;
  readonly callingNumber: string;
  /** As first dialed. */
  readonly calledNumber: string;
  readonly connections: readonly ConnectionNow[];
  /** Calls that were merged into this one. */
  readonly mergedFrom: readonly string[];
}

/** A line, or a number beyond a trunk, in a call. */
export interface ConnectionNow {
  readonly connectionId: string;
  readonly number: string;
  /** Such as `1001@internal`; absent for a number beyond a trunk. */
  readonly line?: string;
  readonly name?: string;
  readonly state: string;
  readonly devices: readonly DeviceInCallNow[];
}

/** A device in a connection. */
export interface DeviceInCallNow {
  readonly device: string;
  readonly state: string;
  /** Absent while it rings, and where it only watches its shared line. */
  readonly leg?: LegNow;
}

/** A dialog with a device. */
export interface LegNow {
  readonly sipCallId: string;
  /** Device or service that it is connected with; absent while that rings. */
  readonly connectedTo?: string;
  /** Who has put the call on hold: the phone itself, or the switch for it; absent: nobody. */
  readonly heldBy?: "phone" | "switch";
  /** Where its SIP comes from, `udp/192.0.2.7:5060`. */
  readonly source?: string;
  /** For example `PCMA/8000`. */
  readonly codec?: string;
  /** Where it wants its RTP, `192.0.2.7:4000`. */
  readonly remoteMedia?: string;
}
