import { isTelephoneEvent, type Codec, type MediaDescription } from "./session-description.ts";

/** What an answer to a stream is held against. */
export interface OfferedFormats {
  readonly isSecure: boolean;
  /** Names of what carries speech or pictures. */
  readonly names: ReadonlySet<string>;
  /** Payload types of what is described, by name. */
  readonly payloadTypes: ReadonlyMap<string, number>;
}

export function offeredFormats(media: MediaDescription): OfferedFormats {
  const payloadTypes = new Map(media.codecs.map((codec) => [codecName(codec), codec.payloadType]));
  return { isSecure: isSecure(media), names: new Set(namesOf(media)), payloadTypes };
}

/**
 * True when an answered stream can carry anything of what was offered: it is as secure as the offer (RFC 3264 6: the
 * profile is that of the offer; AVP for AVPF is let pass) and has a format in common with it.
 */
export function fitsOffer(answer: MediaDescription, offered: OfferedFormats): boolean {
  return isSecure(answer) === offered.isSecure && namesOf(answer).some((name) => offered.names.has(name));
}

function isSecure({ protocol }: MediaDescription): boolean {
  return protocol.includes("SAVP");
}

/** Payload types that nothing describes are compared by their number. */
function namesOf({ formats, codecs }: MediaDescription): string[] {
  const described = new Set(codecs.map(({ payloadType }) => String(payloadType)));
  const unknown = formats.filter((format) => !described.has(String(Number(format)))).map((format) => `#${format}`);
  return [...codecs.filter(carriesMedia).map(codecName), ...unknown];
}

function carriesMedia(codec: Codec): boolean {
  return !isTelephoneEvent(codec) && !/^(cn|red|rtx|ulpfec|flexfec)$/i.test(codec.name);
}

/** What two descriptions of one codec have in common. */
export function codecName({ name, clockRateHz }: Codec): string {
  return `${name.toLowerCase()}/${clockRateHz}`;
}
