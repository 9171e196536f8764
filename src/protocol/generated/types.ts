// Made from src/protocol/schema by `npm run docs:cti`; not to be edited.

/** Who caused a change. */
export type CausedBy = "party" | "application" | "system" | "timer";

/** Why, in terms of features. */
export type FeatureReason =
  | "normal"
  | "redirect"
  | "forward-all"
  | "forward-busy"
  | "forward-no-answer"
  | "forward-unregistered"
  | "forward-on-failure"
  | "transfer"
  | "blind-transfer"
  | "conference"
  | "park"
  | "unpark"
  | "park-reminder"
  | "pickup"
  | "barge"
  | "hold"
  | "retrieve"
  | "refer"
  | "replaces"
  | "redirection-3xx"
  | "hunt"
  | "queueing"
  | "de-queueing"
  | "announcement"
  | "make-call"
  | "quiet-clear"
  | "node-failure";

/** What SIP said. */
export interface SipCause {
  /** Status of the response. */
  readonly status: number;
  /** Reason phrase of the response. */
  readonly reason?: string;
}

/** Why a call or a part of it changed. */
export interface Why {
  /** Cause of Q.850. */
  readonly cause: number;
  readonly feature: FeatureReason;
  readonly by: CausedBy;
  /** When SIP spoke. */
  readonly sip?: SipCause;
  /** What exactly, where the feature has several ways, such as `no-coverage`. Other values may come: one that is not known counts as absent. */
  readonly detail?: string;
}

/** State of a call: `invalid` is for good. */
export type CallState = "idle" | "active" | "invalid";

/** State of a line, or a number beyond a trunk, in a call. */
export type ConnectionState =
  | "idle"
  | "offered"
  | "queued"
  | "alerting"
  | "initiated"
  | "dialing"
  | "network-reached"
  | "network-alerting"
  | "established"
  | "disconnected"
  | "failed"
  | "unknown";

/** State of a device in a call. `bridged`: another device of the line has the call, and this one may barge in; `in-use`: it may not. */
export type TerminalConnectionState =
  "idle" | "ringing" | "talking" | "held" | "bridged" | "in-use" | "dropped" | "unknown";

/** A party of a call. */
export interface PartyView {
  /** A directory number, or one beyond a trunk. */
  readonly number: string;
  /** Such as `1001@internal`; absent for a number beyond a trunk. */
  readonly line?: string;
  /** Name of the party. */
  readonly name?: string;
  /** Language of the name, such as `de-CH` (BCP 47), where it is configured. */
  readonly locale?: string;
  /** The number is not to be shown to other parties. */
  readonly isNumberHidden?: true;
  /** The name is not to be shown to other parties. */
  readonly isNameHidden?: true;
  /** `+` and digits, where the numbering plan tells it. */
  readonly e164?: string;
}

/** A device in a connection. */
export interface TerminalConnectionView {
  /** Name of the device. */
  readonly device: string;
  readonly state: TerminalConnectionState;
}

/** A line, or a number beyond a trunk, in a call. */
export interface ConnectionView {
  /** Id of a line, or a number beyond a trunk, in a call. */
  readonly connectionId: string;
  readonly party: PartyView;
  readonly state: ConnectionState;
  /** Devices of the line in the call. */
  readonly terminals: readonly TerminalConnectionView[];
}

/** Who calls whom. */
export interface CallParties {
  /** Who calls. */
  readonly calling: PartyView;
  /** Who is called, as first dialed. */
  readonly called: PartyView;
  /** Who calls now. */
  readonly currentCalling?: PartyView;
  /** Who is called now. */
  readonly currentCalled?: PartyView;
  /** Who sent the call elsewhere last. */
  readonly lastRedirecting?: PartyView;
  /** As the called party is shown the caller; absent: unchanged. */
  readonly modifiedCalling?: string;
  /** As the called number was after transformation; absent: unchanged. */
  readonly modifiedCalled?: string;
}

/** Names and values that stay with a call, set by applications. */
export type UserData = Readonly<Record<string, string>>;

/** A call. */
export interface CallView {
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Who calls. */
  readonly calling: PartyView;
  /** Who is called, as first dialed. */
  readonly called: PartyView;
  readonly state: CallState;
  /** Lines, and numbers beyond trunks, in the call. */
  readonly connections: readonly ConnectionView[];
  /** Calls that were merged into this one. */
  readonly mergedFrom: readonly string[];
  /** When it began. In milliseconds since 1970. */
  readonly sinceMs: number;
  /** Who calls now. */
  readonly currentCalling?: PartyView;
  /** Who is called now. */
  readonly currentCalled?: PartyView;
  /** Who sent the call elsewhere last. */
  readonly lastRedirecting?: PartyView;
  /** As the called party is shown the caller; absent: unchanged. */
  readonly modifiedCalling?: string;
  /** As the called number was after transformation; absent: unchanged. */
  readonly modifiedCalled?: string;
  /** The call that this one is a part of now. */
  readonly mergedInto?: string;
  readonly userData?: UserData;
  /** When it ended. In milliseconds since 1970. */
  readonly endedMs?: number;
  /** Why it is so. */
  readonly why?: Why;
}

/** A call, and what this session may do with it. */
export interface ControllableCall {
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Who calls. */
  readonly calling: PartyView;
  /** Who is called, as first dialed. */
  readonly called: PartyView;
  readonly state: CallState;
  /** Lines, and numbers beyond trunks, in the call. */
  readonly connections: readonly ConnectionView[];
  /** Calls that were merged into this one. */
  readonly mergedFrom: readonly string[];
  /** When it began. In milliseconds since 1970. */
  readonly sinceMs: number;
  /** Methods that this session may call on it now. */
  readonly operations: readonly string[];
  /** Who calls now. */
  readonly currentCalling?: PartyView;
  /** Who is called now. */
  readonly currentCalled?: PartyView;
  /** Who sent the call elsewhere last. */
  readonly lastRedirecting?: PartyView;
  /** As the called party is shown the caller; absent: unchanged. */
  readonly modifiedCalling?: string;
  /** As the called number was after transformation; absent: unchanged. */
  readonly modifiedCalled?: string;
  /** The call that this one is a part of now. */
  readonly mergedInto?: string;
  readonly userData?: UserData;
  /** When it ended. In milliseconds since 1970. */
  readonly endedMs?: number;
  /** Why it is so. */
  readonly why?: Why;
}

