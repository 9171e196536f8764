import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One frame of a transcript. */
export interface RecordedFrame {
  readonly from: "application" | "server";
  /** Its place in the file, from 1. */
  readonly number: number;
  readonly tokens: readonly string[];
  /** The SIP message behind the meta line, latin1; empty when there is none. */
  readonly text: string;
}

const FOLDER = join(import.meta.dirname, "..", "data", "drachtio-wire");
const HEADING = /(?:^|\n)(APP>>SRV|SRV>>APP) \[(\d+)\]\n/g;

/** Reads a transcript by its name without `.txt`. */
export function readTranscript(name: string): RecordedFrame[] {
  const file = readFileSync(join(FOLDER, `${name}.txt`), "latin1");
  const frames = [...file.matchAll(HEADING)].map((heading, index) => {
    const start = heading.index + heading[0].length;
    const payload = file.slice(start, start + Number(heading[2]));
    const end = payload.indexOf("\r\n");
    return {
      from: heading[1] === "APP>>SRV" ? ("application" as const) : ("server" as const),
      number: index + 1,
      tokens: (end < 0 ? payload : payload.slice(0, end)).replace(/\n$/, "").split("|"),
      text: end < 0 ? "" : payload.slice(end + 2),
    };
  });
  // Whoever presents the secret is the application, whatever the file calls it.
  const isSwapped = frames[0]?.from === "server";
  if (!isSwapped) return frames;
  return frames.map((frame) => ({ ...frame, from: frame.from === "server" ? "application" : "server" }));
}
