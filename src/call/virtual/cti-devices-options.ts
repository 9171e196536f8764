import type { Clock, Ids, Logger } from "../../common/index.ts";
import type { AudioTerminal } from "../../media/index.ts";
import type { CallTable } from "../control/call-table.ts";
import type { EntryStore } from "../control/call-journal.ts";
import type { Leg } from "../control/leg.ts";
import type { Inventory, SipPhone } from "../device/index.ts";
import type { ModelEffect } from "../model/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { LostCalls, TalkingCall } from "./lost-calls.ts";
import type { CallAudio } from "./media-views.ts";
import type { OfferedCall } from "./offers.ts";
import type { SwitchMedia } from "./switch-media.ts";

/** Who is told of what happens at devices of applications. None of these may throw. */
export interface CtiDeviceEvents {
  /** A call is offered to a route point whose application routes; it is to be asked where the call goes. */
  onRouteWanted(call: OfferedCall, selectMs: number): void;
  /** An address is to be set for a call, within the time for that. */
  onMediaWanted(leg: Leg): void;
  /** What is sent to a device and by it begins or ends. */
  onAudio(leg: Leg, moment: "started" | "stopped", terminal: AudioTerminal, audio: CallAudio): void;
  onDigits(leg: Leg, digits: string): void;
  /** It is opened, or is so no more. */
  onDevice(device: string): void;
}

export interface CtiDevicesOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly inventory: Pick<Inventory, "linesOf" | "lineOf">;
  /** What devices have registered by SIP. */
  readonly registered: (phone: SipPhone) => readonly Binding[];
  readonly table: Pick<CallTable, "get" | "findLeg" | "findByTag">;
  /** The call that a leg is in, or is being answered in. */
  readonly callOf: (leg: Leg) => string | undefined;
  /** Legs whose calls parties have come to from others, by device. */
  readonly movedLegs: (effects: readonly ModelEffect[]) => readonly (readonly Leg[])[];
  /** A leg talks: applications have been told so. */
  readonly isUp: (leg: Leg) => boolean;
  /** Established calls of a device. */
  readonly callsOf: (device: string) => readonly TalkingCall[];
  readonly store: EntryStore;
  readonly events: CtiDeviceEvents;
  /** How long applications may leave a call alone where the device does not say. */
  readonly acceptSeconds: () => number;
  /** What becomes of established calls. */
  readonly lost: LostCalls;
  readonly media: SwitchMedia;
  /** There is such a music source. */
  readonly isSource: (name: string) => boolean;
}
