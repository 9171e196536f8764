import type { RecordMedia } from "./call-record.ts";

/** Static payload types of RFC 3551 that need no rtpmap. */
const STATIC = new Map([
  ["0", "PCMU/8000"],
  ["3", "GSM/8000"],
  ["8", "PCMA/8000"],
  ["9", "G722/8000"],
  ["18", "G729/8000"],
]);

interface Audio {
  readonly port: string;
  readonly payloads: readonly string[];
  /** From the medium's line on. */
  readonly section: string;
}

/** The first codec of the first audio medium of an answer, for example `PCMA/8000`; undefined when there is none. */
export function codecOf(sdp: string): string | undefined {
  const audio = audioOf(sdp);
  return audio === undefined || audio.port === "0" ? undefined : codecIn(audio);
}

/** What two session descriptions, ours and the device's, agree on for the first audio medium; undefined: nothing. */
export function agreedMedia(localSdp = "", remoteSdp = ""): RecordMedia | undefined {
  const [local, remote] = [audioOf(localSdp), audioOf(remoteSdp)];
  // Of an offer and its answer, the answer has what was chosen: no more than was offered.
  const answer = remote !== undefined && remote.payloads.length < (local?.payloads.length ?? 99) ? remote : local;
  const codec = answer === undefined || answer.port === "0" ? undefined : codecIn(answer);
  if (codec === undefined) return undefined;
  const packetMs = packetMsIn(remote) || packetMsIn(local);
  const [to, from] = [placeOf(remoteSdp, remote), placeOf(localSdp, local)];
  return {
    codec,
    ...(packetMs > 0 ? { packetMs } : {}),
    ...(to === undefined ? {} : { remote: to }),
    ...(from === undefined ? {} : { local: from }),
  };
}

function audioOf(sdp: string): Audio | undefined {
  const start = sdp.search(/^m=audio /m);
  if (start < 0) return undefined;
  const next = sdp.indexOf("\nm=", start + 1);
  const section = sdp.slice(start, next < 0 ? undefined : next);
  const [, port = "0", payloads = ""] = /^m=audio (\d{1,5})\S* \S+ ([\d ]+)/.exec(section) ?? [];
  return { port, payloads: payloads.trim().split(" "), section };
}

function codecIn({ payloads: [payload = ""], section }: Audio): string | undefined {
  for (const [, type, mapped] of section.matchAll(/^a=rtpmap:(\d{1,3}) (\S{1,64})/gm)) {
    if (type === payload) return mapped;
  }
  return STATIC.get(payload);
}

/** 0 where nothing is said. */
function packetMsIn(audio: Audio | undefined): number {
  return Number(/^a=ptime:(\d{1,3})/m.exec(audio?.section ?? "")?.[1] ?? 0);
}

function placeOf(sdp: string, audio: Audio | undefined): string | undefined {
  if (audio === undefined || audio.port === "0") return undefined;
  const pattern = /^c=IN IP[46] (\S{1,64})/m;
  const address = (pattern.exec(audio.section) ?? pattern.exec(sdp))?.[1];
  if (address === undefined || address === "0.0.0.0" || address === "::") return undefined;
  return address.includes(":") ? `[${address}]:${audio.port}` : `${address}:${audio.port}`;
}
