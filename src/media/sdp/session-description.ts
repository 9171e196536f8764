import type { Direction } from "./direction.ts";

/** One RTP payload type of a media line. */
export interface Codec {
  /** 0 to 127. */
  readonly payloadType: number;
  /** Encoding name as written, such as `PCMU` or `telephone-event`. */
  readonly name: string;
  readonly clockRateHz: number;
  /** Channels or other encoding parameters of the rtpmap; absent means one channel. */
  readonly encoding?: string;
  /** The text of its fmtp. */
  readonly parameters?: string;
}

/** One m= section. */
export interface MediaDescription {
  readonly type: string;
  /** 0 when the stream is refused or disabled. */
  readonly port: number;
  /** Number of port pairs, as in `m=video 49170/2`. */
  readonly portCount: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  /** Literal address of the effective c= line; absent only when `port` is 0. */
  readonly address?: string;
  /** The address is 0.0.0.0 or `::`: the old way to hold. */
  readonly isHeldByAddress: boolean;
  /** What the attribute says; the section's own before the session's. */
  readonly direction: Direction;
  /** Where RTCP is wanted when not one port above RTP (RFC 3605). */
  readonly rtcp?: { readonly port: number; readonly address?: string };
  readonly hasCrypto: boolean;
  /** In the order of the m= line; formats that nothing describes are left out. */
  readonly codecs: readonly Codec[];
  readonly packetTimeMs?: number;
  /** The section as received, first its m= line. */
  readonly lines: readonly string[];
}

/** A parsed SDP; `lines` are those before the first m=. */
export interface SessionDescription {
  readonly lines: readonly string[];
  readonly media: readonly MediaDescription[];
}

/** True for a codec that carries DTMF events (RFC 4733). */
export function isTelephoneEvent(codec: Codec): boolean {
  return codec.name.toLowerCase() === "telephone-event";
}
