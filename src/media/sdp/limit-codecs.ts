import { parseSessionDescription } from "./parse-session-description.ts";
import { isTelephoneEvent, type Codec, type MediaDescription } from "./session-description.ts";

/**
 * An SDP whose RTP audio streams have these codecs only, the preferred one first; undefined when no audio stream is
 * left. Telephone events and comfort noise stay, a stream with nothing else is refused by its port (RFC 3264 5.1, 6),
 * and other media stay as they are. What cannot be parsed is returned as it came: who takes it next refuses it.
 * @param codecs encoding names, whatever their case; one or more
 */
export function limitCodecs(sdp: string, codecs: readonly string[]): string | undefined {
  const parsed = parseSessionDescription(sdp);
  if (!parsed.ok) return sdp;
  const { lines, media } = parsed.value;
  const names = codecs.map((name) => name.toLowerCase());
  const sections = media.map((section) => (isLimited(section) ? limitSection(section, names) : section.lines));
  const audio = media.flatMap((section, index) => (isLimited(section) ? [sections[index]] : []));
  if (audio.length > 0 && audio.every((section) => section === undefined)) return undefined;
  const text = media.map((section, index) => sections[index] ?? refusedLines(section));
  return [...lines, ...text.flat()].join("\r\n") + "\r\n";
}

function isLimited({ type, port, protocol }: MediaDescription): boolean {
  return type === "audio" && port !== 0 && /(^|\/)RTP\//.test(protocol);
}

function limitSection(section: MediaDescription, names: readonly string[]): readonly string[] | undefined {
  const { codecs, formats, lines } = section;
  const wanted = names.flatMap((name) => codecs.filter((codec) => codec.name.toLowerCase() === name));
  if (wanted.length === 0) return undefined;
  const kept = [...wanted, ...codecs.filter(goesWithAny)].map(({ payloadType }) => String(payloadType));
  if (kept.join(" ") === formats.map((format) => String(Number(format))).join(" ")) return lines;
  const [first = "", ...rest] = lines;
  const isKept = (line: string): boolean => {
    const payloadType = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}) /.exec(line)?.[1];
    return payloadType === undefined || kept.includes(String(Number(payloadType)));
  };
  return [first.replace(/^(m=\S+ \S+ \S+) .*$/, `$1 ${kept.join(" ")}`), ...rest.filter(isKept)];
}

function goesWithAny(codec: Codec): boolean {
  return isTelephoneEvent(codec) || codec.name.toLowerCase() === "cn";
}

function refusedLines({ lines }: MediaDescription): string[] {
  const [first = "", ...rest] = lines;
  return [first.replace(/^(m=\S+) \S+/, "$1 0"), ...rest.filter((line) => /^(c=|a=mid:)/.test(line))];
}
