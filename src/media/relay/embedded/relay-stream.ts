import { PayloadTable } from "../../rtp/payload-table.ts";
import type { G711Law } from "../../rtp/g711.ts";
import type { Direction } from "../../sdp/direction.ts";
import { isTelephoneEvent, type MediaDescription } from "../../sdp/session-description.ts";
import type { RelayOptions } from "../media-relay.ts";
import type { RelayLeg } from "./relay-leg.ts";
import type { TransportAddress } from "./source-lock.ts";

/** What a side was last agreed to hear. */
export interface Hearing {
  readonly payloadType: number;
  /** Absent: what the relay cannot play in. */
  readonly law?: G711Law | undefined;
  /** How it takes telephone events; absent: not at all. */
  readonly eventTypes?: readonly number[] | undefined;
  readonly receives: boolean;
}

/** One media line of a session; a side that is a built-in far end has no leg. */
export interface RelayStream {
  readonly mediaIndex: number;
  readonly payloads: PayloadTable;
  readonly legs: [RelayLeg | undefined, RelayLeg | undefined];
  /** Of sides that have left the session: without sockets, for their figures. */
  readonly formerLegs: [RelayLeg | undefined, RelayLeg | undefined];
  /** As agreed by the last answer, each side's own; `inactive` before. */
  readonly directions: [Direction, Direction];
  /** By the last answer; undefined before. They stay when a side moves to another session. */
  readonly hearing: [Hearing | undefined, Hearing | undefined];
  /** Audio without keys, which the relay may make and change. */
  isPlain: boolean;
  /** Each leg sends what the other receives; not so from a join to the next offer. */
  isConnected: boolean;
}

export function newRelayStream(mediaIndex: number): RelayStream {
  return {
    mediaIndex,
    payloads: new PayloadTable(),
    legs: [undefined, undefined],
    formerLegs: [undefined, undefined],
    directions: ["inactive", "inactive"],
    hearing: [undefined, undefined],
    isPlain: false,
    isConnected: false,
  };
}

/** See `RelayStream.isPlain`; to be told again when a leg is new. */
export function setPlain(stream: RelayStream, isPlain: boolean): void {
  stream.isPlain = isPlain;
  for (const leg of stream.legs) if (leg !== undefined) leg.rtp.canAdapt = isPlain;
}

/** Makes each leg send what the other receives. */
export function connectLegs(stream: RelayStream): void {
  const [one, other] = stream.legs;
  stream.isConnected = true;
  if (one === undefined || other === undefined) return;
  one.rtp.peer = other.rtp;
  other.rtp.peer = one.rtp;
  one.rtcp.peer = other.rtcp;
  other.rtcp.peer = one.rtcp;
}

/** Lets nothing pass any more. */
export function silenceStream(stream: RelayStream): void {
  stream.directions.fill("inactive");
  stream.isConnected = false;
  for (const leg of [...stream.legs, ...stream.formerLegs]) {
    if (leg === undefined) continue;
    leg.rtp.peer = undefined;
    leg.rtcp.peer = undefined;
  }
}

/** Where one side's SDP wants RTP and RTCP; nowhere while held by address. */
export function targetsOf(media: MediaDescription): {
  rtp: TransportAddress | undefined;
  rtcp: TransportAddress | undefined;
} {
  const { address, port, rtcp } = media;
  if (address === undefined || port === 0 || media.isHeldByAddress) return { rtp: undefined, rtcp: undefined };
  const rtcpPort = rtcp?.port ?? port + 1;
  return {
    rtp: { address, port },
    rtcp: rtcpPort > 65_535 ? undefined : { address: rtcp?.address ?? address, port: rtcpPort },
  };
}

/** Takes over what the SDP of one side says about a stream, and opens the choice of its sources. */
export function openSide(
  stream: RelayStream,
  sideIndex: 0 | 1,
  media: MediaDescription,
  { signalingAddress, latch }: RelayOptions,
  nowMs: number,
): void {
  stream.payloads.add(
    media.codecs.map((codec) => ({
      payloadType: codec.payloadType,
      clockRateHz: codec.clockRateHz,
      isTelephoneEvent: isTelephoneEvent(codec),
    })),
  );
  setPlain(stream, media.type === "audio" && !media.protocol.includes("SAVP"));
  const leg = stream.legs[sideIndex];
  const targets = targetsOf(media);
  leg?.rtp.lock.open(targets.rtp, signalingAddress, latch === "any", nowMs);
  leg?.rtcp.lock.open(targets.rtcp, signalingAddress, latch === "any", nowMs);
}