/** Why a device or line is out of service. */
export type OutOfServiceCause =
  | "call-node-failure"
  | "moving-to-preferred-node"
  | "no-call-node"
  | "device-failure"
  | "device-unregistered"
  | "re-homing-failed"
  | "control-server-failure"
  | "device-restricted"
  | "line-restricted"
  | "power-saving";

/** `reject`: calls are busy there; `silent`: they ring for the caller alone. */
export type DoNotDisturb = "off" | "reject" | "silent";

/** What a device can be made to do. */
export interface DeviceCapabilities {
  /** How it can be made to answer: at once by an application, by a request to the ringing phone, or not at all. */
  readonly answer: "application" | "remote" | "none";
  /** New calls are offered first: they can be accepted and rejected. */
  readonly offers: boolean;
  /** Digits can be sent and are told. */
  readonly digits: boolean;
}

/** Where RTP is sent and wanted. */
export interface RtpAddress {
  /** A literal IP address. */
  readonly address: string;
  /** A UDP port. */
  readonly port: number;
}

/** How the media of a CTI port or route point ends. */
export type MediaRegistration =
  | {
      readonly mode: "none";
    }
  | {
      readonly mode: "static";
      /** A literal IP address. */
      readonly address: string;
      /** A UDP port. */
      readonly port: number;
      /** Codecs that are taken, best first. */
      readonly codecs: readonly string[];
    }
  | {
      readonly mode: "dynamic";
      /** Codecs that are taken, best first. */
      readonly codecs: readonly string[];
    }
  | {
      readonly mode: "switch";
      /** What who calls hears: `silence` (default), `tone`, `ringback`, `music`, `music:NAME` of a music source, or once `announcement:NAME` (`unavailable`, `please-wait`, `confirmed`, `conference-enter`, `conference-leave`) or `announcement:music:NAME`. */
      readonly prompt?: string;
    };

/** A device. */
export interface DeviceView {
  /** Name of a device. */
  readonly name: string;
  /** What it is. */
  readonly kind: "phone" | "cti-port" | "route-point";
  /** Its lines, the first one first. */
  readonly lines: readonly string[];
  /** Registered, or, for a CTI port or route point, opened by an application. */
  readonly isInService: boolean;
  /** An administrator has closed it to control. */
  readonly isRestricted: boolean;
  readonly capabilities: DeviceCapabilities;
  readonly doNotDisturb: DoNotDisturb;
  /** Why it is out of service. */
  readonly cause?: OutOfServiceCause;
  /** How its media ends; of CTI ports and route points that are opened. */
  readonly media?: MediaRegistration;
  /** A phone that is asked to answer by itself; absent: it is not. */
  readonly autoAnswer?: true;
}

/** A device, and what this session may do with it. */
export interface ControllableDevice {
  /** Name of a device. */
  readonly name: string;
  /** What it is. */
  readonly kind: "phone" | "cti-port" | "route-point";
  /** Its lines, the first one first. */
  readonly lines: readonly string[];
  /** Registered, or, for a CTI port or route point, opened by an application. */
  readonly isInService: boolean;
  /** An administrator has closed it to control. */
  readonly isRestricted: boolean;
  readonly capabilities: DeviceCapabilities;
  readonly doNotDisturb: DoNotDisturb;
  /** Methods that this session may call on it now. */
  readonly operations: readonly string[];
  /** Why it is out of service. */
  readonly cause?: OutOfServiceCause;
  /** How its media ends; of CTI ports and route points that are opened. */
  readonly media?: MediaRegistration;
  /** A phone that is asked to answer by itself; absent: it is not. */
  readonly autoAnswer?: true;
}

/** Where calls go; absent: they are not forwarded. */
export interface ForwardTargets {
  /** The target of internal calls. */
  readonly internal?: string;
  /** The target of external calls. */
  readonly external?: string;
}

/** Each kind of forwarding of a line. */
export interface ForwardingView {
  /** Always. */
  readonly all?: ForwardTargets;
  /** The line is busy. */
  readonly busy?: ForwardTargets;
  /** Nobody answers, or no application has taken the call. */
  readonly noAnswer?: ForwardTargets;
  /** No device of the line is registered. */
  readonly unregistered?: ForwardTargets;
  /** The application that owned the device has failed. */
  readonly onFailure?: ForwardTargets;
}

/** Messages of a line, as who set its lamp has counted them. */
export interface LineMessages {
  /** New messages. */
  readonly newMessages: number;
  /** Old messages. */
  readonly oldMessages: number;
  /** How many of `newMessages` are urgent. */
  readonly newUrgent: number;
  /** How many of `oldMessages` are urgent. */
  readonly oldUrgent: number;
}

/** A line. */
export interface LineView {
  /** Name of a line, such as `1001@internal`. */
  readonly name: string;
  /** Its directory number. */
  readonly number: string;
  /** Devices that have the line. */
  readonly devices: readonly string[];
  /** An administrator has closed it to control. */
  readonly isRestricted: boolean;
  readonly forwarding: ForwardingView;
  /** Messages wait: the lamp is on. */
  readonly isMessageWaiting: boolean;
  /** Name that is shown to who it calls. */
  readonly displayName?: string;
  /** Language of its names, such as `de-CH` (BCP 47). */
  readonly locale?: string;
  readonly messages?: LineMessages;
}

/** A SIP header field that goes into INVITEs, besides what the switch says itself. */
export interface SipHeader {
  /** `X-` and letters, digits, or one of `.!%*_+`'~-`; not `X-Tandem-` nor `X-AutoAnswer`. Upper and lower case are the same. */
  readonly name: string;
  /** Without control characters, and without a space at either end. */
  readonly value: string;
}

/** One destination of a route. */
export interface RouteDestination {
  /** Digits as dialed, or a SIP URI. */
  readonly to: string;
  /** Whose calling search space applies; default that of the device that sends the call there. */
  readonly searchSpace?: "default" | "calling" | "redirecting";
  /** How the caller is shown there; absent: as it is. */
  readonly callingNumber?: string;
  /** Who counts as called first: who did (default), the new destination, or a number. */
  readonly originalCalled?:
    | "unchanged"
    | "reset"
    | {
        /** The number. */
        readonly number: string;
      };
  /** Header fields of the INVITEs to this destination, instead of those of the list. */
  readonly headers?: readonly SipHeader[];
}

