/** One party of a finished call. */
export interface RecordParty {
  readonly device: string;
  readonly number: string;
  /** Call-IDs of its dialogs, octets as characters; of a callee, one for each contact that was rung. */
  readonly sipCallIds: readonly string[];
}

/** What arrived from one party, as the relay counted it. */
export interface RecordSide {
  readonly side: string;
  readonly packets: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly mos?: number;
}

/** A number and the partition that it is in; absent: none, or not known. */
export interface RecordNumber {
  readonly number: string;
  readonly partition?: string;
}

/** The numbers of a call. */
export interface RecordNumbers {
  readonly calling: RecordNumber & { readonly name?: string };
  /** The caller as the callee was shown it. */
  readonly presented: { readonly number: string; readonly name?: string };
  readonly dialed: string;
  /** Where the call went first. */
  readonly originalCalled: RecordNumber;
  /** Where it went in the end, as that was told its number. */
  readonly finalCalled: RecordNumber;
  /** Absent: the call was not redirected. */
  readonly lastRedirecting?: RecordNumber;
}

/** Why a call went elsewhere than it was called to. */
export type RedirectReason =
  | "unconditional"
  | "busy"
  | "no-answer"
  | "unregistered"
  | "deflection"
  | "transfer"
  | "pickup"
  | "park"
  | "hunt"
  | "unknown";

/** What features did to a call on its way. */
export interface RecordRedirect {
  readonly originalCalled?: RecordNumber;
  readonly lastRedirecting?: RecordNumber;
  /** Of the first and the last redirection. */
  readonly originalReason?: RedirectReason;
  readonly lastReason?: RedirectReason;
  /** The feature or application that redirected last, or ended a party's part. */
  readonly onBehalfOf?: string;
}

/** How a record hangs together with the others of its call, and with those of other calls. Names are those of records. */
export interface RecordPart {
  /** Device whose user, or for which an application, asked for the feature that began it. */
  readonly controller?: string;
  /** Those whose legs went on in this one. */
  readonly movedFrom?: readonly string[];
  /** The one that its legs went on in: it is no end of the call. */
  readonly movedTo?: string;
  /** The calls that became a part of this one, and the one that this became a part of. */
  readonly mergedFrom?: readonly string[];
  readonly mergedInto?: string;
}

/** How a leg was chosen. */
export interface RecordRoute {
  readonly trunk?: string;
  readonly routeList?: string;
  readonly routeGroup?: string;
  readonly pattern?: string;
}

/** Q.850 cause, its name, and the SIP status that it came with or as (200: the call was up). */
export interface RecordCause {
  readonly q850: number;
  readonly name: string;
  readonly sipStatus: number;
}

/** What was agreed on for the audio of a leg. Addresses are `address:port`. */
export interface RecordMedia {
  /** For example `PCMA/8000`. */
  readonly codec: string;
  /** Time in an RTP packet, as said in SDP or else as seen; absent: neither. */
  readonly packetMs?: number;
  /** Where the device wants its RTP; absent while it is held by address. */
  readonly remote?: string;
  /** Where the relay takes it. */
  readonly local?: string;
}

/**
 * Media quality of a leg, as the relay saw it. `received` is what came from the device; octets include RTP headers.
 * `reported` is what the device says in RTCP of what it was sent.
 */
export interface RecordQuality {
  readonly packetsReceived: number;
  readonly octetsReceived: number;
  readonly packetsSent: number;
  readonly octetsSent: number;
  /** Of those from the device; RFC 3550 A.3. */
  readonly packetsLost: number;
  /** RFC 3550 A.8. */
  readonly jitterMs: number;
  readonly reportedLost?: number;
  readonly reportedJitterMs?: number;
  /** Between relay and device, by RTCP; latency is half of it. */
  readonly roundTripMs?: number;
  readonly latencyMs?: number;
  /** 1 to 4.5 of what was received: the E-model, ITU-T G.107, simplified; absent without packets. */
  readonly mos?: number;
  readonly receivedSsrc?: number;
  readonly sentSsrc?: number;
  /** Thrown away for where they came from. */
  readonly packetsRejected: number;
  readonly telephoneEvents?: number;
  /** The relay was started again meanwhile, and counted from then on. */
  readonly isPartial?: true;
}

/**
 * One SIP dialog of a call: the caller's, numbered 1, then each INVITE of ours in order. `refused` the device said so,
 * `unreached` nothing came back, `given-up` the switch took it back, or another had answered. Absent: it goes on.
 */
export interface RecordLeg {
  readonly leg: number;
  readonly party: "caller" | "callee";
  readonly outcome?: "answered" | "refused" | "unreached" | "given-up";
  readonly device: string;
  readonly deviceKind: "sip-phone" | "peer";
  /** Where they are known. */
  readonly devicePool?: string;
  readonly owner?: string;
  readonly number: string;
  readonly partition?: string;
  readonly name?: string;
  readonly route?: RecordRoute;
  /** Where its SIP came from, `udp/192.0.2.7:5060`; absent: nothing came. */
  readonly signaling?: string;
  readonly sipCallId: string;
  /** Wall-clock milliseconds. */
  readonly startedAtMs: number;
  readonly ringingAtMs?: number;
  readonly connectedAtMs?: number;
  readonly disconnectedAtMs?: number;
  readonly durationMs: number;
  /** Of the device that ended the call, of both when the switch did, and of a leg that ended by itself. */
  readonly cause?: RecordCause;
  /** How often and how long it has put the other party on hold; absent: never. */
  readonly holds?: { readonly count: number; readonly totalMs: number };
  readonly media?: RecordMedia;
  readonly quality?: RecordQuality;
}

/** Why a record may not tell all: what died while the call was up. */
export type PartialReason = "callmanager-restarted" | "relay-restarted" | "relay-unreachable";

/** What is known of a call whether it goes on or has ended. Times are wall-clock milliseconds; `At` alone: ISO 8601, UTC. */
export interface CallFacts {
  readonly callId: string;
  /** Of all nodes: the node that has the call, and its id there; all records of a call have the same. */
  readonly globalCallId: { readonly node: string; readonly call: string };
  readonly caller: RecordParty;
  /** As dialed. */
  readonly calledNumber: string;
  /** Absent when the number led nowhere. */
  readonly callee?: RecordParty;
  /** The service of the switch that was called. */
  readonly service?: string;
  readonly numbers: RecordNumbers;
  /** Absent: no feature had to do with it. */
  readonly redirect?: RecordRedirect;
  /** Absent: it is the whole of its call. */
  readonly part?: RecordPart;
  readonly startedAt: string;
  readonly startedAtMs: number;
  readonly ringingAt?: string;
  readonly ringingAtMs?: number;
  readonly answeredAt?: string;
  readonly answeredAtMs?: number;
  /** For example `PCMA/8000`; absent when nothing was agreed on. */
  readonly codec?: string;
  readonly legs: readonly RecordLeg[];
  /** Legs beyond the 64th. */
  readonly legsOmitted?: number;
  readonly partial?: readonly PartialReason[];
}

/** A finished call or attempt: one line of the record file. */
export interface CallRecord extends CallFacts {
  readonly endedAt: string;
  readonly endedAtMs: number;
  /** From answer to end; 0 without an answer. */
  readonly durationMs: number;
  /** From the first ringing (absent: from the start) to answer or end. */
  readonly ringMs: number;
  readonly cause: RecordCause;
  readonly reason: string;
  readonly endedBy: "caller" | "callee" | "switch";
  readonly sides: readonly RecordSide[];
}
