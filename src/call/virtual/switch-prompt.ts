import type { AnnouncementName, RelayEndpoint } from "../../media/index.ts";
import type { MediaRegistration } from "../../signals/index.ts";

/** What is played for ever. */
const ENDLESS: Readonly<Record<"silence" | "tone" | "ringback" | "music", true>> = {
  silence: true,
  tone: true,
  ringback: true,
  music: true,
};
/** What comes with the media service, and is played once. */
const ANNOUNCEMENTS: Readonly<Record<AnnouncementName, true>> = {
  unavailable: true,
  "please-wait": true,
  confirmed: true,
  "conference-enter": true,
  "conference-leave": true,
};
const OF_SOURCE = /^(?:announcement:)?music:(.+)$/;
const ANNOUNCEMENT = /^announcement:(.+)$/;

/**
 * What the media service plays for a device whose media ends there; undefined: there is nothing of that name.
 * @param isSource there is such a music source
 */
export function switchPrompt(prompt: string, isSource: (name: string) => boolean): RelayEndpoint | undefined {
  const source = OF_SOURCE.exec(prompt)?.[1];
  const announcement = ANNOUNCEMENT.exec(prompt)?.[1];
  const isKnown =
    source !== undefined
      ? isSource(source)
      : announcement !== undefined
        ? Object.hasOwn(ANNOUNCEMENTS, announcement)
        : Object.hasOwn(ENDLESS, prompt);
  return isKnown ? (prompt as RelayEndpoint) : undefined;
}

/** The prompt of a registration that there is not. */
export function unknownPrompt(media: MediaRegistration, isSource: (name: string) => boolean): string | undefined {
  const prompt = "prompt" in media ? media.prompt : undefined;
  return prompt === undefined || switchPrompt(prompt, isSource) !== undefined ? undefined : prompt;
}
