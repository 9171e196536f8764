import type { Direction } from "./direction.ts";
import { networkAddress } from "./origin.ts";
import type { MediaDescription, SessionDescription } from "./session-description.ts";

/** What a relayed stream becomes. */
export interface RelayedMedia {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** Replaces the direction attribute; absent leaves it as it is. */
  readonly direction?: Direction;
}

/** Attributes that tell where a phone is, or that need the phones to talk without a relay between them. */
const DROPPED_ATTRIBUTES: ReadonlySet<string> = new Set([
  "alt",
  "bundle-only",
  "candidate",
  "connection",
  "end-of-candidates",
  "fingerprint",
  "ice-lite",
  "ice-mismatch",
  "ice-options",
  "ice-pacing",
  "ice-pwd",
  "ice-ufrag",
  "ice2",
  "remote-candidates",
  "rtcp-mux",
  "rtcp-mux-only",
  "setup",
  "source-filter",
  "tls-id",
  "zrtp-hash",
]);
const DIRECTION_LINE = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/;

/**
 * The SDP for the other side, without an o= line (see `stampOrigin`): addresses and ports are the relay's, `media[i]`
 * absent gives the stream port 0; all else stays word for word and in its order, which writing it anew with
 * sdp-transform would not do.
 */
export function rewriteForRelay(
  description: SessionDescription,
  address: string,
  media: readonly (RelayedMedia | undefined)[],
): string {
  const session = description.lines.filter((line) => !/^[oc]=/.test(line) && !/^a=rtcp:/.test(line) && isKept(line));
  if (!session.some((line) => line.startsWith("s="))) session.splice(1, 0, "s=-");
  if (!session.some((line) => line.startsWith("t="))) session.splice(sessionTimePosition(session), 0, "t=0 0");
  const sections = description.media.map((section, index) => {
    const relayed = media[index];
    return relayed === undefined ? refusedSection(section, address) : relayedSection(section, address, relayed);
  });
  return [...session, ...sections.flat()].join("\r\n") + "\r\n";
}

function isKept(line: string): boolean {
  if (!line.startsWith("a=")) return true;
  const colon = line.indexOf(":");
  const name = colon < 0 ? line.slice(2).trimEnd() : line.slice(2, colon);
  if (name === "group") return !line.startsWith("a=group:BUNDLE");
  return !DROPPED_ATTRIBUTES.has(name.toLowerCase());
}

/** RFC 4566 5: t= comes before z=, k= and a=. */
function sessionTimePosition(lines: readonly string[]): number {
  const position = lines.findIndex((line) => /^[rzka]=/.test(line));
  return position < 0 ? lines.length : position;
}

function withPort(line: string, port: number): string {
  return line.replace(/^(m=\S+ )\d+(\/\d+)?/, (_, before: string) => `${before}${port}`);
}

/** A refused stream says nothing more (RFC 3264 6), so that keys and addresses of it go no further. */
function refusedSection(section: MediaDescription, address: string): string[] {
  const [first = "", ...rest] = section.lines;
  return [withPort(first, 0), `c=${networkAddress(address)}`, ...rest.filter((line) => line.startsWith("a=mid:"))];
}

function relayedSection(section: MediaDescription, address: string, relayed: RelayedMedia): string[] {
  const [first = "", ...rest] = section.lines;
  const titles = rest.filter((line) => line.startsWith("i="));
  const kept: string[] = [];
  for (const line of rest) {
    if (/^[ci]=/.test(line) || !isKept(line)) continue;
    if (relayed.direction !== undefined && DIRECTION_LINE.test(line)) continue;
    kept.push(line.startsWith("a=rtcp:") ? rtcpLine(line, address, relayed.rtcpPort) : line);
  }
  if (relayed.direction !== undefined) kept.push(`a=${relayed.direction}`);
  return [withPort(first, relayed.rtpPort), ...titles, `c=${networkAddress(address)}`, ...kept];
}

function rtcpLine(line: string, address: string, port: number): string {
  return line.includes(" ") ? `a=rtcp:${port} ${networkAddress(address)}` : `a=rtcp:${port}`;
}