/** A route dialogue about one call at a route point. */
export interface RouteView {
  /** Id of a route dialogue. */
  readonly routeId: string;
  /** Version of the dialogue: it grows by one with each step, from 1. */
  readonly ver: number;
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Name of a device. */
  readonly device: string;
  /** Name of a line, such as `1001@internal`. */
  readonly line: string;
  /** Who calls. */
  readonly callingNumber: string;
  /** Who is called. */
  readonly calledNumber: string;
  /** State of the dialogue. */
  readonly state: "routing" | "trying" | "used" | "ended";
  /** Where the caller's SIP comes from; absent: not known. */
  readonly callerAddress?: string;
  /** Until then the application is waited for; absent: it is not. In milliseconds since 1970. */
  readonly untilMs?: number;
  /** The destination that is, or was, tried. */
  readonly destination?: RouteDestination;
  /** Why it could not be had, or the dialogue ended. */
  readonly why?: Why;
  /** How it ended; `exhausted`: ten lists have failed. */
  readonly ended?: "used" | "timer-expired" | "exhausted" | "application" | "abandoned" | "owner-lost";
}

/** The media of a device in a call. */
export interface MediaView {
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Name of a device. */
  readonly device: string;
  /** `wanted`: the application is to set an address; `started`, `stopped`: RTP to `remote`, or at `local`, begins or ends. */
  readonly moment: "wanted" | "started" | "stopped";
  /** Seen from the device. */
  readonly direction?: "send" | "receive" | "both";
  /** Where the device gets RTP. */
  readonly local?: RtpAddress;
  /** Where the device sends RTP. */
  readonly remote?: RtpAddress;
  /** For example `PCMA/8000`. */
  readonly codec?: string;
  /** Time of a packet. In milliseconds. */
  readonly packetTimeMs?: number;
}

/** What a device sends in a call, as the relay has received it until now, and what is known of the way to it. What the relay cannot tell is absent; octets are those of RTP packets with their headers. */
export interface MediaQualityView {
  /** Name of the device; of a number beyond a trunk, of the trunk. */
  readonly device: string;
  /** Id of a line, or a number beyond a trunk, in a call. */
  readonly connectionId: string;
  /** RTP packets from the device. */
  readonly packetsReceived: number;
  /** In these packets. */
  readonly octetsReceived: number;
  /** Packets that should have come and have not (RFC 3550 A.3). */
  readonly packetsLost: number;
  /** Of the packets that should have come. In percent. */
  readonly lossPercent: number;
  /** Interarrival jitter (RFC 3550 A.8). In milliseconds. */
  readonly jitterMs: number;
  /** For example `PCMA/8000`; absent while nothing is agreed on. */
  readonly codec?: string;
  /** Time in one packet. In milliseconds. */
  readonly packetTimeMs?: number;
  /** Packets that came after a later one; some of them may be repetitions. */
  readonly packetsOutOfOrder?: number;
  /** When the last packet came; absent: none has. In milliseconds since 1970. */
  readonly lastPacketMs?: number;
  /** RTP packets to the device. */
  readonly packetsSent?: number;
  /** In these packets. */
  readonly octetsSent?: number;
  /** Between the relay and the device, by RTCP; absent without. In milliseconds. */
  readonly roundTripMs?: number;
  /** What the device has said last of what it was sent, by RTCP; absent without. */
  readonly reported?: ReportedQualityView;
  /** Mean opinion score of what was received, as in the call's record; absent without packets. */
  readonly mos?: number;
  /** The relay was started again meanwhile, and has counted from then on. */
  readonly isPartial?: true;
}

/** What a device says of what it was sent. */
export interface ReportedQualityView {
  /** Packets that it has missed in all. */
  readonly packetsLost: number;
  /** Interarrival jitter. In milliseconds. */
  readonly jitterMs: number;
  /** Of what it was sent since its report before. In percent. */
  readonly lossPercent?: number;
}

/** What may go with every request. */
export interface Meta {
  /** Names the command: sent again with the same key it is not done again. */
  readonly key?: string;
  /** When the key was made; one that is older than what is remembered is refused. In milliseconds since 1970. */
  readonly keyMs?: number;
  /** The command is not begun after that. In milliseconds since 1970. */
  readonly deadlineMs?: number;
  /** It is done only if the call has this version. */
  readonly ifVersion?: number;
  /** It is done only if the device in the call, or its connection, has this state. */
  readonly ifState?: string;
  /** Trace context (W3C): stands in events that are effects of the command, in the audit and in log lines about it. */
  readonly traceparent?: string;
  /** True: nothing is done; the answer is what it would be. */
  readonly dryRun?: boolean;
  /** False: refused at once while another command on the call is under way. Default true. */
  readonly waits?: boolean;
}

/** Who has done something. */
export interface Actor {
  /** The user. */
  readonly user: string;
  /** Id of the session. */
  readonly session: string;
  /** What the application calls itself. */
  readonly client?: string;
}

/** Whether what was asked has been done; `unknown` is followed by an event that settles it. */
export type Outcome = "not_applied" | "applied" | "unknown";

/** `never`; `same`: again with the same key; `after`: the same after `retryAfterMs`; `reconcile`: read the state first; `other_node`. */
export type Retry = "never" | "same" | "after" | "reconcile" | "other_node";

/** The `data` of an error. */
export interface ErrorEnvelope {
  /** Stable name of the error. */
  readonly code: string;
  /** Family of the error; it has a number of its own. */
  readonly family: string;
  /** One sentence, which may change. */
  readonly message: string;
  readonly outcome: Outcome;
  readonly retry: Retry;
  /** Wait before it is sent again. In milliseconds. */
  readonly retryAfterMs?: number;
  /** What it is about. */
  readonly entity?: {
    /** What kind of thing: `session`, `device`, `line`, `call`, `route`, `subscription`. */
    readonly kind: string;
    /** Its id or name. */
    readonly id: string;
  };
  /** State of the entity now. */
  readonly state?: string;
  /** Version of the entity now. */
  readonly version?: number;
  /** State or version that is needed. */
  readonly expected?: string;
  /** Who has changed it. */
  readonly actor?: Actor;
  /** When a far end said no. */
  readonly sip?: SipCause;
  /** Cause of Q.850, when a far end said no. */
  readonly q850?: number;
  /** The limit that is reached. */
  readonly limit?: {
    /** Which limit. */
    readonly name: string;
    /** Its value. */
    readonly value: number;
    /** What is used of it. */
    readonly used?: number;
  };
  /** Which parameter is wrong, as a JSON pointer such as `/destinations/0/to`. */
  readonly path?: string;
  /** Why, where the code has several reasons. */
  readonly reason?: string;
  /** In every log line about the request. */
  readonly traceId?: string;
  /** Where the error is described. */
  readonly doc?: string;
}

