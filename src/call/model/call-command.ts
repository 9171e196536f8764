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
  | ({ readonly type: "drop" } & DeviceInCall);

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
  | "party-gone";

/** What came of a command. `unchanged`: it was so already. */
export type CommandResult =
  | { readonly ok: true; readonly isUnchanged?: true; readonly callId?: string }
  | { readonly ok: false; readonly failure: CommandFailure; readonly detail: string };
