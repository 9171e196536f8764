/**
 * What a device sends in a call, as the relay has received it until now, and what is known of the way to it. What the relay
 * cannot tell is absent. Octets are those of RTP packets with their headers.
 */
export interface MediaQualityView {
  readonly device: string;
  readonly connectionId: string;
  /** For example `PCMA/8000`; absent while nothing is agreed on. */
  readonly codec?: string;
  readonly packetTimeMs?: number;
  readonly packetsReceived: number;
  readonly octetsReceived: number;
  /** RFC 3550 A.3: repetitions count against it. */
  readonly packetsLost: number;
  /** 0 to 100, of the packets that should have come. */
  readonly lossPercent: number;
  /** Came after a later one; some of them may be repetitions. */
  readonly packetsOutOfOrder?: number;
  /** RFC 3550 A.8. */
  readonly jitterMs: number;
  /** When the last packet came, milliseconds since 1970; absent: none has. */
  readonly lastPacketMs?: number;
  /** To the device. */
  readonly packetsSent?: number;
  readonly octetsSent?: number;
  /** Between relay and device, by RTCP. */
  readonly roundTripMs?: number;
  /** What the device has said last, by RTCP, of what it was sent. */
  readonly reported?: ReportedQualityView;
  /** 1 to 4.5 of what was received, as in the call's record; absent without packets. */
  readonly mos?: number;
  /** The relay was started again meanwhile, and has counted from then on. */
  readonly isPartial?: true;
}

/** What a device says of what it was sent. */
export interface ReportedQualityView {
  readonly packetsLost: number;
  /** 0 to 100, of what it was sent since its report before. */
  readonly lossPercent?: number;
  readonly jitterMs: number;
}

/** The media of a call that goes on: a side for each device whose media the relay carries. */
export interface CallQuality {
  /** When it was so, milliseconds since 1970. */
  readonly atMs: number;
  readonly sides: readonly MediaQualityView[];
}