/** Parameters of the notification `heartbeat`. */
export interface Heartbeat {
  /** The last event of the session; some may be on their way. */
  readonly seq?: number;
}

export type JsonRpcVersion = "2.0";

/** What can be subscribed to. */
export type Topic =
  | {
      readonly kind: "device";
      /** Name of a device. */
      readonly name: string;
    }
  | {
      readonly kind: "line";
      /** Name of a line, such as `1001@internal`. */
      readonly name: string;
    }
  | {
      readonly kind: "call";
      /** Id of a call; it stays the same for as long as the call lasts. */
      readonly callId: string;
    }
  | {
      readonly kind: "provider";
    }
  | {
      readonly kind: "all";
    };

/** A subscription of the session. */
export interface Subscription {
  /** Id of a subscription within the session. */
  readonly subscriptionId: string;
  /** What is told; what several of them cover is told once. */
  readonly topics: readonly Topic[];
  /** Types of events that are told; absent: all. */
  readonly types?: readonly EventType[];
}

/** What the session may use. */
export interface Limits {
  /** Bytes of a request. In bytes. */
  readonly messageBytes: number;
  /** Requests in a second. */
  readonly requestsPerSecond: number;
  /** Events that may wait to be sent. */
  readonly queueEvents: number;
  /** Bytes that may wait to be sent. In bytes. */
  readonly queueBytes: number;
  /** Bytes of events that are kept until acknowledged. In bytes. */
  readonly logBytes: number;
  /** Devices that may be open. */
  readonly openDevices: number;
  /** Subscriptions that the session may have. */
  readonly subscriptions: number;
}

/** A call that the session hears of for the first time and that has gone on before. */
export interface CallSnapshotEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.snapshot";
  readonly call: CallView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** The call has another state. */
export interface CallStateEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.state";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  readonly state: CallState;
  /** Absent: cause 16, feature `normal`, by `party`. */
  readonly why?: Why;
  /** The call that it is a part of now. */
  readonly mergedInto?: string;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A line, or a number beyond a trunk, in the call has another state. */
export interface CallConnectionEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.connection";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Id of a line, or a number beyond a trunk, in a call. */
  readonly connectionId: string;
  readonly state: ConnectionState;
  /** Absent: cause 16, feature `normal`, by `party`. */
  readonly why?: Why;
  /** It is new in the call. */
  readonly party?: PartyView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A device in the call has another state. */
export interface CallTerminalEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.terminal";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Id of a line, or a number beyond a trunk, in a call. */
  readonly connectionId: string;
  /** Name of a device. */
  readonly device: string;
  readonly state: TerminalConnectionState;
  /** Absent: cause 16, feature `normal`, by `party`. */
  readonly why?: Why;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A connection has come from another call. */
export interface CallMovedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.moved";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Id of a line, or a number beyond a trunk, in a call. */
  readonly connectionId: string;
  /** The call that it left. */
  readonly from: string;
  readonly party: PartyView;
  /** Absent: cause 16, feature `normal`, by `party`. */
  readonly why?: Why;
  /** Its state; absent: it has not come into this call. */
  readonly state?: ConnectionState;
  /** Its devices. */
  readonly terminals?: readonly TerminalConnectionView[];
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A transfer or conference starts or ends; all changes between belong together. */
export interface CallFeatureEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.feature";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Which. */
  readonly feature: "transfer" | "conference";
  /** Start or end. */
  readonly moment: "start" | "end";
  /** The call that stays. */
  readonly surviving: string;
  /** Who does it. */
  readonly controller: string;
  /** It has been done; false at the start, and at the end when it failed. */
  readonly isDone: boolean;
  /** The call that becomes a part of the other one. */
  readonly dissolved?: string;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** Who calls whom has changed. */
export interface CallPartiesEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.parties";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  /** Who calls. */
  readonly calling: PartyView;
  /** Who is called, as first dialed. */
  readonly called: PartyView;
  /** Who calls now. */
  readonly currentCalling?: PartyView;
  /** Who is called now. */
  readonly currentCalled?: PartyView;
  /** Who sent the call elsewhere last. */
  readonly lastRedirecting?: PartyView;
  /** As the called party is shown the caller; absent: unchanged. */
  readonly modifiedCalling?: string;
  /** As the called number was after transformation; absent: unchanged. */
  readonly modifiedCalled?: string;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** Names and values of the call have changed; these are all. */
export interface CallUserDataEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "call.userData";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Version of the call: it grows by one with each step of the call, from 1. */
  readonly ver: number;
  readonly userData: UserData;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A device is now so; replaces what was known of it. */
export interface DeviceStateEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "device.state";
  readonly device: DeviceView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A device is there no more for this session. */
export interface DeviceRemovedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "device.removed";
  /** Name of a device. */
  readonly device: string;
}

/** A line is now so; replaces what was known of it. */
export interface LineStateEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "line.state";
  readonly line: LineView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A line is there no more for this session. */
export interface LineRemovedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "line.removed";
  /** Name of a line, such as `1001@internal`. */
  readonly line: string;
}

/** The application is to say where the call goes. */
export interface RouteRequestEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "route.request";
  readonly route: RouteView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** All destinations have failed; it is to say others. */
export interface RouteRerouteEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "route.reroute";
  readonly route: RouteView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A destination is being tried. */
export interface RouteAttemptEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "route.attempt";
  readonly route: RouteView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A destination could not be had. */
export interface RouteFailedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "route.failed";
  readonly route: RouteView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A destination has taken the call. */
export interface RouteUsedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "route.used";
  readonly route: RouteView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** The dialogue is over. */
export interface RouteEndEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "route.end";
  readonly route: RouteView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** The application is to set an address for RTP. */
export interface MediaWantedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "media.wanted";
  readonly media: MediaView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** RTP begins. */
export interface MediaStartedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "media.started";
  readonly media: MediaView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** RTP ends. */
export interface MediaStoppedEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "media.stopped";
  readonly media: MediaView;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** A device in a call has got digits from the other party. */
