import { isIP, SocketAddress } from "node:net";
import { parse } from "sdp-transform";
import type { Direction } from "./direction.ts";
import type { ParseResult } from "./parse-result.ts";
import type { Codec, MediaDescription, SessionDescription } from "./session-description.ts";
import { staticPayloadType } from "./static-payload-types.ts";

/** Longest SDP in bytes, most lines, most m= sections; beyond them it is malformed. */
export const SDP_LIMITS = { maxBytes: 16_384, maxLines: 512, maxMedia: 8 } as const;

/** What sdp-transform may give for a section: its grammar takes empty numbers, so nothing is sure to be one. */
interface RawAttributes {
  readonly connection?: { readonly ip?: unknown };
  readonly direction?: Direction;
  readonly rtcp?: { readonly port?: unknown; readonly address?: unknown };
  readonly crypto?: readonly unknown[];
  readonly rtp?: readonly { payload?: unknown; codec?: unknown; rate?: unknown; encoding?: unknown }[];
  readonly fmtp?: readonly { payload?: unknown; config?: unknown }[];
  readonly ptime?: unknown;
}

const failure = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/**
 * Parses an SDP and checks what a relay depends on. Line ends may be CRLF or LF.
 * @see RFC 4566 5 (lines and their order), RFC 3264 (use as offer and answer)
 */
export function parseSessionDescription(text: string): ParseResult<SessionDescription> {
  if (Buffer.byteLength(text) > SDP_LIMITS.maxBytes) return failure(`longer than ${SDP_LIMITS.maxBytes} bytes`);
  const lines = text.replace(/[\r\n]+$/, "").split(/\r?\n/);
  if (lines.length > SDP_LIMITS.maxLines) return failure(`more than ${SDP_LIMITS.maxLines} lines`);
  if (lines[0] !== "v=0") return failure("the first line is not v=0");
  if (!lines.every((line) => /^[a-z]=[^\x00-\x08\x0a-\x1f\x7f]*$/.test(line))) return failure("a line is no x=value");
  const sections = splitSections(lines);
  const [session = [], ...media] = sections;
  if (session.filter((line) => line.startsWith("o=")).length !== 1) return failure("not exactly one o= line");
  if (media.length > SDP_LIMITS.maxMedia) return failure(`more than ${SDP_LIMITS.maxMedia} media lines`);
  const raw = parse(lines.join("\r\n") + "\r\n");
  const parsed: MediaDescription[] = [];
  for (const [index, section] of media.entries()) {
    const result = parseMedia(section, raw.media[index] ?? {}, raw);
    if (!result.ok) return result;
    parsed.push(result.value);
  }
  return { ok: true, value: { lines: session, media: parsed } };
}

function splitSections(lines: readonly string[]): string[][] {
  const sections: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith("m=")) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

function parseMedia(
  lines: readonly string[],
  raw: RawAttributes,
  session: RawAttributes,
): ParseResult<MediaDescription> {
  const match = /^m=([A-Za-z0-9._+-]+) (\d{1,5})(?:\/(\d{1,3}))? ([A-Za-z0-9/._+-]+) (\S.*)$/.exec(lines[0] ?? "");
  const [, type, digits, count, protocol, formatList] = match ?? [];
  if (type === undefined || protocol === undefined || formatList === undefined) return failure("malformed m= line");
  const port = Number(digits);
  if (port > 65_535) return failure("port above 65535 in an m= line");
  const formats = formatList.trim().split(/ +/);
  if (/^(UDP\/TLS\/)?RTP\//.test(protocol) && !formats.every(isPayloadType)) return failure("bad payload type");
  const address = parseAddress(raw.connection?.ip ?? session.connection?.ip);
  if (address === undefined && port !== 0) return failure("no c= line with a literal unicast address");
  const rtcp = parseRtcp(raw.rtcp);
  const packetTimeMs = raw.ptime;
  return {
    ok: true,
    value: {
      type,
      port,
      portCount: Number(count ?? 1),
      protocol,
      formats,
      ...(address === undefined ? {} : { address }),
      isHeldByAddress: address === "0.0.0.0" || address === "::",
      direction: raw.direction ?? session.direction ?? "sendrecv",
      ...(rtcp === undefined ? {} : { rtcp }),
      hasCrypto: (raw.crypto?.length ?? 0) > 0,
      codecs: codecsOf(formats, raw),
      ...(typeof packetTimeMs === "number" && packetTimeMs > 0 ? { packetTimeMs } : {}),
      lines,
    },
  };
}

function isPayloadType(format: string): boolean {
  return /^\d{1,3}$/.test(format) && Number(format) <= 127;
}

/** A literal unicast address in its canonical spelling, as the operating system reports sources. */
function parseAddress(text: unknown): string | undefined {
  if (typeof text !== "string") return undefined;
  const family = isIP(text);
  // A copy: a part of the text would keep all of it in memory for as long as the session lives.
  if (family === 4) return /^(22[4-9]|2[34]\d|25[0-5])\./.test(text) ? undefined : Buffer.from(text).toString();
  if (family !== 6 || /^ff/i.test(text) || text.includes("%")) return undefined;
  return new SocketAddress({ address: text, family: "ipv6" }).address;
}

function parseRtcp(raw: RawAttributes["rtcp"]): MediaDescription["rtcp"] {
  const port = raw?.port;
  if (typeof port !== "number" || port < 1 || port > 65_535) return undefined;
  const address = parseAddress(raw?.address);
  return address === undefined ? { port } : { port, address };
}

function codecsOf(formats: readonly string[], raw: RawAttributes): readonly Codec[] {
  const codecs: Codec[] = [];
  for (const format of formats) {
    if (!isPayloadType(format)) continue;
    const payloadType = Number(format);
    if (codecs.some((codec) => codec.payloadType === payloadType)) continue;
    const map = raw.rtp?.find(({ payload }) => payload === payloadType);
    const known = staticPayloadType(payloadType);
    const name = typeof map?.codec === "string" && map.codec !== "" ? map.codec : known?.name;
    const clockRateHz = typeof map?.rate === "number" && map.rate > 0 ? map.rate : known?.clockRateHz;
    if (name === undefined || clockRateHz === undefined || clockRateHz > 1_000_000) continue;
    const encoding = map?.encoding;
    const parameters = raw.fmtp?.find(({ payload }) => payload === payloadType)?.config;
    codecs.push({
      payloadType,
      name,
      clockRateHz,
      ...(typeof encoding === "string" || typeof encoding === "number" ? { encoding: String(encoding) } : {}),
      ...(typeof parameters === "string" || typeof parameters === "number" ? { parameters: String(parameters) } : {}),
    });
  }
  return codecs;
}
