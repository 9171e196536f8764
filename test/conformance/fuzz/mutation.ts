import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTranscript } from "../transcripts/transcript.ts";
import type { Random } from "./random.ts";

const DATA = join(import.meta.dirname, "..", "data");

/** Messages to begin with: the torture messages, and what the transcripts hold. */
export function readCorpus(): string[] {
  const tortures = ["rfc4475", "rfc5118"].flatMap((set) => {
    const folder = join(DATA, "torture", set);
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  });
  const transcripts = readdirSync(join(DATA, "drachtio-wire")).filter((name) => name.endsWith(".txt"));
  const recorded = transcripts.flatMap((name) => readTranscript(name.replace(".txt", "")));
  return [...tortures, ...recorded.map(({ text }) => text).filter((text) => text !== "")];
}

/** What matters to one of the grammars. */
const PIECES = [
  ...'<>"\\;,=@:?[]%/* \t\r\n\0#|',
  "\r\n",
  "\r\n ",
  "\r\n\r\n",
  "%00",
  "%4",
  "sip:",
  "sips:",
  "tel:+1",
  "SIP/2.0",
  "SIP/2.0/UDP ",
  ";branch=z9hG4bK",
  ";tag=",
  ";rport",
  ";maddr=127.0.0.9",
  ";received=",
  "Via: ",
  "v:",
  "Content-Length: ",
  "l:",
  "4294967296",
  "-1",
  "99999999999999999999",
  "\xff\xfe",
  "\u00e9",
];

/** The text with some of its octets removed, doubled, changed or put elsewhere. */
export function mutate(text: string, random: Random, others: readonly string[]): string {
  let mutated = text;
  for (let edits = 1 + random.below(4); edits > 0; edits -= 1) mutated = edit(mutated, random, others);
  return mutated.slice(0, 100_000);
}

function edit(text: string, random: Random, others: readonly string[]): string {
  const at = random.below(text.length + 1);
  const before = text.slice(0, at);
  const length = random.once(4) ? random.below(400) : random.below(12);
  switch (random.below(8)) {
    case 0:
      return before;
    case 1:
      return before + text.slice(at + length);
    case 2:
      return before + text.slice(at, at + length).repeat(1 + random.below(30)) + text.slice(at);
    case 3:
      return before + random.pick(PIECES).repeat(1 + (random.once(10) ? random.below(3_000) : 0)) + text.slice(at);
    case 4:
      return before + String.fromCharCode(random.below(256)) + text.slice(at + 1);
    case 5:
      return swapLines(text, random);
    case 6:
      return before + random.pick(others).slice(random.below(600));
    default:
      return before + random.pick(PIECES) + text.slice(at + random.below(3));
  }
}

function swapLines(text: string, random: Random): string {
  const lines = text.split("\r\n");
  const [from, to] = [random.below(lines.length), random.below(lines.length)];
  const line = lines[from] ?? "";
  if (random.once(2)) lines.splice(from, 1);
  lines.splice(to, 0, line);
  return lines.join("\r\n");
}