export interface DigitsEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "digits";
  /** Id of a call; it stays the same for as long as the call lasts. */
  readonly callId: string;
  /** Name of a device. */
  readonly device: string;
  /** `0` to `9`, `*`, `#`, `A` to `D`. */
  readonly digits: string;
  /** Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
}

/** Events are not read as fast as they come; the connection is cut when the queue is full. */
export interface SessionLaggingEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "session.lagging";
}

/** Something about the session itself, or about who owns a device that it has open. */
export interface SessionNoticeEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "session.notice";
  /** `owner`: the session decides from now on what becomes of calls at the device; `owner-changed`: another session does; `owner-refused`: call control does not let it; `device-closed`: the device was closed for it; `topic-ended`: it hears no more of what it may not watch any more. */
  readonly notice: "owner" | "owner-changed" | "owner-refused" | "device-closed" | "topic-ended";
  /** Name of a device. */
  readonly device?: string;
  /** Of `owner`: grows with each owner of the device. */
  readonly fence?: number;
  /** Of `owner`: dialogues that wait for an answer. */
  readonly routes?: readonly RouteView[];
  /** Of `owner-changed`: who owns the device; absent: nobody. */
  readonly owner?: Actor;
  /** Why it was refused or closed. */
  readonly reason?: string;
  /** What it hears no more of. */
  readonly topic?: string;
}

/** Whether call control is there. */
export interface ProviderStateEvent {
  /** Number of the event within the session; there is no gap. */
  readonly seq: number;
  readonly type: "provider.state";
  /** `shut-down` is final; no server tells it yet. */
  readonly state: "in-service" | "out-of-service" | "shut-down";
  readonly cause?: OutOfServiceCause;
}

/** Types of events. */
export type EventType =
  | "call.snapshot"
  | "call.state"
  | "call.connection"
  | "call.terminal"
  | "call.moved"
  | "call.feature"
  | "call.parties"
  | "call.userData"
  | "device.state"
  | "device.removed"
  | "line.state"
  | "line.removed"
  | "route.request"
  | "route.reroute"
  | "route.attempt"
  | "route.failed"
  | "route.used"
  | "route.end"
  | "media.wanted"
  | "media.started"
  | "media.stopped"
  | "digits"
  | "session.lagging"
  | "session.notice"
  | "provider.state";

/** An event of a session, sent as the notification `event`. */
export type CtiEvent =
  | CallSnapshotEvent
  | CallStateEvent
  | CallConnectionEvent
  | CallTerminalEvent
  | CallMovedEvent
  | CallFeatureEvent
  | CallPartiesEvent
  | CallUserDataEvent
  | DeviceStateEvent
  | DeviceRemovedEvent
  | LineStateEvent
  | LineRemovedEvent
  | RouteRequestEvent
  | RouteRerouteEvent
  | RouteAttemptEvent
  | RouteFailedEvent
  | RouteUsedEvent
  | RouteEndEvent
  | MediaWantedEvent
  | MediaStartedEvent
  | MediaStoppedEvent
  | DigitsEvent
  | SessionLaggingEvent
  | SessionNoticeEvent
  | ProviderStateEvent;

