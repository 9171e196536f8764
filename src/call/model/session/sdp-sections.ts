/** A session description, cut before each m= line; the parts together are the whole. */
export interface SdpSections {
  readonly session: string;
  readonly media: readonly string[];
}

/** What a section is about; a port of 0 refuses the stream (RFC 3264 6). */
export interface SectionHead {
  readonly type: string;
  readonly isRefused: boolean;
}

export function splitSdp(sdp: string): SdpSections {
  const [session = "", ...media] = sdp.split(/^(?=m=)/m);
  return session.startsWith("m=") ? { session: "", media: [session, ...media] } : { session, media };
}

export function joinSdp(session: string, media: readonly string[]): string {
  return [session, ...media].map(withLineEnd).join("");
}

export function headOf(section: string): SectionHead {
  const [, type = "", port = ""] = /^m=(\S+) (\d+)/.exec(section) ?? [];
  return { type, isRefused: Number(port) === 0 };
}

/** True when any stream is taken. */
export function hasStream(sdp: string): boolean {
  return /^m=\S+ 0*[1-9]/m.test(sdp);
}

/** The stream that says who holds: the first audio that is not refused, else whatever is not, else the first; -1: none. */
export function mainStream(media: readonly string[]): number {
  const heads = media.map(headOf);
  const audio = heads.findIndex(({ type, isRefused }) => type === "audio" && !isRefused);
  if (audio >= 0) return audio;
  return Math.max(
    heads.findIndex(({ isRefused }) => !isRefused),
    Math.min(media.length, 1) - 1,
  );
}

function withLineEnd(part: string): string {
  return part === "" || part.endsWith("\n") ? part : `${part}\r\n`;
}
