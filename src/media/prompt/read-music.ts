import { readFile, stat } from "node:fs/promises";
import { errorMessageOf } from "../../common/index.ts";
import { decodeG711, encodeG711, type G711Law } from "../rtp/g711.ts";
import type { ParseResult } from "../sdp/parse-result.ts";
import { FRAME_BYTES, type Prompt } from "./prompt-library.ts";
import { parseWavAudio, type WavAudio } from "./wav-audio.ts";

/** A piece of music that repeats. */
export type Music = Readonly<Record<G711Law, Prompt>>;

const MAX_BYTES = 16 * 1024 * 1024;
/** Converted in one event-loop turn: about 2 ms, which no phone hears. */
const SLICE_SAMPLES = 16_000;

/** Reads a file as `MusicFile` describes it. @param maxSamples longer music is refused */
export async function readMusic(path: string, maxSamples: number): Promise<ParseResult<Music>> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) return { ok: false, reason: `is longer than ${MAX_BYTES} bytes` };
    const parsed = parseWavAudio(await readFile(path));
    if (!parsed.ok) return parsed;
    const { data, format } = parsed.value;
    if (data.length / (format === "pcm16" ? 2 : 1) > maxSamples) return { ok: false, reason: "is too much music" };
    return { ok: true, value: await convert(parsed.value) };
  } catch (error) {
    return { ok: false, reason: errorMessageOf(error) };
  }
}

async function convert({ data, format }: WavAudio): Promise<Music> {
  const sampleBytes = format === "pcm16" ? 2 : 1;
  const count = Math.floor(data.length / sampleBytes);
  const length = Math.ceil(count / FRAME_BYTES) * FRAME_BYTES;
  // The last frame is filled up with silence.
  const laws = { PCMU: Buffer.alloc(length, 0xff), PCMA: Buffer.alloc(length, 0xd5) };
  for (let start = 0; start < count; start += SLICE_SAMPLES) {
    const slice = data.subarray(start * sampleBytes, Math.min(count, start + SLICE_SAMPLES) * sampleBytes);
    const samples = format === "pcm16" ? samplesOf(slice) : decodeG711(format, slice);
    for (const law of ["PCMU", "PCMA"] as const) encodeG711(law, samples).copy(laws[law], start);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { PCMU: { audio: laws.PCMU, loopStartBytes: 0 }, PCMA: { audio: laws.PCMA, loopStartBytes: 0 } };
}

function samplesOf(bytes: Buffer): Int16Array {
  const samples = new Int16Array(bytes.length / 2);
  for (let index = 0; index < samples.length; index += 1) samples[index] = bytes.readInt16LE(index * 2);
  return samples;
}
