import type { WireFrame } from "../../support/wire-client.ts";
import { compareMessages, differing } from "./compare-message.ts";
import type { RecordedFrame } from "./transcript.ts";
import type { Translation } from "./translation.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What differs from run to run; the same kind of thing has to stand there now. */
const KINDS: Readonly<Record<string, RegExp>> = {
  time: /^\d\d:\d\d:\d\d\.\d{6}$/,
  version: /^v\d+\.\d+\.\d+/,
  "host and ports": /^(?:udp|tcp)\/[\d.]+:\d+(?:,(?:udp|tcp)\/[\d.]+:\d+)*$/,
};

/** How a frame of the server differs from the recorded one, in words; empty when it means the same. */
export function compareFrames(recorded: RecordedFrame, actual: WireFrame, translation: Translation): string[] {
  const problems = compareMessages(recorded.text, actual.text, translation);
  problems.push(...differing("number of tokens", String(recorded.tokens.length), String(actual.tokens.length)));
  const bytesAt = placeOfBytes(recorded.tokens);
  for (const [index, was] of recorded.tokens.entries()) {
    const is = actual.tokens[index] ?? "";
    if (index === bytesAt) problems.push(...compareBytes(was, is, actual.text));
    else if (bytesAt > 0 && index === bytesAt + 3)
      problems.push(...comparePorts(recorded.tokens, actual, index, translation));
    else if (isLocalPort(recorded.tokens, index))
      problems.push(...comparePorts(recorded.tokens, actual, index, translation));
    else problems.push(...compareTokens(index, was, is, translation));
  }
  return problems;
}

function compareTokens(index: number, was: string, is: string, translation: Translation): string[] {
  if (UUID.test(was)) return UUID.test(is) && translation.learn(was, is) ? [] : [`token ${index}: another id`];
  const kind = Object.entries(KINDS).find(([, pattern]) => pattern.test(was));
  if (kind === undefined) return differing(`token ${index}`, translation.text(was), is);
  const [name, pattern] = kind;
  return pattern.test(is) ? [] : [`token ${index}: not a ${name}`];
}

/** Index of the byte count, which a protocol, an address and a port follow; -1 when there is none. */
function placeOfBytes(tokens: readonly string[]): number {
  if (tokens[1] === "sip") return 3;
  return tokens[1] === "response" && ["application", "network"].includes(tokens[4] ?? "") ? 5 : -1;
}

/** A new request ends with the address and port that it came to. */
function isLocalPort(tokens: readonly string[], index: number): boolean {
  return tokens[1] === "sip" && index === 11;
}

/** The count is that of the message; 0 stays what it is: nothing came from the network. */
function compareBytes(was: string, is: string, text: string): string[] {
  return differing("byte count", was === "0" ? "0" : String(text.length), is);
}

function comparePorts(
  was: readonly string[],
  { tokens }: WireFrame,
  index: number,
  translation: Translation,
): string[] {
  const place = `${was[index - 1] ?? ""}:${was[index] ?? ""}`;
  return differing("address", translation.text(place), `${tokens[index - 1] ?? ""}:${tokens[index] ?? ""}`);
}
