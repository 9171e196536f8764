import type { Doing, FeatureReason } from "../../model/index.ts";
import type { PartialReason, RecordRedirect } from "../../record/call-record.ts";
import type { HoldLog } from "./hold-log.ts";
import type { LegDevice } from "../leg/leg.ts";
import type { LegLog } from "../leg/leg-log.ts";

/** Why a session was made of legs, or rings without a caller. Plain data; it goes into the journal. */
export interface SessionOrigin {
  readonly feature: FeatureReason;
  /** Device whose user, or for which an application, asked for it; absent: nobody did. */
  readonly controller?: string;
  /** Sessions whose legs it is made of. */
  readonly from: readonly string[];
}

/** When what happened to a call, in wall-clock milliseconds, and to whom. */
export interface CallProgress {
  readonly callId: string;
  readonly calledNumber: string;
  readonly caller: LegDevice;
  /** Where the caller's SIP came from first, `udp/192.0.2.7:5060`. */
  readonly callerSource?: string;
  /** Where the number led; of several that were tried, the last one. */
  callee: LegDevice | undefined;
  /** The devices that it is offered to now, or the one that has taken it; empty: not known, or none. */
  callees: readonly LegDevice[];
  /** The caller's number as who is rung is shown it; absent: as it is. Octets. */
  shownCaller?: string | undefined;
  /** The service of the switch that it led to. */
  service?: string;
  /** The feature that offers it to whom it is offered now; absent: it was called. */
  doing?: Doing;
  readonly startedAtMs: number;
  ringingAtMs: number | undefined;
  answeredAtMs: number | undefined;
  /** Call-IDs of all its dialogs: of the caller's INVITE, and of each INVITE to a contact of the callee. */
  readonly sipCallIds: { readonly caller: string; readonly callee: readonly string[] };
  /** The INVITEs of ours; absent: none was sent. */
  readonly legs?: LegLog;
  readonly holds?: HoldLog;
  /** The caller is shown and has no dialog: the switch itself calls. Absent: a device does. */
  readonly isFromSwitch?: true;
  /** What began it, beside a party; absent: nothing. */
  readonly origin?: SessionOrigin;
  /** The session that its legs went on in. */
  movedTo?: string;
  /** What features did to the call; absent: nothing. */
  redirect?: RecordRedirect;
  /** What died while the call was up. */
  readonly partial?: readonly PartialReason[];
}