/** Parameters of each method. */
export interface MethodParams {
  /** Signs in and begins a session, or goes on with one. The first request of every connection. */
  readonly "provider.open": {
    /** The application. */
    readonly client: {
      /** What it calls itself. */
      readonly name: string;
      /** Its version. */
      readonly version?: string;
      /** Which instance of it this is. */
      readonly instance?: string;
    };
    /** Versions of the protocol that it speaks, best first. */
    readonly protocol: readonly string[];
    /** Signs in with a token. */
    readonly token?: string;
    /** Signs in with a name and a password. */
    readonly user?: string;
    /** The password. */
    readonly password?: string;
    /** Interval of heartbeats. In milliseconds. */
    readonly heartbeatMs?: number;
    /** How long the session is kept after its application fell silent. In milliseconds. */
    readonly leaseMs?: number;
    /** The session that is to go on. */
    readonly resume?: {
      /** Its id. */
      readonly sessionId: string;
      /** Its epoch. */
      readonly epoch: string;
      /** The last event that was had. */
      readonly lastSeq: number;
    };
    /** Sessions of the user with the same group stand in for each other. */
    readonly group?: string;
    /** A standby takes its devices over when its connection has been lost for so long; at most two heartbeats. Needs a group. In milliseconds. */
    readonly standbyAfterMs?: number;
    /** A session that is resumed is taken from the connection that has it now. */
    readonly takeOver?: boolean;
    readonly meta?: Meta;
  };
  /** Events up to this one have been had and need not be kept. Without an id it is not answered. */
  readonly "provider.ack": {
    /** The last event that was had. */
    readonly seq: number;
    readonly meta?: Meta;
  };
  /** The application is there. Any other message says so too. Without an id it is not answered. */
  readonly "provider.heartbeat": {
    readonly meta?: Meta;
  };
  /** Ends the session: its devices are closed, its events forgotten. */
  readonly "provider.close": {
    readonly meta?: Meta;
  };
  /** Devices and lines that the user may watch, in parts that belong to the same `seq`. */
  readonly "provider.inventory": {
    /** Where the last answer's `next` said it ends; absent: from the start. */
    readonly after?: string;
    /** At most so many; default 500. */
    readonly limit?: number;
    readonly meta?: Meta;
  };
  /** What can be subscribed to, and what this session has subscribed to. */
  readonly "provider.topics": {
    readonly meta?: Meta;
  };
  /** From now on events about these are told. The answer says how all is at `seq`; events after it follow. */
  readonly "events.subscribe": {
    /** What is told; what several of them cover is told once. */
    readonly topics: readonly Topic[];
    /** Types of events that are told; absent: all. */
    readonly types?: readonly EventType[];
    readonly meta?: Meta;
  };
  /** Ends a subscription. */
  readonly "events.unsubscribe": {
    /** Id of a subscription within the session. */
    readonly subscriptionId: string;
    readonly meta?: Meta;
  };
  /** The session takes part in the device: events about it and its calls are told, and its calls can be controlled. */
  readonly "device.open": {
    /** Name of a device. */
    readonly device: string;
    /** How the media of a CTI port or route point ends; absent for phones. */
    readonly media?: MediaRegistration;
    /** Calls at the route point are routed by dialogues instead of being offered. */
    readonly routes?: boolean;
    /** While the session owns the CTI port or route point, calls that are offered there ring at once, as if it had accepted them. */
    readonly autoAccept?: boolean;
    readonly meta?: Meta;
  };
  /** The session takes no more part in the device. */
  readonly "device.close": {
    /** Name of a device. */
    readonly device: string;
    readonly meta?: Meta;
  };
  /** How a device is. */
  readonly "device.get": {
    /** Name of a device. */
    readonly device: string;
    readonly meta?: Meta;
  };
  /** Devices that the user may watch. */
  readonly "device.list": {
    /** Where the last answer's `next` said it ends; absent: from the start. */
    readonly after?: string;
    /** At most so many; default 500. */
    readonly limit?: number;
    readonly meta?: Meta;
  };
  /** Sets what calls to the device do. */
  readonly "device.setDoNotDisturb": {
    /** Name of a device. */
    readonly device: string;
    readonly option: DoNotDisturb;
    readonly meta?: Meta;
  };
  /** Says whether a phone is asked to answer by itself: when its user has had a call made, and by `call.answer`. */
  readonly "device.setAutoAnswer": {
    /** Name of a device. */
    readonly device: string;
    /** It is. */
    readonly on: boolean;
    readonly meta?: Meta;
  };
  /** The speed dials of a device, the first one first. */
  readonly "device.speedDials": {
    /** Name of a device. */
    readonly device: string;
    readonly meta?: Meta;
  };
  /** How a line is. */
  readonly "line.get": {
    /** Name of a line, such as `1001@internal`. */
    readonly line: string;
    readonly meta?: Meta;
  };
  /** Sets where calls of a kind go. Null: not elsewhere; absent: as it is. */
  readonly "line.setForwarding": {
    /** Name of a line, such as `1001@internal`. */
    readonly line: string;
    /** Kind of forwarding. */
    readonly kind: "all" | "busy" | "noAnswer" | "unregistered" | "onFailure";
    /** The target of internal calls. */
    readonly internal?: string | null;
    /** The target of external calls. */
    readonly external?: string | null;
    readonly meta?: Meta;
  };
  /** Switches the lamp of a line. */
  readonly "line.setMessageWaiting": {
    /** Name of a line, such as `1001@internal`. */
    readonly line: string;
    /** Messages wait. */
    readonly on: boolean;
    /** New messages. */
    readonly newMessages?: number;
    /** Old messages. */
    readonly oldMessages?: number;
    /** How many of `newMessages` are urgent; absent: none. */
    readonly newUrgent?: number;
    /** How many of `oldMessages` are urgent; absent: none. */
    readonly oldUrgent?: number;
    readonly meta?: Meta;
  };
  /** How a call is, also for a while after its end. */
  readonly "call.get": {
    /** Id of a call; it stays the same for as long as the call lasts. */
    readonly callId: string;
    readonly meta?: Meta;
  };
  /** Calls that the user may watch. */
  readonly "call.list": {
    /** Name of a device. */
    readonly device?: string;
    /** Name of a line, such as `1001@internal`. */
    readonly line?: string;
    /** Where the last answer's `next` said it ends; absent: from the start. */
    readonly after?: string;
    /** At most so many; default 500. */
    readonly limit?: number;
    readonly meta?: Meta;
  };
  /** The media of a call that goes on, as the relay has it now: a side for each device whose media passes through it, in a conference what each party sends to the mixer. Empty: the relay carries none of it, yet or at all. */
  readonly "call.mediaQuality": {
    /** Id of a call; it stays the same for as long as the call lasts. */
    readonly callId: string;
    /** Only the sides of this device; absent: all. */
    readonly device?: string;
    readonly meta?: Meta;
  };
  /** Rings the device, then the number. */
  readonly "call.connect": {
    /** Name of a device. */
    readonly device: string;
    /** Digits as dialed, or a SIP URI. */
    readonly to: string;
    /** Name for the new call, 8 to 64 letters, digits, `_` and `-`, which no other call has had; absent: one is made. */
    readonly callId?: string;
    /** SIP header fields of the INVITEs to the number; they go to phones and trusted peers. */
    readonly headers?: readonly SipHeader[];
    readonly meta?: Meta;
  };
  /** An offered call rings; the caller hears it. */
  readonly "call.accept": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Answers a call. */
  readonly "call.answer": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** Where the application wants the call's RTP. */
    readonly media?: RtpAddress;
    readonly meta?: Meta;
  };
  /** Refuses an offered call. */
  readonly "call.reject": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** What the caller is told; default `rejected`. */
    readonly reason?: "busy" | "rejected";
    readonly meta?: Meta;
  };
  /** Sends a call elsewhere that is offered to the device, rings there or is established with it. */
  readonly "call.redirect": {
    /** Name of a device. */
    readonly device: string;
    /** Digits as dialed, or a SIP URI. */
    readonly to: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** What becomes of the call when that fails: it stays (default), or is released. */
    readonly failureMode?: "normal" | "drop";
    /** Whose calling search space applies; default that of the device that sends the call there. */
    readonly searchSpace?: "default" | "calling" | "redirecting";
    /** Who counts as called first: who did (default), the new destination, or a number. */
    readonly originalCalled?:
      | "unchanged"
      | "reset"
      | {
          /** The number. */
          readonly number: string;
        };
    /** How the caller is shown there; absent: as it is. */
    readonly callingNumber?: string;
    /** SIP header fields of the INVITEs to the number; they go to phones and trusted peers. */
    readonly headers?: readonly SipHeader[];
    readonly meta?: Meta;
  };
  /** Puts a call on hold. */
  readonly "call.hold": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** The music source that the other party hears; absent: that of the device. */
    readonly music?: string;
    readonly meta?: Meta;
  };
  /** Takes a call back from hold. */
  readonly "call.retrieve": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Holds the call that is talked in, and takes another one back. */
  readonly "call.swap": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Connects the other party with who answers there. */
  readonly "call.transfer": {
    /** Name of a device. */
    readonly device: string;
    /** Digits as dialed, or a SIP URI. */
    readonly to: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** SIP header fields of the INVITEs to the number; they go to phones and trusted peers. */
    readonly headers?: readonly SipHeader[];
    readonly meta?: Meta;
  };
  /** Holds the call and makes another one, to be transferred or conferenced with. */
  readonly "call.consult": {
    /** Name of a device. */
    readonly device: string;
    /** Digits as dialed, or a SIP URI. */
    readonly to: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** Name for the new call, 8 to 64 letters, digits, `_` and `-`, which no other call has had; absent: one is made. */
    readonly newCallId?: string;
    /** SIP header fields of the INVITEs to the number; they go to phones and trusted peers. */
    readonly headers?: readonly SipHeader[];
    readonly meta?: Meta;
  };
  /** Connects the other parties of two calls of the device. */
  readonly "call.completeTransfer": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** Id of a call; it stays the same for as long as the call lasts. */
    readonly consultCallId?: string;
    readonly meta?: Meta;
  };
  /** Calls of the device become one, in which all parties hear each other. */
  readonly "call.conference": {
    /** Name of a device. */
    readonly device: string;
    /** Which calls; absent: all that are established. */
    readonly callIds?: readonly string[];
    readonly meta?: Meta;
  };
  /** Another call of the device joins the conference that it is in. */
  readonly "call.addParty": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Releases a party of the device's conference. */
  readonly "call.dropParty": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** Id of a line, or a number beyond a trunk, in a call. */
    readonly connectionId?: string;
    /** All connections of this device. */
    readonly party?: string;
    readonly meta?: Meta;
  };
  /** The other party waits on a slot. */
  readonly "call.park": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    /** Which slot; absent: any that is free. */
    readonly slot?: string;
    readonly meta?: Meta;
  };
  /** The device is rung, and has the parked call when it answers. */
  readonly "call.unpark": {
    /** Name of a device. */
    readonly device: string;
    /** Where the call is parked. */
    readonly slot: string;
    readonly meta?: Meta;
  };
  /** The device is rung, and has a call that rings elsewhere when it answers. */
  readonly "call.pickup": {
    /** Name of a device. */
    readonly device: string;
    /** Name of a line, such as `1001@internal`. */
    readonly line?: string;
    /** The pickup group; absent: the device's own. Another one only where the device may dial its number. */
    readonly group?: string;
    /** The number where it rings; only where the device may dial it. */
    readonly number?: string;
    readonly meta?: Meta;
  };
  /** The device enters a call of a line that it shares, or takes it over when it is held. */
  readonly "call.barge": {
    /** Name of a device. */
    readonly device: string;
    /** Id of a call; it stays the same for as long as the call lasts. */
    readonly callId: string;
    readonly meta?: Meta;
  };
  /** Says whether other devices of its lines may enter its calls. */
  readonly "call.privacy": {
    /** Name of a device. */
    readonly device: string;
    /** True: they may not; absent: the opposite of now. */
    readonly isOn?: boolean;
    readonly meta?: Meta;
  };
  /** The device leaves the call. */
  readonly "call.drop": {
    /** Name of a device. */
    readonly device: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Sends digits to the other party; done when the last one is over. */
  readonly "call.sendDigits": {
    /** Name of a device. */
    readonly device: string;
    /** 1 to 64 of `0` to `9`, `*`, `#`, `A` to `D`, and `,` for a pause of a second. */
    readonly digits: string;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Sets names and values that stay with the call. */
  readonly "call.setUserData": {
    /** Name of a device. */
    readonly device: string;
    /** Values by name; null removes one. At most 64 names, and 4 KiB with their values. */
    readonly data: Readonly<Record<string, string | null>>;
    /** The call; absent: the one that the device talks in. */
    readonly callId?: string;
    readonly meta?: Meta;
  };
  /** Says where the application wants the call's RTP, as `media.wanted` has asked. */
  readonly "media.setAddress": {
    /** Name of a device. */
    readonly device: string;
    /** Id of a call; it stays the same for as long as the call lasts. */
    readonly callId: string;
    /** A literal IP address. */
    readonly address: string;
    /** A UDP port. */
    readonly port: number;
    readonly meta?: Meta;
  };
  /** Says where a call goes: to the first of these that takes it. */
  readonly "route.select": {
    /** Name of a device. */
    readonly device: string;
    /** Id of a route dialogue. */
    readonly routeId: string;
    /** Destinations, the first one first. */
    readonly destinations: readonly RouteDestination[];
    /** SIP header fields for each destination that names none of its own. */
    readonly headers?: readonly SipHeader[];
    readonly meta?: Meta;
  };
  /** Ends the dialogue; the call stays at the route point. */
  readonly "route.end": {
    /** Name of a device. */
    readonly device: string;
    /** Id of a route dialogue. */
    readonly routeId: string;
    readonly meta?: Meta;
  };
}

/** Result of each method. */
export interface MethodResults {
  readonly "provider.open": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Id of the session. */
    readonly sessionId: string;
    /** Another one means that the log of events was lost. */
    readonly epoch: string;
    /** `resumed`: missed events follow; `resnapshot`: what was known is worthless; `new`. */
    readonly mode: "new" | "resumed" | "resnapshot";
    /** The version that is spoken. */
    readonly protocol: string;
    /** Name of the node. */
    readonly node: string;
    /** The user. */
    readonly user: string;
    /** What the user may do beyond its devices. */
    readonly permissions: readonly string[];
    /** Interval of heartbeats. In milliseconds. */
    readonly heartbeatMs: number;
    /** How long the session is kept after its application fell silent. In milliseconds. */
    readonly leaseMs: number;
    readonly limits: Limits;
    /** Methods that there are. */
    readonly methods: readonly string[];
    /** Types of events that there are. */
    readonly eventTypes: readonly string[];
    /** A standby takes its devices over when its connection has been lost for so long; at most two heartbeats. Needs a group. In milliseconds. */
    readonly standbyAfterMs?: number;
    /** The server's clock, which judges `deadlineMs`; absent: an earlier server. In milliseconds since 1970. */
    readonly serverMs?: number;
  };
  readonly "provider.ack": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
  };
  readonly "provider.heartbeat": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
  };
  readonly "provider.close": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
  };
  readonly "provider.inventory": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Devices. */
    readonly devices: readonly ControllableDevice[];
    /** Lines. */
    readonly lines: readonly LineView[];
    /** There are more: `after` of the next request. */
    readonly next?: string;
  };
  readonly "provider.topics": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Kinds of topics that there are for this user. */
    readonly topics: readonly string[];
    /** Types of events that a subscription can be limited to. */
    readonly eventTypes: readonly string[];
    /** Subscriptions of the session. */
    readonly subscriptions: readonly Subscription[];
    /** Devices that the session has open. */
    readonly openDevices: readonly string[];
  };
  readonly "events.subscribe": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Id of a subscription within the session. */
    readonly subscriptionId: string;
    /** Calls. */
    readonly calls: readonly ControllableCall[];
    /** Devices. */
    readonly devices: readonly ControllableDevice[];
    /** Lines. */
    readonly lines: readonly LineView[];
    /** Route dialogues. */
    readonly routes: readonly RouteView[];
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "events.unsubscribe": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "device.open": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    readonly device: ControllableDevice;
    /** Calls of the device. */
    readonly calls: readonly ControllableCall[];
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The session owns the device; grows with each owner. */
    readonly fence?: number;
  };
  readonly "device.close": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "device.get": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    readonly device: ControllableDevice;
    /** Who owns it; absent: nobody. */
    readonly owner?: Actor;
  };
  readonly "device.list": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Devices. */
    readonly devices: readonly ControllableDevice[];
    /** There are more: `after` of the next request. */
    readonly next?: string;
  };
  readonly "device.setDoNotDisturb": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "device.setAutoAnswer": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "device.speedDials": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Speed dials. */
    readonly speedDials: readonly {
      /** Its place, from 1: the phone dials it by that. */
      readonly place: number;
      /** What is shown beside the key. */
      readonly label: string;
      /** What it dials. */
      readonly destination: string;
    }[];
  };
  readonly "line.get": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    readonly line: LineView;
  };
  readonly "line.setForwarding": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "line.setMessageWaiting": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
  };
  readonly "call.get": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    readonly call: ControllableCall;
  };
  readonly "call.list": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Calls. */
    readonly calls: readonly ControllableCall[];
    /** There are more: `after` of the next request. */
    readonly next?: string;
  };
  readonly "call.mediaQuality": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** Id of a call; it stays the same for as long as the call lasts. */
    readonly callId: string;
    /** When it was so. In milliseconds since 1970. */
    readonly atMs: number;
    /** Sides, in the order of the call's connections. */
    readonly sides: readonly MediaQualityView[];
  };
  readonly "call.connect": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.accept": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.answer": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.reject": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.redirect": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.hold": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.retrieve": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.swap": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.transfer": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.consult": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.completeTransfer": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.conference": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.addParty": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.dropParty": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.park": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.unpark": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.pickup": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.barge": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.privacy": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.drop": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.sendDigits": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "call.setUserData": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "media.setAddress": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "route.select": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
  readonly "route.end": {
    /** Events of the session up to this one show all effects. */
    readonly seq: number;
    /** It was so already. */
    readonly unchanged?: true;
    /** The command had been done before: this is what came of it then. */
    readonly replayed?: true;
    /** The call that it was done with, or that was made. */
    readonly callId?: string;
    /** Where the call is parked. */
    readonly slot?: string;
    /** Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`. */
    readonly destination?: string;
  };
}

