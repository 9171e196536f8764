import type { ParseResult } from "../sdp/parse-result.ts";
import { PROMPT_RATE_HZ } from "./tone.ts";

/** Audio of one channel at 8,000 Hz as a WAV file has it. */
export interface WavAudio {
  /** 16-bit little-endian samples, or octets of a law of G.711. */
  readonly format: "pcm16" | "PCMA" | "PCMU";
  readonly data: Buffer;
}

const FORMATS: ReadonlyMap<number, { format: WavAudio["format"]; bits: number }> = new Map([
  [1, { format: "pcm16", bits: 16 }],
  [6, { format: "PCMA", bits: 8 }],
  [7, { format: "PCMU", bits: 8 }],
]);
const MAX_CHUNKS = 64;

const failure = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** Reads a WAV file; the first `data` chunk counts, as far as the file goes. */
export function parseWavAudio(file: Buffer): ParseResult<WavAudio> {
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    return failure("is no WAV file");
  }
  let format: WavAudio["format"] | undefined;
  let offset = 12;
  for (let count = 0; count < MAX_CHUNKS && offset + 8 <= file.length; count += 1) {
    const id = file.toString("latin1", offset, offset + 4);
    const length = file.readUInt32LE(offset + 4);
    const chunk = file.subarray(offset + 8, offset + 8 + length);
    if (id === "fmt ") {
      const found = parseFormat(chunk);
      if (!found.ok) return found;
      format = found.value;
    }
    if (id === "data") {
      if (format === undefined) return failure("has no format before its audio");
      return chunk.length === 0 ? failure("has no audio") : { ok: true, value: { format, data: chunk } };
    }
    offset += 8 + length + (length % 2);
  }
  return failure("has no audio");
}

function parseFormat(chunk: Buffer): ParseResult<WavAudio["format"]> {
  if (chunk.length < 16) return failure("has a malformed format");
  const known = FORMATS.get(chunk.readUInt16LE(0));
  const channels = chunk.readUInt16LE(2);
  const rateHz = chunk.readUInt32LE(4);
  if (known === undefined || chunk.readUInt16LE(14) !== known.bits) {
    return failure("is neither 16-bit PCM nor A-law nor mu-law");
  }
  if (channels !== 1) return failure(`has ${channels} channels instead of one`);
  if (rateHz !== PROMPT_RATE_HZ) return failure(`has ${rateHz} samples a second instead of ${PROMPT_RATE_HZ}`);
  return { ok: true, value: known.format };
}
