import type { HuntPilotSettings, Peer, SipPhone } from "../../device/index.ts";
import type { Destination, HuntPilotDestination } from "../../digit-analysis/index.ts";
import type { Doing } from "../../model/index.ts";
import type { QueuePlace } from "./call-routing-options.ts";
import type { OfferedLine, Redirected } from "./redirected-call.ts";

/** Where a call is on its way. */
export interface Position {
  readonly payer: SipPhone | Peer;
  readonly redirected: Redirected;
  readonly isUrgent: boolean;
  readonly forwarded: ReadonlySet<string>;
  /** How often it was sent elsewhere otherwise, and has not come back. */
  readonly redirections: number;
  readonly line: OfferedLine | undefined;
  readonly destination: Exclude<Destination, HuntPilotDestination> | undefined;
  readonly hunted: Hunted | undefined;
  readonly doing: Doing | undefined;
}

/** A pilot that is hunting. */
export interface Hunted extends Omit<QueuePlace, "leftMs"> {
  readonly settings: HuntPilotSettings;
  readonly untilMs: number;
  /** As it was before. */
  readonly redirected: Redirected;
}
