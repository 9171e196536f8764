import { encodeG711, type G711Law } from "../rtp/g711.ts";
import { renderMelody } from "./melody.ts";
import { PROMPT_RATE_HZ, renderTone } from "./tone.ts";

/** 20 ms of G.711. */
export const FRAME_BYTES = PROMPT_RATE_HZ / 50;

/** What a built-in far end plays. */
export type PromptName = "tone" | "demo";

/** Audio in one law, a whole number of frames; after the end it goes on at `loopStartBytes`. */
export interface Prompt {
  readonly audio: Buffer;
  readonly loopStartBytes: number;
}

const TONE_HZ = 440;
const TONE_AMPLITUDE = 10_000;

/** Renders prompts when first asked for, once for each law. */
export class PromptLibrary {
  readonly #prompts = new Map<string, Prompt>();

  get(name: PromptName, law: G711Law): Prompt {
    const key = `${name} ${law}`;
    const known = this.#prompts.get(key);
    if (known !== undefined) return known;
    const prompt = renderPrompt(name, law);
    this.#prompts.set(key, prompt);
    return prompt;
  }
}

/** A second of 440 Hz is 440 whole waves, so it repeats without a click. */
function renderPrompt(name: PromptName, law: G711Law): Prompt {
  const tone = encodeG711(law, renderTone(TONE_HZ, PROMPT_RATE_HZ, TONE_AMPLITUDE));
  if (name === "tone") return { audio: tone, loopStartBytes: 0 };
  return { audio: Buffer.concat([tone, encodeG711(law, renderMelody())]), loopStartBytes: tone.length };
}
