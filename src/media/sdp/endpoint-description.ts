import { write } from "sdp-transform";
import { answerTo, effectiveDirection, type Direction } from "./direction.ts";
import { codecName } from "./answer-fit.ts";
import { isRelayable } from "./relayable-media.ts";
import { isTelephoneEvent, type Codec, type MediaDescription, type SessionDescription } from "./session-description.ts";
import { audioSection, refusedSection, type WrittenMedia } from "./written-media.ts";

/** What a built-in far end takes of a phone's SDP. */
export interface EndpointChoice {
  readonly mediaIndex: number;
  readonly codec: Codec;
  readonly telephoneEvent?: Codec;
  /** The far end's direction in its answer. */
  readonly direction: Direction;
}

const TELEPHONE_EVENT: Codec = { payloadType: 101, name: "telephone-event", clockRateHz: 8000, parameters: "0-15" };
const OFFERED_CODECS: readonly Codec[] = [
  { payloadType: 0, name: "PCMU", clockRateHz: 8000 },
  { payloadType: 8, name: "PCMA", clockRateHz: 8000 },
];
const PACKET_TIME_MS = 20;

/** True for G.711 as the far ends speak it: one channel, 8 kHz. */
export function isG711(codec: Codec): boolean {
  return /^pcm[ua]$/i.test(codec.name) && codec.clockRateHz === 8000 && (codec.encoding ?? "1") === "1";
}

/**
 * Picks the first audio stream with a codec that the far end speaks, codecs in the phone's order. A far end does no
 * SRTP.
 * @param speaksAny the far end returns what it gets and may take any codec; otherwise G.711 only
 */
export function chooseEndpointMedia(
  description: SessionDescription,
  relayAddress: string,
  speaksAny: boolean,
): EndpointChoice | undefined {
  for (const [mediaIndex, media] of description.media.entries()) {
    if (media.type !== "audio" || !isRelayable(media, relayAddress) || media.protocol.startsWith("RTP/SAVP")) continue;
    const codec = media.codecs.find((candidate) => (speaksAny ? isAudio(candidate) : isG711(candidate)));
    if (codec === undefined) continue;
    const telephoneEvent = media.codecs.find(
      (candidate) => isTelephoneEvent(candidate) && candidate.clockRateHz === codec.clockRateHz,
    );
    const direction = answerTo(effectiveDirection(media));
    return { mediaIndex, codec, direction, ...(telephoneEvent === undefined ? {} : { telephoneEvent }) };
  }
  return undefined;
}

/** The far end's answer, without an o= line; streams that were not chosen are refused. */
export function writeEndpointAnswer(
  offer: SessionDescription,
  choice: EndpointChoice,
  address: string,
  rtpPort: number,
): string {
  const media = offer.media.map((section, index) =>
    index === choice.mediaIndex ? chosenSection(section, choice, address, rtpPort) : refusedSection(section, address),
  );
  return writeBody(media);
}

/**
 * A far end's own offer of G.711 and telephone events in one media line, without an o= line.
 * @param mediaIndex of the line; 0 unless it is one of `before`
 * @param before what the phone was sent last: its other lines are refused, for none may be left out (RFC 3264 8)
 */
export function writeEndpointOffer(
  address: string,
  rtpPort: number,
  mediaIndex = 0,
  before?: SessionDescription,
): string {
  const codecs = [...OFFERED_CODECS, TELEPHONE_EVENT];
  const audio = audioSection({
    codecs,
    protocol: "RTP/AVP",
    direction: "sendrecv",
    packetTimeMs: PACKET_TIME_MS,
    address,
    port: rtpPort,
  });
  const media = (before?.media ?? []).map((section) => refusedSection(section, address));
  media[mediaIndex] = audio;
  return writeBody(media);
}

/**
 * True when a phone that was sent `before` need not be told what a far end answers to its `offer`: that says the same
 * of the chosen stream, and refuses the others.
 */
export function saysTheSame(
  before: SessionDescription,
  offer: SessionDescription,
  choice: EndpointChoice,
  rtpPort: number,
): boolean {
  if (before.media.length !== offer.media.length) return false;
  return before.media.every((section, index) => {
    if (index !== choice.mediaIndex) return section.port === 0;
    if (section.port !== rtpPort || section.isHeldByAddress || section.direction !== choice.direction) return false;
    const known = new Set((offer.media[index]?.codecs ?? []).filter(isAudio).map(codecName));
    const common = section.codecs.filter((codec) => isAudio(codec) && known.has(codecName(codec)));
    return common.length === 1 && common[0]?.payloadType === choice.codec.payloadType;
  });
}

function isAudio(codec: Codec): boolean {
  return !isTelephoneEvent(codec) && !/^(cn|red|ulpfec)$/i.test(codec.name);
}

function chosenSection(
  offered: MediaDescription,
  choice: EndpointChoice,
  address: string,
  rtpPort: number,
): WrittenMedia {
  const codecs = choice.telephoneEvent === undefined ? [choice.codec] : [choice.codec, choice.telephoneEvent];
  const packetTimeMs = isG711(choice.codec) ? PACKET_TIME_MS : offered.packetTimeMs;
  const { protocol } = offered;
  return audioSection({ codecs, protocol, direction: choice.direction, packetTimeMs, address, port: rtpPort });
}

function writeBody(media: WrittenMedia[]): string {
  // The o= line comes later, and its type is not optional.
  const session = { version: 0, name: "tandem", timing: { start: 0, stop: 0 }, media };
  return write(session as unknown as Parameters<typeof write>[0]);
}
