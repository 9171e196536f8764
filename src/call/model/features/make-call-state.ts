import type { SipHeader } from "../../../signals/index.ts";
import type { TransitionTable } from "../transition-table.ts";

/**
 * A call that is made for a device (CSTA Make Call): `prompting`: the device itself is rung; `calling`: its user hears
 * the other number ring.
 */
export type MakeCallState = "prompting" | "calling" | "done" | "failed";

export const MAKE_CALL_TRANSITIONS: TransitionTable<MakeCallState> = {
  prompting: ["calling", "failed"],
  calling: ["done", "failed"],
  done: [],
  failed: [],
};

/** One such call until both have answered. */
export interface MakeCall {
  /** The call's id. */
  readonly callId: string;
  readonly state: MakeCallState;
  readonly device: string;
  readonly to: string;
  /** Of the INVITEs to that number; absent: none. */
  readonly headers?: readonly SipHeader[];
  readonly commandId: string;
  /** Its leg in another call that it is to talk beside. */
  readonly beside?: string;
  /** That is held for this one, and taken back when this one comes to nothing. */
  readonly isHeldFor?: boolean;
  /** The device's leg, once it has answered. */
  readonly legId?: string;
  /** Session that rings the other number. */
  readonly target?: string;
}
