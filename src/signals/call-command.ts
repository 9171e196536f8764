import type { NumberScope } from "../common/index.ts";
import type { RtpAddress } from "./media-view.ts";
import type { RouteDestination } from "./route-view.ts";
import type { SipHeader } from "./sip-header.ts";

/** Which part in which call: the device, and the call where it has several (absent: the one that it talks in). */
export interface DeviceInCall {
  readonly device: string;
  readonly callId?: string;
}

/** A command that calls a number. */
export interface Headed {
  /** Header fields of the INVITEs to that number, wherever its calls are forwarded to; absent: none. */
  readonly headers?: readonly SipHeader[];
}

/** A command that calls a number by what its device may dial. */
export interface Limited {
  /** What a speed dial may stand for; absent: any number. */
  readonly numbers?: NumberScope;
}

/** What an application, a person or a feature code may ask of calls. */
export type CallCommand =
  /** Rings the device, then the number. `newCallId`: the name of the call, which no other has had. */
  | ({
      readonly type: "make-call";
      readonly device: string;
      readonly to: string;
      readonly newCallId?: string;
    } & Headed &
      Limited)
  /** `music`: name of the music source that the other party hears; absent: that of the device. */
  | ({ readonly type: "hold"; readonly music?: string } & DeviceInCall)
  | ({ readonly type: "retrieve" } & DeviceInCall)
  /** The call that is talked in is held, and another one taken back. */
  | ({ readonly type: "swap" } & DeviceInCall)
  /** Blind: the other party is connected with who answers at `to`. */
  | ({ readonly type: "transfer"; readonly to: string } & DeviceInCall & Headed & Limited)
  /** The other parties of two calls of the device are connected. */
  | ({ readonly type: "complete-transfer"; readonly consultCallId?: string } & DeviceInCall)
  /** All established calls of the device, or those named, become one, which all parties hear each other in. */
  | { readonly type: "conference"; readonly device: string; readonly callIds?: readonly string[] }
  /** Another call of the device (absent: the one beside it) joins the conference that the device is in. */
  | ({ readonly type: "add-party" } & DeviceInCall)
  /** A party of the device's conference is released: a connection, or all of a device. */
  | ({ readonly type: "drop-party"; readonly connectionId?: string; readonly party?: string } & DeviceInCall)
  /** The device enters a call of a line that it shares, or takes it over when it is held. */
  | { readonly type: "barge"; readonly device: string; readonly callId: string }
  /** Whether others of its shared lines may enter its calls; absent: the opposite of now. */
  | { readonly type: "privacy"; readonly device: string; readonly isOn?: boolean }
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
      /** Only calls that ring at these; absent: at any. */
      readonly numbers?: NumberScope;
    };

/**
 * Sends a call elsewhere that is offered to the device, rings there or is established with it. Done when the new
 * destination rings or has answered.
 */
export interface RedirectCommand extends DeviceInCall, Headed {
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
  /** Who sends the call there may not make such calls, or not so many. */
  | "destination-barred"
  | "conference-full"
  /** The device is in no conference. */
  | "conference-inactive"
  /** The calls are conferences of their own, which are not made one. */
  | "conference-exists"
  | "conference-party-invalid"
  | "conference-party-already"
  /** Others than who made the conference may not do that. */
  | "conference-controller"
  /** The media service cannot do it, or is away. */
  | "no-bridge"
  /** The call is private. */
  | "private"
  | "destination-unregistered"
  /** Encrypted media cannot be connected with plain media, or with a service. */
  | "media-incompatible"
  | "redirect-pending"
  | "park-no-slot"
  | "park-slot-taken"
  | "park-empty"
  | "pickup-nothing"
  /** Calls ring, and who asks may have none of them. */
  | "pickup-barred"
  /** A speed dial stands for a number that who asks may not dial. */
  | "number-barred"
  /** There is no such route dialogue at the device. */
  | "route-unknown"
  /** Its time is over. */
  | "route-expired"
  /** It is not waiting for an answer. */
  | "route-state"
  /** None of the destinations has taken the call. */
  | "route-exhausted"
  | "party-gone"
  /** A defect of the switch; what has been done is not known. */
  | "internal"
  /** The process stops; what has been begun goes on. */
  | "stopping";

/** What came of a command. `unchanged`: it was so already. */
export type CommandResult =
  | {
      readonly ok: true;
      readonly isUnchanged?: true;
      readonly callId?: string;
      /** Where a call is parked. */
      readonly slot?: string;
    }
  | {
      readonly ok: false;
      readonly failure: CommandFailure;
      readonly detail: string;
      /** Where a far end said no. */
      readonly sip?: { readonly status: number; readonly reason?: string };
      readonly q850?: number;
    };

/** What an application that routes asks of route dialogues. */
export type RouteCommand =
  /** Where a call at a route point goes: the first of these that takes it. */
  | {
      readonly type: "route-select";
      readonly device: string;
      readonly routeId: string;
      readonly destinations: readonly RouteDestination[];
    }
  /** The dialogue is over; the call stays at the route point. */
  | { readonly type: "route-end"; readonly device: string; readonly routeId: string };

/** What only applications ask of calls. */
export type ApplicationCommand =
  /** From offered to ringing; the caller hears it ring. */
  | ({ readonly type: "accept" } & DeviceInCall)
  /** `media`: where the application wants the call's RTP (dynamic registration). */
  | ({ readonly type: "answer"; readonly media?: RtpAddress } & DeviceInCall)
  | ({ readonly type: "reject"; readonly reason?: "busy" | "rejected" } & DeviceInCall)
  | ConsultCommand
  | ({ readonly type: "send-digits"; readonly digits: string } & DeviceInCall)
  /** Names and values that stay with the call; null removes one. */
  | ({ readonly type: "set-user-data"; readonly data: Readonly<Record<string, string | null>> } & DeviceInCall)
  /** Where the application wants the call's RTP, asked for by the media signal `wanted`. */
  | ({ readonly type: "set-media"; readonly media: RtpAddress } & DeviceInCall)
  | RouteCommand;

/**
 * The call is held, and another is made to a number by the same device, to be transferred or conferenced with; where that
 * comes to nothing the call is taken back. `newCallId`: its name. Done when the number has answered.
 */
export interface ConsultCommand extends DeviceInCall, Headed, Limited {
  readonly type: "consult";
  readonly to: string;
  readonly newCallId?: string;
}
