import { encodeG711, type G711Law } from "../rtp/g711.ts";
import type { AnnouncementName } from "../relay/media-relay.ts";
import { renderMelody } from "./melody.ts";
import { ANNOUNCEMENTS, RINGBACK } from "./tone-patterns.ts";
import { PROMPT_RATE_HZ, renderPattern, renderTone } from "./tone.ts";

/** 20 ms of G.711. */
export const FRAME_BYTES = PROMPT_RATE_HZ / 50;

/** What can be played without a file. */
export type BuiltInPrompt = "tone" | "demo" | "music" | "silence" | "ringback" | AnnouncementName;

/** Audio in one law, a whole number of frames; after the end it goes on at `loopStartBytes`. */
export interface Prompt {
  readonly audio: Buffer;
  readonly loopStartBytes: number;
  /** Where what is played once is over; absent in what has no end. */
  readonly endBytes?: number;
}

const TONE_HZ = 440;
const TONE_AMPLITUDE = 10_000;

/** Renders prompts when first asked for, once for each law. */
export class PromptLibrary {
  readonly #prompts = new Map<string, Prompt>();

  get(name: BuiltInPrompt, law: G711Law): Prompt {
    const key = `${name} ${law}`;
    const known = this.#prompts.get(key);
    if (known !== undefined) return known;
    const prompt = renderPrompt(name, law);
    this.#prompts.set(key, prompt);
    return prompt;
  }
}

function renderPrompt(name: BuiltInPrompt, law: G711Law): Prompt {
  switch (name) {
    case "tone":
      return { audio: oneSecondTone(law), loopStartBytes: 0 };
    case "demo":
      return {
        audio: Buffer.concat([oneSecondTone(law), encodeG711(law, renderMelody())]),
        loopStartBytes: PROMPT_RATE_HZ,
      };
    case "music":
      return { audio: encodeG711(law, renderMelody()), loopStartBytes: 0 };
    case "silence":
      return { audio: encodeG711(law, new Int16Array(FRAME_BYTES)), loopStartBytes: 0 };
    case "ringback":
      return { audio: encodeG711(law, renderPattern(RINGBACK)), loopStartBytes: 0 };
    case "unavailable":
    case "please-wait":
    case "confirmed":
    case "conference-enter":
    case "conference-leave":
      return renderAnnouncement(name, law);
  }
}

function renderAnnouncement(name: AnnouncementName, law: G711Law): Prompt {
  const pattern = encodeG711(law, renderPattern(ANNOUNCEMENTS[name]));
  const silence = encodeG711(law, new Int16Array(FRAME_BYTES));
  const endBytes = pattern.length;
  return { audio: Buffer.concat([pattern, silence]), loopStartBytes: endBytes, endBytes };
}

/** It is 440 whole waves, so it repeats without a click. */
function oneSecondTone(law: G711Law): Buffer {
  return encodeG711(law, renderTone(TONE_HZ, PROMPT_RATE_HZ, TONE_AMPLITUDE));
}
