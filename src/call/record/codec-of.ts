/** Static payload types of RFC 3551 that need no rtpmap. */
const STATIC = new Map([
  ["0", "PCMU/8000"],
  ["3", "GSM/8000"],
  ["8", "PCMA/8000"],
  ["9", "G722/8000"],
  ["18", "G729/8000"],
]);

/** The first codec of the first audio medium of an answer, for example `PCMA/8000`; undefined when there is none. */
export function codecOf(sdp: string): string | undefined {
  const payload = /^m=audio [1-9]\d* \S+ (\d+)/m.exec(sdp)?.[1];
  if (payload === undefined) return undefined;
  const mapped = new RegExp(`^a=rtpmap:${payload} (\\S{1,64})`, "m").exec(sdp)?.[1];
  return mapped ?? STATIC.get(payload);
}