export type MethodName = keyof MethodParams;

/** Methods that change something: each takes a key. */
export type CommandName =
  | "events.subscribe"
  | "events.unsubscribe"
  | "device.open"
  | "device.close"
  | "device.setDoNotDisturb"
  | "device.setAutoAnswer"
  | "line.setForwarding"
  | "line.setMessageWaiting"
  | "call.connect"
  | "call.accept"
  | "call.answer"
  | "call.reject"
  | "call.redirect"
  | "call.hold"
  | "call.retrieve"
  | "call.swap"
  | "call.transfer"
  | "call.consult"
  | "call.completeTransfer"
  | "call.conference"
  | "call.addParty"
  | "call.dropParty"
  | "call.park"
  | "call.unpark"
  | "call.pickup"
  | "call.barge"
  | "call.privacy"
  | "call.drop"
  | "call.sendDigits"
  | "call.setUserData"
  | "media.setAddress"
  | "route.select"
  | "route.end";

/** All methods. */
export const METHOD_NAMES: readonly MethodName[] = [
  "provider.open",
  "provider.ack",
  "provider.heartbeat",
  "provider.close",
  "provider.inventory",
  "provider.topics",
  "events.subscribe",
  "events.unsubscribe",
  "device.open",
  "device.close",
  "device.get",
  "device.list",
  "device.setDoNotDisturb",
  "device.setAutoAnswer",
  "device.speedDials",
  "line.get",
  "line.setForwarding",
  "line.setMessageWaiting",
  "call.get",
  "call.list",
  "call.mediaQuality",
  "call.connect",
  "call.accept",
  "call.answer",
  "call.reject",
  "call.redirect",
  "call.hold",
  "call.retrieve",
  "call.swap",
  "call.transfer",
  "call.consult",
  "call.completeTransfer",
  "call.conference",
  "call.addParty",
  "call.dropParty",
  "call.park",
  "call.unpark",
  "call.pickup",
  "call.barge",
  "call.privacy",
  "call.drop",
  "call.sendDigits",
  "call.setUserData",
  "media.setAddress",
  "route.select",
  "route.end",
];

