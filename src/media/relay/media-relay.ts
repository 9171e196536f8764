/**
 * Names one exchange of SDP. `fromTag` names the side whose SDP this is an offer of, `toTag` the side that answers;
 * tags are the caller's own leg names, fixed for the life of the session.
 */
export interface RelayKey {
  readonly callId: string;
  readonly fromTag: string;
  readonly toTag: string;
}

/** What the relay must know beside the SDP. */
export interface RelayOptions {
  /** Address that the SIP message with this SDP came from: a candidate source of RTP, any port. */
  readonly signalingAddress: string;
  /** `candidates`: the first packet from a candidate source locks; `any`: from anywhere (by SIP profile only). */
  readonly latch: "candidates" | "any";
}

/** Built-in far ends of a call: `echo` returns each packet, `tone` plays 440 Hz, `demo` a tone and then music. */
export type RelayEndpoint = "echo" | "tone" | "demo";

/** Counters of what arrived from one side; loss and jitter as RFC 3550 appendix A computes them. */
export interface SideStatistics {
  readonly tag: string;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly jitterMs: number;
  /** Packets thrown away because they came from no candidate source. */
  readonly rejected: number;
  /** DTMF digits that came as RFC 4733 events; absent where the adapter does not count them. */
  readonly telephoneEvents?: number;
  /** Round trip as measured by RTCP; absent without RTCP. */
  readonly roundTripMs?: number;
  /** 1 to 4.5, estimated by the E-model from loss, jitter and round trip; absent without packets. */
  readonly mos?: number;
  /** Where this side's RTP comes from: `address:port`; absent before the first packet. */
  readonly source?: string;
  /** Sent to this side; absent where the adapter does not count them. Octets with RTP headers. */
  readonly sentPackets?: number;
  readonly sentBytes?: number;
  /** Of the source that this side sends most from, and of what it was sent last; absent without packets. */
  readonly ssrc?: number;
  readonly sentSsrc?: number;
  /** Time in one RTP packet of this side; absent while it is not known. */
  readonly packetMs?: number;
  /** What this side says in RTCP of what it was sent; absent without RTCP. */
  readonly reported?: { readonly lost: number; readonly jitterMs: number };
}

export interface RelaySessionSummary {
  readonly callId: string;
  readonly createdAtMs: number;
  readonly ports: readonly number[];
  readonly sides: readonly SideStatistics[];
  /** The relay was started again meanwhile, and has counted from then on; absent: it has counted from the start. */
  readonly isPartial?: boolean;
}

/** What the relay tells unasked. `media-timeout` repeats until the session is released or packets come again. */
export type RelayEvent =
  | {
      readonly type: "media-timeout";
      readonly callId: string;
      readonly silentMs: number;
      /** The sides that should send, none of which does; absent where the adapter does not know. */
      readonly silentTags?: readonly string[];
    }
  | { readonly type: "first-packet"; readonly callId: string; readonly tag: string };

/**
 * Anchors the RTP and RTCP of calls: takes one side's SDP, returns SDP for the other side that points at the relay.
 * Repeating an offer or answer (early media, re-INVITE, UPDATE) keeps the ports and opens the choice of source again.
 * @throws {MediaError} `no-ports`, `relay-unreachable`, `offer-refused`, `sdp-malformed`, `unknown-session`,
 * `no-common-codec`
 */
export interface MediaRelay {
  /** True while the relay can be reached. */
  readonly connected: boolean;
  offer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string>;
  /**
   * `key` names the offer that is answered: `fromTag` is the side that offered, `sdp` that of `toTag`. Returns an empty
   * text when a built-in far end offered, since nobody is to be told. An answer that can carry nothing of the offer
   * is no answer: `no-common-codec`, unless the offer was inactive.
   */
  answer(key: RelayKey, sdp: string, options: RelayOptions): Promise<string>;
  /** Answers `sdp` of `fromTag` by a built-in far end. */
  answerByEndpoint(key: RelayKey, endpoint: RelayEndpoint, sdp: string, options: RelayOptions): Promise<string>;
  /** Makes an offer of a built-in far end, named `fromTag`, to `toTag` (INVITE without SDP); then `answer`. */
  offerByEndpoint(key: RelayKey, endpoint: RelayEndpoint): Promise<string>;
  /** Ends a session and returns its last figures; releasing an unknown call succeeds and returns nothing. */
  release(callId: string): Promise<RelaySessionSummary | undefined>;
  /** The figures of a session so far; undefined when there is none. */
  inspect(callId: string): Promise<RelaySessionSummary | undefined>;
  list(): Promise<readonly RelaySessionSummary[]>;
  close(): void;
}
