/** Which part in which call: the device, and the call where it has several (absent: the one that it talks in). */
export interface DeviceInCall {
  readonly device: string;
  readonly callId?: string;
}

/** What an application, a person or a feature code may ask of calls. */
export type CallCommand =
  /** Rings the device, then the number. */
  | { readonly type: "make-call"; readonly device: string; readonly to: string }
  | ({ readonly type: "hold" } & DeviceInCall)
  | ({ readonly type: "retrieve" } & DeviceInCall)
  /** The call that is talked in is held, and another one taken back. */
  | ({ readonly type: "swap" } & DeviceInCall)
  /** Blind: the other party is connected with who answers at `to`. */
  | ({ readonly type: "transfer"; readonly to: string } & DeviceInCall)
  /** The other parties of two calls of the device are connected. */
  | ({ readonly type: "complete-transfer"; readonly consultCallId?: string } & DeviceInCall)
  | ({ readonly type: "drop" } & DeviceInCall)
  | RedirectCommand
  /** The other party waits on a slot, on any free one where none is named. */
  | ({ readonly type: "park"; readonly slot?: string } & DeviceInCall)
  /** The device is rung, and has the call that is parked on the slot when it answers. */
  | { readonly type: "unpark"; readonly device: string; readonly slot: string }
  /** The same of the oldest call that rings in a group (absent: the device's own), or at a number. */
  | {
      readonly type: "pickup";
      readonly device: string;
      readonly line?: string;
      readonly group?: string;
      readonly number?: string;
    };

/**
 * Sends a call elsewhere that is offered to the device, rings there or is established with it. Done when the new
 * destination rings or has answered.
 */
export interface RedirectCommand extends DeviceInCall {
  readonly type: "redirect";
  readonly to: string;
  /** What becomes of the call when that fails: it stays (default), or is released. */
  readonly failureMode?: "normal" | "drop";
  /** Whose calling search space applies; default that of the device that redirects. */
  readonly searchSpace?: "default" | "calling" | "redirecting";
  /** Who counts as called first: who did (default), the new destination, or a number. */
  readonly originalCalled?: "unchanged" | "reset" | { readonly number: string };
  /** How the caller is shown to the new destination; absent: as it is. */
  readonly callingNumber?: string;
}

/** Why a command was not done; the wire's codes are made of these. */
export type CommandFailure =
  | "call-not-found"
  | "device-not-in-call"
  | "wrong-state"
  | "pending"
  | "no-consultation"
  | "destination-unknown"
  | "destination-busy"
  | "destination-no-answer"
  | "destination-out-of-order"
  | "destination-unregistered"
  | "redirect-pending"
  | "park-no-slot"
  | "park-slot-taken"
  | "park-empty"
  | "pickup-nothing"
  | "party-gone";

/** What came of a command. `unchanged`: it was so already. */
export type CommandResult =
  | {
      readonly ok: true;
      readonly isUnchanged?: true;
      readonly callId?: string;
      /** Where a call is parked. */
      readonly slot?: string;
    }
  | { readonly ok: false; readonly failure: CommandFailure; readonly detail: string };
