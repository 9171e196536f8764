import type { SessionOrigin } from "./call-progress.ts";
import type { RelayEndpoint } from "../../../media/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import type { HuntStep } from "../../model/index.ts";
import type { QueuePlace } from "../routing/call-routing-options.ts";
import type { LegDevice } from "../leg/leg.ts";
import type { Redirected } from "../routing/redirected-call.ts";

/** A call of the switch itself. */
export interface Origination {
  readonly sessionId: string;
  /** Who is shown as the caller. */
  readonly as: LegDevice;
  /** Whose calling search space it is, and who pays. */
  readonly by: SipPhone | Peer;
  readonly to: string;
  readonly endpoint: RelayEndpoint;
  readonly origin: SessionOrigin;
  /** What the number is looked up in; absent: what `by` may dial. */
  readonly callingSearchSpace?: string | undefined;
  /** Only this phone is rung, wherever its calls are forwarded to. */
  readonly onlyDevice?: string | undefined;
  /** Members of a pilot are rung, and `to` is what was dialed of it; absent: the number is called. */
  readonly hunt?: { readonly pilot: string; readonly step: HuntStep } | undefined;
  /** What the party that is shown as the caller hears in a queue; undefined: it cannot wait there. Absent: it is not to. */
  readonly roomIn?: ((place: QueuePlace) => RelayEndpoint | undefined) | undefined;
  /**
   * `by-user`: a user has asked for the call elsewhere: the phone may answer by itself where it is set to. `by-device`: the
   * device has. `at-once`: the device talks already, and any is asked to answer. Devices of applications answer by themselves
   * in all these cases. Absent: none.
   */
  readonly wanted?: "by-user" | "by-device" | "at-once" | undefined;
  /** What has been done to the call before; absent: nothing. */
  readonly redirected?: Redirected | undefined;
  /** Referred-By of the INVITEs; absent: none. */
  readonly referredBy?: string | undefined;
}

/** What became of a call of the switch itself that does not ring: the number leads to a service. */
export interface ReachedService {
  readonly service: RelayEndpoint;
  /** It is that of a queue, in which the party that is shown as the caller is to wait. */
  readonly queue?: QueuePlace;
}
