/** A description of one or more audio streams, to be written as a phone would. */
export interface AudioSdp {
  readonly port: number;
  /** Of c= and o=; default 127.0.0.1. */
  readonly address?: string;
  /** Default `RTP/AVP`. */
  readonly protocol?: string;
  /** Payload types in order of preference, with what rtpmap says of them; default PCMA, PCMU and events as 101. */
  readonly formats?: readonly (readonly [payloadType: number, name: string])[];
  /** Further lines of the section. */
  readonly lines?: readonly string[];
  /** Further lines of the session. */
  readonly sessionLines?: readonly string[];
  /** Of o=; default 1. */
  readonly version?: number;
}

const USUAL = [
  [8, "PCMA/8000"],
  [0, "PCMU/8000"],
  [101, "telephone-event/8000"],
] as const;

export function audioSdp(options: AudioSdp): string {
  const { port, address = "127.0.0.1", protocol = "RTP/AVP", formats = USUAL, version = 1 } = options;
  return [
    "v=0",
    `o=phone 7 ${version} IN IP4 ${address}`,
    "s=-",
    `c=IN IP4 ${address}`,
    "t=0 0",
    ...(options.sessionLines ?? []),
    `m=audio ${port} ${protocol} ${formats.map(([payloadType]) => payloadType).join(" ")}`,
    ...formats.map(([payloadType, name]) => `a=rtpmap:${payloadType} ${name}`),
    ...(options.lines ?? []),
    "",
  ].join("\r\n");
}

/** The payload types of the first audio stream, in order. */
export function payloadTypesOf(sdp: string): number[] {
  const formats = /^m=audio \d+ \S+ (.*)$/m.exec(sdp)?.[1] ?? "";
  return formats.trim().split(" ").map(Number);
}

/** The payload type that an SDP gives to telephone events; NaN when it has none. */
export function eventTypeOf(sdp: string): number {
  return Number(/^a=rtpmap:(\d+) telephone-event\//m.exec(sdp)?.[1]);
}
