import type { LineForwarding, Peer, SipPhone } from "../../device/index.ts";
import type { Destination, Dialed } from "../../digit-analysis/index.ts";
import type { RedirectionHistory } from "../../identity/redirection-history.ts";
import type { Endpoint } from "../../model/index.ts";
import type { TollGuards } from "../../toll/index.ts";
import type { Hunting } from "../hunting/hunting.ts";
import type { LegDevice } from "../leg/leg.ts";
import type { Redirected } from "./redirected-call.ts";
import type { RouteContext } from "./route-call.ts";

/** Who dials, and with what it is looked up. */
export interface Dialing {
  readonly dialed: Dialed;
  readonly by: SipPhone | Peer;
  /** Absent: what `by` may dial. */
  readonly callingSearchSpace?: string;
  /** A line without devices that forwards: what it may dial takes the place of what `by` may. */
  readonly line?: string;
  /** The caller has dialed it, and no forwarding. */
  readonly mayUseFeatures?: boolean;
}

export interface CallRoutingOptions {
  readonly callId: string;
  readonly caller: SipPhone | Peer;
  /** True for emergency numbers: what leads there no guard refuses. */
  readonly isUrgent: (dialed: Dialed) => boolean;
  readonly analyze: (dialing: Dialing) => Destination;
  readonly forwardingOf: (line: string) => LineForwarding | undefined;
  /** The phone, by the line that was called; undefined: there is none any more. */
  readonly phoneOf: (device: LegDevice) => SipPhone | undefined;
  readonly maxForwards: number;
  /** What a trusted caller says of redirections before; they count. */
  readonly received: RedirectionHistory;
  /** What has been done to it here before, for its record and who gets it; absent: nothing. */
  readonly redirected?: Pick<Redirected, "record" | "headers">;
  /** True for hosts that stand for this switch in what it says of redirections. */
  readonly isOwnHost: (host: string) => boolean;
  readonly toll: TollGuards;
  readonly hunting: Hunting;
  /** Callers wait in the queue of a pilot already: who calls it now is the last of them. */
  readonly isQueued: (pilot: string) => boolean;
  /** The caller is to wait in the queue of a pilot. Undefined: it does not take him. Absent: there is nobody who could wait. */
  readonly enqueue?: ((place: QueuePlace) => Endpoint | undefined) | undefined;
  readonly context: Omit<RouteContext, "guard">;
}

/** The queue that a caller is to wait in. */
export interface QueuePlace {
  /** Such as `5000@internal`. */
  readonly pilot: string;
  /** What was dialed of it. */
  readonly number: string;
  /** What is left of the time of the hunt. */
  readonly leftMs: number;
}