/** Methods that change something. */
export const COMMAND_NAMES: readonly CommandName[] = [
  "events.subscribe",
  "events.unsubscribe",
  "device.open",
  "device.close",
  "device.setDoNotDisturb",
  "device.setAutoAnswer",
  "line.setForwarding",
  "line.setMessageWaiting",
  "call.connect",
  "call.accept",
  "call.answer",
  "call.reject",
  "call.redirect",
  "call.hold",
  "call.retrieve",
  "call.swap",
  "call.transfer",
  "call.consult",
  "call.completeTransfer",
  "call.conference",
  "call.addParty",
  "call.dropParty",
  "call.park",
  "call.unpark",
  "call.pickup",
  "call.barge",
  "call.privacy",
  "call.drop",
  "call.sendDigits",
  "call.setUserData",
  "media.setAddress",
  "route.select",
  "route.end",
];

/** Types of all events. */
export const EVENT_TYPES: readonly EventType[] = [
  "call.snapshot",
  "call.state",
  "call.connection",
  "call.terminal",
  "call.moved",
  "call.feature",
  "call.parties",
  "call.userData",
  "device.state",
  "device.removed",
  "line.state",
  "line.removed",
  "route.request",
  "route.reroute",
  "route.attempt",
  "route.failed",
  "route.used",
  "route.end",
  "media.wanted",
  "media.started",
  "media.stopped",
  "digits",
  "session.lagging",
  "session.notice",
  "provider.state",
];
