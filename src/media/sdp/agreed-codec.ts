import type { G711Law } from "../rtp/g711.ts";
import { codecName, type OfferedFormats } from "./answer-fit.ts";
import { isG711 } from "./endpoint-description.ts";
import { isTelephoneEvent, type Codec, type MediaDescription } from "./session-description.ts";

/** How somebody wants to get the codec that was agreed. */
export interface AgreedCodec {
  readonly payloadType: number;
  /** Absent for what is not G.711. */
  readonly law?: G711Law;
  /** Payload types of telephone events (RFC 4733), one for each clock rate; absent: there are none. */
  readonly eventTypes?: readonly number[];
}

/** For both sides of an answer: each gets the payload types of its own SDP (RFC 3264 5.1, 6.1). */
export interface AgreedCodecs {
  readonly offerer: AgreedCodec;
  readonly answerer: AgreedCodec;
}

export function lawOf({ name }: Codec): G711Law | undefined {
  const upper = name.toUpperCase();
  return upper === "PCMU" || upper === "PCMA" ? upper : undefined;
}

/**
 * The first G.711 of an answer that the offer has too, since any codec of an answer may be sent; without one, the first
 * codec of the answer; undefined when nothing describes it.
 * @param offered absent: not known any more, and taken to be the same
 */
export function agreedCodecs(answer: MediaDescription, offered: OfferedFormats | undefined): AgreedCodecs | undefined {
  const offeredType = (codec: Codec): number | undefined =>
    offered === undefined ? codec.payloadType : offered.payloadTypes.get(codecName(codec));
  const found = answer.codecs.find((codec) => isG711(codec) && offeredType(codec) !== undefined) ?? answer.codecs[0];
  if (found === undefined) return undefined;
  const law = isG711(found) ? lawOf(found) : undefined;
  const events = answer.codecs.filter((codec) => isTelephoneEvent(codec) && offeredType(codec) !== undefined);
  const agreed = (typeOf: (codec: Codec) => number): AgreedCodec => ({
    payloadType: typeOf(found),
    ...(law === undefined ? {} : { law }),
    ...(events.length === 0 ? {} : { eventTypes: events.map(typeOf) }),
  });
  return {
    answerer: agreed(({ payloadType }) => payloadType),
    offerer: agreed((codec) => offeredType(codec) ?? codec.payloadType),
  };
}
