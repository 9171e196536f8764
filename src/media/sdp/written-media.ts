import { isIP } from "node:net";
import type { write } from "sdp-transform";
import type { Direction } from "./direction.ts";
import type { Codec, MediaDescription } from "./session-description.ts";

/** A media section as it is written. */
export type WrittenMedia = Parameters<typeof write>[0]["media"][number];

export interface AudioSection {
  readonly codecs: readonly Codec[];
  readonly protocol: string;
  readonly direction: Direction;
  /** Absent: nothing is said of it. */
  readonly packetTimeMs: number | undefined;
  /** Literal IP address. */
  readonly address: string;
  readonly port: number;
}

/** One audio stream. */
export function audioSection({ codecs, protocol, direction, packetTimeMs, address, port }: AudioSection): WrittenMedia {
  return {
    type: "audio",
    port,
    protocol,
    payloads: codecs.map(({ payloadType }) => payloadType).join(" "),
    connection: connectionOf(address),
    rtp: codecs.map(({ payloadType, name, clockRateHz, encoding }) => ({
      payload: payloadType,
      codec: name,
      rate: clockRateHz,
      ...(encoding === undefined ? {} : { encoding: Number(encoding) }),
    })),
    fmtp: codecs.flatMap(({ payloadType, parameters }) =>
      parameters === undefined ? [] : [{ payload: payloadType, config: parameters }],
    ),
    ...(packetTimeMs === undefined ? {} : { ptime: packetTimeMs }),
    direction,
  };
}

/** A stream that is not taken (RFC 3264 6). */
export function refusedSection({ type, protocol, formats }: MediaDescription, address: string): WrittenMedia {
  return { type, port: 0, protocol, payloads: formats.join(" "), connection: connectionOf(address), rtp: [], fmtp: [] };
}

function connectionOf(address: string): { version: number; ip: string } {
  return { version: isIP(address) === 6 ? 6 : 4, ip: address };
}
