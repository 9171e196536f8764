import type {
  CallState,
  CallView,
  ConnectionState,
  ConnectionView,
  DeviceView,
  DoNotDisturb,
  ForwardingView,
  LineView,
  MethodParams,
  MethodResults,
  OutOfServiceCause,
  PartyView,
  RouteDestination,
  RouteView,
  RtpAddress,
  TerminalConnectionState,
  UserData,
  Why,
} from "../../protocol/index.ts";
import type { CommandOptions } from "../connection/commands.ts";
import type { Unsubscribe } from "../events/emitter.ts";
import type { BasicConnectionState, BasicTerminalConnectionState } from "../replica/basic-states.ts";

// The objects refer to each other, so what they are is said here, and how they do it beside.

/** What came of a command. */
export interface Done {
  /** It was so already. */
  readonly isUnchanged: boolean;
  /** It had been done before, by the same key. */
  readonly isReplayed: boolean;
}

/** Bounds of a wait. */
export interface WaitOptions {
  /** 0 to 2,147,483,647; default: for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The media of a call: `atMs` is when it was so, `sides` are of the devices whose media the switch relays. */
export type MediaQuality = Pick<MethodResults["call.mediaQuality"], "atMs" | "sides">;

/** How a call is sent elsewhere. */
export type RedirectOptions = Pick<
  MethodParams["call.redirect"],
  "failureMode" | "searchSpace" | "originalCalled" | "callingNumber" | "headers"
> &
  CommandOptions;

/** How a number is called: with SIP header fields, `X-...`, of the INVITEs to phones and trusted peers. */
export type DialOptions = Pick<MethodParams["call.transfer"], "headers"> & CommandOptions;

/** Which ringing call a device picks up. */
export type PickupOptions = Pick<MethodParams["call.pickup"], "line" | "group" | "number"> & CommandOptions;

/** A key of a phone that dials. */
export type SpeedDial = MethodResults["device.speedDials"]["speedDials"][number];

/** Messages of a line, and how many of them are urgent. */
export type MessageCounts = Pick<
  MethodParams["line.setMessageWaiting"],
  "newMessages" | "oldMessages" | "newUrgent" | "oldUrgent"
>;

/** JTAPI Address: a line. */
export interface Address {
  /** Such as `1001@internal`. */
  readonly name: string;
  /** As it is now; absent when it is not in the inventory. */
  readonly view: LineView | undefined;
  readonly number: string;
  readonly terminals: readonly Terminal[];
  /** Of the line in calls that are known. */
  readonly connections: readonly Connection[];
  readonly forwarding: ForwardingView;
  readonly isMessageWaiting: boolean;
  /** As whoever switched the lamp has counted them. */
  readonly messages: Required<MessageCounts>;
  /** Forwards calls of a kind; null: they are not forwarded; absent: as it is. */
  setForwarding(
    kind: MethodParams["line.setForwarding"]["kind"],
    targets: { readonly internal?: string | null; readonly external?: string | null },
    options?: CommandOptions,
  ): Promise<Done>;
  /** Switches the lamp. `messages`: what phones that show it are told; absent: one new one, and the old ones that there are. */
  setMessageWaiting(on: boolean, messages?: MessageCounts, options?: CommandOptions): Promise<Done>;
}

/** What a device does: in several calls, the first of these that one of them has it do. */
export type TerminalActivity = "active" | "alerting" | "held" | "idle";

/** JTAPI Terminal: a phone, a CTI port or a route point. */
export interface Terminal {
  readonly name: string;
  /** As it is now; absent when it is not in the inventory. */
  readonly view: DeviceView | undefined;
  readonly kind: DeviceView["kind"] | undefined;
  readonly isInService: boolean;
  /** Why it is out of service. */
  readonly cause: OutOfServiceCause | undefined;
  /** What it does, by its calls that are known: it talks, else rings, else has calls on hold, else nothing. */
  readonly activity: TerminalActivity;
  readonly addresses: readonly Address[];
  /** Of calls that are known. */
  readonly terminalConnections: readonly TerminalConnection[];
  readonly calls: readonly Call[];
  /** The session takes part in the device: its events come, its calls can be controlled. Commands open phones by themselves. */
  open(options?: CommandOptions): Promise<void>;
  /** The opposite; a device that is not open stays so. */
  close(options?: CommandOptions): Promise<void>;
  /** Rings the device, and when it has answered the number; done when that has, too. `callId`: a name for the call, 8 to 64 letters, digits, `_` and `-`. */
  connect(to: string, options?: { readonly callId?: string } & DialOptions): Promise<Call>;
  /** The call that is talked in is held, and the other one taken back. */
  swap(options?: CommandOptions): Promise<Done>;
  /** Calls of the device (default: all that are established) become one, in which all parties hear each other. */
  conference(calls?: readonly Call[], options?: CommandOptions): Promise<Call>;
  /** Another call of the device, such as `connect` has made, joins the conference that it is in. @returns the conference */
  addParty(call?: Call, options?: CommandOptions): Promise<Call>;
  /** Releases a party of the device's conference: a connection, or all of a device. */
  dropParty(
    party: { readonly connectionId: string } | { readonly party: string },
    options?: { readonly call?: Call } & CommandOptions,
  ): Promise<Done>;
  /** The device is rung, and has the parked call when it answers. */
  unpark(slot: string, options?: CommandOptions): Promise<Call>;
  /** The device is rung, and has a call that rings elsewhere when it answers: of its own group, another one, or a number. */
  pickup(options?: PickupOptions): Promise<Call>;
  /** Enters a call of a line that the device shares, or takes it over when it is held. */
  barge(call: Call, options?: CommandOptions): Promise<Call>;
  /** Whether other devices of its lines may enter its calls; absent: the opposite of now. */
  privacy(isOn?: boolean, options?: CommandOptions): Promise<Done>;
  setDoNotDisturb(option: DoNotDisturb, options?: CommandOptions): Promise<Done>;
  /** Whether the phone is asked to answer by itself: calls of its user by command, and where it is told to answer. */
  setAutoAnswer(on: boolean, options?: CommandOptions): Promise<Done>;
  speedDials(options?: CommandOptions): Promise<readonly SpeedDial[]>;
}

/** Of whom the media is asked for, and how long is waited for it. */
export type MediaQualityOptions = Pick<MethodParams["call.mediaQuality"], "device"> &
  Pick<CommandOptions, "timeoutMs" | "signal">;

/** JTAPI Call. Its getters say how it is now; after its end they say how it was, and nothing keeps it but the application. */
export interface Call {
  readonly id: string;
  readonly view: CallView;
  readonly state: CallState;
  /** Grows with each step of the call: what `ifVersion` of commands is compared with. */
  readonly version: number;
  readonly isEnded: boolean;
  /** Why it ended. */
  readonly why: Why | undefined;
  readonly calling: PartyView;
  /** As first dialed. */
  readonly called: PartyView;
  readonly userData: UserData;
  /** Calls that have become parts of this one. */
  readonly mergedFrom: readonly string[];
  /** The call that this one is a part of now. */
  readonly mergedInto: string | undefined;
  readonly connections: readonly Connection[];
  readonly terminalConnections: readonly TerminalConnection[];
  /** Of a device; absent: it is not in the call. */
  terminalConnection(device: string): TerminalConnection | undefined;
  /** Of a line, such as `1001@internal`, or of a number. */
  connectionOf(address: string): Connection | undefined;
  /**
   * The media of the call now: packets, loss, jitter and score of each device whose media the switch relays; asked of it each
   * time, and kept nowhere. No sides: it relays none of the call.
   * @param options `device`: only of this one
   * @throws {CtiError} `CALL_ENDED`, `NOT_FOUND_CALL`, `CALL_NOT_ON_LINE`, `NODE_UNAVAILABLE`
   */
  mediaQuality(options?: MediaQualityOptions): Promise<MediaQuality>;
  /** `change`: anything of it is different; `ended`: once, and nothing comes afterwards. */
  on(type: "change" | "ended", listener: (call: Call) => void): Unsubscribe;
  /**
   * Resolves when the call is so, at once when it is so already.
   * @throws {CtiError} `CLIENT_TIMEOUT`, `CLIENT_NOT_KNOWN`: the call ended before
   */
  until(isSo: (call: Call) => boolean, options?: WaitOptions): Promise<Call>;
  /**
   * Ends the call for a device of the application in it; of two parties the other one is released, too. One that is offered
   * to the application is rejected.
   * @throws {CtiError} `CLIENT_NO_PARTY`: no device of the application is in it, such as after a redirection to a trunk
   */
  drop(options?: CommandOptions): Promise<Done>;
  /**
   * Names and values that stay with the call; null removes one.
   * @throws {CtiError} `CLIENT_NO_PARTY`
   */
  setUserData(data: Readonly<Record<string, string | null>>, options?: CommandOptions): Promise<Done>;
}

/** What is done by a device to the call that it is in, or that waits at it. */
export interface CallControl {
  /** From offered to ringing: the caller hears it ring. */
  accept(options?: CommandOptions): Promise<Done>;
  /** `media`: where the application wants the call's RTP (dynamic registration). */
  answer(options?: { readonly media?: RtpAddress } & CommandOptions): Promise<Done>;
  /** The caller is told that it is busy, or that it was rejected (default). */
  reject(reason?: "busy" | "rejected", options?: CommandOptions): Promise<Done>;
  /** Sends the call elsewhere; done when it rings there. `to`: digits, or a SIP URI. */
  redirect(to: string, options?: RedirectOptions): Promise<Done>;
  /** The other party waits on a slot. @returns the slot */
  park(slot?: string, options?: CommandOptions): Promise<string>;
  /** The device leaves the call; of two parties the other one is released, too. */
  drop(options?: CommandOptions): Promise<Done>;
}

/**
 * JTAPI CallControlConnection: a line, or a number beyond a trunk, in a call. It stays the same when it moves to another call.
 * Its commands are done by a device of the line.
 */
export interface Connection extends CallControl {
  readonly id: string;
  /** As it is now; absent when it is over. */
  readonly view: ConnectionView | undefined;
  /** The call that it is in, or was in last. */
  readonly call: Call;
  readonly party: PartyView;
  /** The line; absent for a number beyond a trunk. */
  readonly address: Address | undefined;
  readonly state: ConnectionState;
  readonly basicState: BasicConnectionState;
  /** Nobody has answered there. */
  readonly isWaiting: boolean;
  /** Devices that ring or are in the call. */
  readonly terminalConnections: readonly TerminalConnection[];
  /** Of a device of the line; `idle` before it rings. */
  terminalConnection(device: string): TerminalConnection;
}

/** JTAPI CallControlTerminalConnection: a device in a call. */
export interface TerminalConnection extends CallControl {
  readonly connection: Connection;
  /** Name of the device. */
  readonly device: string;
  readonly call: Call;
  readonly terminal: Terminal;
  /** `idle` before the device rings; `dropped` when it is in the call no more. */
  readonly state: TerminalConnectionState;
  readonly basicState: BasicTerminalConnectionState;
  /** `music`: name of the music source that the other party hears; absent: that of the device. */
  hold(options?: { readonly music?: string } & CommandOptions): Promise<Done>;
  retrieve(options?: CommandOptions): Promise<Done>;
  /** Blind: the other party is connected with who answers at `to`. */
  transfer(to: string, options?: DialOptions): Promise<Done>;
  /** Holds the call of two parties, and calls somebody to transfer it to or to confer with. @returns the second call */
  consult(to: string, options?: DialOptions): Promise<Call>;
  /** Connects the other parties of this call and of another one of the device, such as `consult` made. */
  completeTransfer(consultation?: Call, options?: CommandOptions): Promise<Done>;
  /** Done when the last one is over. `,` is a pause of a second. */
  sendDigits(digits: string, options?: CommandOptions): Promise<Done>;
  /** Names and values that stay with the call; null removes one. */
  setUserData(data: Readonly<Record<string, string | null>>, options?: CommandOptions): Promise<Done>;
  /** Says where the application wants the call's RTP, asked for by the event `media.wanted`. */
  setMediaAddress(media: RtpAddress, options?: CommandOptions): Promise<Done>;
}

/** JTAPI RouteSession: the application says where a call at a route point goes. */
export interface RouteSession {
  readonly id: string;
  readonly view: RouteView;
  readonly state: RouteView["state"];
  readonly isEnded: boolean;
  readonly callingNumber: string;
  readonly calledNumber: string;
  readonly call: Call;
  readonly terminal: Terminal;
  /** Until then an answer is waited for, in milliseconds since 1970. */
  readonly untilMs: number | undefined;
  on(type: "change" | "ended", listener: (route: RouteSession) => void): Unsubscribe;
  /**
   * The call goes to the first of these that takes it; each is digits, a SIP URI, or more than that. `headers`: SIP header
   * fields for each that names none of its own.
   */
  select(destinations: readonly (string | RouteDestination)[], options?: DialOptions): Promise<Done>;
  /** Ends the dialogue; the call stays at the route point, where it can be redirected, or answered. */
  end(options?: CommandOptions): Promise<Done>;
}
