import { write } from "sdp-transform";
import { answerTo, canReceive, canSend, effectiveDirection, type Direction } from "./direction.ts";
import { codecName } from "./answer-fit.ts";
import { networkAddress } from "./origin.ts";
import { parseSessionDescription } from "./parse-session-description.ts";
import { isTelephoneEvent, type Codec, type MediaDescription } from "./session-description.ts";
import { audioSection, refusedSection, type WrittenMedia } from "./written-media.ts";

/** Where something that is no phone takes and sends one audio stream, and how. */
export interface AudioTerminal {
  /** Literal IP address. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Encoding names, the preferred one first: `PCMA`, or with the clock rate, `PCMA/8000`. */
  readonly codecs: readonly string[];
  /** Numbers of o=; the version is to rise with each description that differs. */
  readonly sessionId: number;
  readonly version: number;
}

/** A stream that was agreed on, as the terminal sees it. */
export interface AgreedAudio {
  /** Where it sends to. */
  readonly remote: { readonly address: string; readonly port: number };
  /** For example `PCMA/8000`. */
  readonly codec: string;
  readonly packetTimeMs: number;
  readonly sends: boolean;
  readonly receives: boolean;
}

export interface TerminalAnswer {
  readonly sdp: string;
  readonly audio: AgreedAudio;
}

const TELEPHONE_EVENT: Codec = { payloadType: 101, name: "telephone-event", clockRateHz: 8_000, parameters: "0-15" };
const DEFAULT_PACKET_TIME_MS = 20;
const FIRST_DYNAMIC = 102;
/** What is offered of a name without a clock rate; RFC 3551, RFC 7587. */
const WELL_KNOWN: Readonly<Record<string, Codec>> = {
  pcmu: { payloadType: 0, name: "PCMU", clockRateHz: 8_000 },
  gsm: { payloadType: 3, name: "GSM", clockRateHz: 8_000 },
  pcma: { payloadType: 8, name: "PCMA", clockRateHz: 8_000 },
  g722: { payloadType: 9, name: "G722", clockRateHz: 8_000 },
  g729: { payloadType: 18, name: "G729", clockRateHz: 8_000 },
  opus: { payloadType: 96, name: "opus", clockRateHz: 48_000, encoding: "2" },
};

/**
 * The terminal's answer to an offer: the first audio stream with a codec that it has, in the order of the offer, and
 * telephone events; other streams are refused. It does no SRTP. Undefined: nothing goes with the offer.
 */
export function answerAsTerminal(offer: string, terminal: AudioTerminal): TerminalAnswer | undefined {
  const parsed = parseSessionDescription(offer);
  if (!parsed.ok) return undefined;
  const { media } = parsed.value;
  const index = media.findIndex((section) => codecFor(section, terminal) !== undefined);
  const chosen = media[index];
  const codec = chosen && codecFor(chosen, terminal);
  if (chosen === undefined || codec === undefined) return undefined;
  const direction = answerTo(effectiveDirection(chosen));
  const events = chosen.codecs.find((one) => isTelephoneEvent(one) && one.clockRateHz === codec.clockRateHz);
  const codecs = events === undefined ? [codec] : [codec, events];
  const packetTimeMs = chosen.packetTimeMs ?? DEFAULT_PACKET_TIME_MS;
  const answered = audioSection({ codecs, protocol: chosen.protocol, direction, packetTimeMs, ...placeOf(terminal) });
  const sections = media.map((section, at) => (at === index ? answered : refusedSection(section, terminal.address)));
  return { sdp: writeWith(sections, terminal), audio: agreed(chosen, codec, direction, packetTimeMs) };
}

/** An offer of all that the terminal has, in one audio stream. */
export function offerAsTerminal(terminal: AudioTerminal): string {
  const codecs = [...terminal.codecs.map(codecNamed), TELEPHONE_EVENT];
  const audio = audioSection({
    codecs,
    protocol: "RTP/AVP",
    direction: "sendrecv",
    packetTimeMs: DEFAULT_PACKET_TIME_MS,
    ...placeOf(terminal),
  });
  return writeWith([audio], terminal);
}

/** What was agreed on by the answer to an offer of the terminal; undefined: nothing. */
export function agreedByAnswer(answer: string, terminal: AudioTerminal): AgreedAudio | undefined {
  const parsed = parseSessionDescription(answer);
  const chosen = parsed.ok ? parsed.value.media[0] : undefined;
  const codec = chosen && codecFor(chosen, terminal);
  if (chosen === undefined || codec === undefined) return undefined;
  const direction = answerTo(effectiveDirection(chosen));
  return agreed(chosen, codec, direction, chosen.packetTimeMs ?? DEFAULT_PACKET_TIME_MS);
}

function agreed(
  { address = "", port }: MediaDescription,
  codec: Codec,
  direction: Direction,
  packetTimeMs: number,
): AgreedAudio {
  return {
    remote: { address, port },
    codec: `${codec.name}/${codec.clockRateHz}`,
    packetTimeMs,
    sends: canSend(direction),
    receives: canReceive(direction),
  };
}

function codecFor(media: MediaDescription, { codecs }: AudioTerminal): Codec | undefined {
  if (media.type !== "audio" || media.port === 0 || media.protocol.includes("SAVP")) return undefined;
  const known = new Set(codecs.map((name) => codecName(codecNamed(name, 0))));
  return media.codecs.find((codec) => !isTelephoneEvent(codec) && known.has(codecName(codec)));
}

function codecNamed(text: string, index: number): Codec {
  const [name = "", rate = ""] = text.split("/");
  const known = WELL_KNOWN[name.toLowerCase()];
  const clockRateHz = Number(rate) || (known?.clockRateHz ?? 8_000);
  if (known?.clockRateHz === clockRateHz) return known;
  return { payloadType: FIRST_DYNAMIC + index, name, clockRateHz };
}

function placeOf({ address, port }: AudioTerminal): Pick<AudioTerminal, "address" | "port"> {
  return { address, port };
}

function writeWith(media: WrittenMedia[], { address, sessionId, version }: AudioTerminal): string {
  const session = { version: 0, name: "tandem", timing: { start: 0, stop: 0 }, media };
  const body = write(session as unknown as Parameters<typeof write>[0]);
  const afterVersion = body.indexOf("\r\n") + 2;
  const origin = `o=- ${sessionId} ${version} ${networkAddress(address)}\r\n`;
  return body.slice(0, afterVersion) + origin + body.slice(afterVersion);
}
