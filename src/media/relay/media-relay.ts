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

/** One side of a session. */
export interface SideRef {
  readonly callId: string;
  readonly tag: string;
}

/**
 * Something to hear without end: `music` is the music that comes with Tandem, `ringback` 425 Hz for a second in five,
 * `music:NAME` a music source of `configure`, NAME being 1 to 64 letters, digits, dots, dashes or underscores.
 */
export type PlaySource = "music" | "silence" | "ringback" | `music:${string}`;

/** Prompts of tones, played once: what `announcement:NAME` may name. */
export type AnnouncementName = "unavailable" | "please-wait" | "confirmed" | "conference-enter" | "conference-leave";

/**
 * Built-in far ends of a call: `echo` returns each packet, `tone` plays 440 Hz, `demo` a tone and then music, a
 * `PlaySource` is played for ever, `announcement:NAME` (see `AnnouncementName`) and `announcement:music:NAME` once, then
 * silence follows and the event `prompt-ended` is told; it waits while the party does not receive. All sessions with the
 * same `conference:ID`, at most 32, hear each other; ID is 1 to 128
 * characters without control characters. A party that does not receive (hold) is not heard in its conference.
 */
export type RelayEndpoint = "echo" | "tone" | "demo" | PlaySource | `announcement:${string}` | `conference:${string}`;

/** A music source. */
export interface MusicFile {
  /** As in `music:NAME`. */
  readonly name: string;
  /**
   * Path in the file system of the media service of a WAV file of one channel at 8,000 Hz, 16-bit PCM, A-law or mu-law,
   * at most 16 MiB; absent: the built-in music.
   */
  readonly file?: string | undefined;
}

/** What the relay has to know beside calls; it keeps it also when it is started again. */
export interface RelaySettings {
  /** At most 1,000. */
  readonly music: readonly MusicFile[];
}

/** Counters of what arrived from one side; loss and jitter as RFC 3550 appendix A computes them. */
export interface SideStatistics {
  readonly tag: string;
  readonly packets: number;
  readonly bytes: number;
  readonly lost: number;
  readonly jitterMs: number;
  /** Packets that came after a later one, repetitions among them; absent where the adapter does not count them. */
  readonly outOfOrder?: number;
  /** When the last packet came, wall-clock milliseconds; absent before the first, and where the adapter does not know. */
  readonly lastPacketAtMs?: number;
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
  readonly reported?: ReportedQuality;
}

/** The last report of a side about what it was sent. */
export interface ReportedQuality {
  /** Packets, of all. */
  readonly lost: number;
  readonly jitterMs: number;
  /** 0 to 1, of what it was sent since its report before; absent where the adapter does not say. */
  readonly fractionLost?: number;
}

export interface RelaySessionSummary {
  readonly callId: string;
  readonly createdAtMs: number;
  readonly ports: readonly number[];
  readonly sides: readonly SideStatistics[];
  /** The relay was started again meanwhile, and has counted from then on; absent: it has counted from the start. */
  readonly isPartial?: boolean;
  /** The announcement that is its built-in far end is over, as `prompt-ended` has told; absent: not so. */
  readonly hasPromptEnded?: boolean;
}

/** What the relay tells unasked. `media-timeout` repeats until the session is released or packets come again. */
export type RelayEvent =
  | {
      readonly type: "media-timeout";
      readonly callId: string;
      readonly silentMs: number;
      /** The silence after which this is told. */
      readonly timeoutMs: number;
      /** The sides that should send, none of which does; absent where the adapter does not know. */
      readonly silentTags?: readonly string[];
    }
  | { readonly type: "first-packet"; readonly callId: string; readonly tag: string }
  /** A side has sent a DTMF digit by RFC 4733: one of `0` to `9`, `*`, `#`, `A` to `D`. */
  | { readonly type: "digit"; readonly callId: string; readonly tag: string; readonly digit: string }
  /** An announcement has been played to its end. */
  | { readonly type: "prompt-ended"; readonly callId: string };

/**
 * Anchors the RTP and RTCP of calls: takes one side's SDP, returns SDP for the other side that points at the relay.
 * Repeating an offer or answer (early media, re-INVITE, UPDATE) keeps the ports and opens the choice of source again.
 * @throws {MediaError} `no-ports`, `relay-unreachable`, `offer-refused`, `sdp-malformed`, `unknown-session`,
 * `no-common-codec`, `conference-full`
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
  /**
   * Answers `sdp` of `fromTag` by a built-in far end; `toTag` must not be a phone's side. Where the party has been sent
   * an SDP that says the same, for a call with a phone, that is the answer.
   */
  answerByEndpoint(key: RelayKey, endpoint: RelayEndpoint, sdp: string, options: RelayOptions): Promise<string>;
  /** Makes an offer of one audio stream of a built-in far end, named `fromTag`, to `toTag` (INVITE without SDP); then `answer`. */
  offerByEndpoint(key: RelayKey, endpoint: RelayEndpoint): Promise<string>;
  /**
   * Makes the session `callId` of sides of other sessions, or of the same one: its side "caller" is `caller`, its side
   * "callee" is `callee`, or new when that is absent. A side keeps its ports, the source of its RTP, its last offer and
   * the o= line it is sent, so that the same offer and answer give what its party has already. Until the next offer or
   * answer the new session relays nothing. What is left of the old sessions is silent, what was played to their sides
   * ends, and their built-in far ends are gone; each waits for its release, and has the figures of a side that left it
   * until then. In the new session the sides count anew.
   * @throws {MediaError} `offer-refused` when there is a session `callId`, when both sides are the same, or when one is a
   * built-in far end; `unknown-session` when there is no such session or side, or the side has left it; `no-ports` when
   * there are too many sessions. Nothing has changed then.
   */
  join(callId: string, caller: SideRef, callee?: SideRef): Promise<void>;
  /**
   * Lets the side `tag` hear `source` instead of the other side, until called with undefined: at once, or as soon as a
   * codec is agreed, as long as the side receives, also with another codec after the next offer and answer. Only G.711
   * can be played; with other codecs, and over SRTP, the side hears nothing. A music source that is not known or cannot
   * be read is the built-in music. What the side sends is relayed all the while.
   * @throws {MediaError} `unknown-session` when there is no such session or side, or the side has left it;
   * `offer-refused` when the side is a built-in far end
   */
  play(callId: string, tag: string, source: PlaySource | undefined): Promise<void>;
  /**
   * Sends the side `tag` a DTMF digit as RFC 4733 events, one of `0` to `9`, `*`, `#`, `A` to `D`: for 160 ms, in which it
   * hears nothing else, and a pause of 80 ms. Resolves with true when it is over, which is sooner
   * when the side is played to or goes into another session; with false, and nothing sent, when the side has not agreed on
   * telephone events, does not receive, is played to, or is connected with a built-in far end.
   * @throws {MediaError} `unknown-session` when there is no such session or side; `offer-refused` when the side is a
   * built-in far end, or while another digit is sent to it: nothing is sent then
   */
  sendDigit(callId: string, tag: string, digit: string): Promise<boolean>;
  /** Replaces the settings; music that plays already goes on. */
  configure(settings: RelaySettings): Promise<void>;
  /** Ends a session and returns its last figures; releasing an unknown call succeeds and returns nothing. */
  release(callId: string): Promise<RelaySessionSummary | undefined>;
  /** The figures of a session so far; undefined when there is none. */
  inspect(callId: string): Promise<RelaySessionSummary | undefined>;
  list(): Promise<readonly RelaySessionSummary[]>;
  close(): void;
}
