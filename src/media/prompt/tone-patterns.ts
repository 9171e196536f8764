import type { AnnouncementName } from "../relay/media-relay.ts";
import type { ToneStep } from "./tone.ts";

/** ITU-T E.180: what a caller hears while it rings, in most of Europe. */
export const RINGBACK: readonly ToneStep[] = [
  { frequencyHz: 425, lengthMs: 1000 },
  { frequencyHz: 0, lengthMs: 4000 },
];

/** ITU-T E.180: the special information tone. */
const SPECIAL_INFORMATION: readonly ToneStep[] = [
  { frequencyHz: 950, lengthMs: 330 },
  { frequencyHz: 1400, lengthMs: 330 },
  { frequencyHz: 1800, lengthMs: 330 },
];
const BUSY: readonly ToneStep[] = [
  { frequencyHz: 425, lengthMs: 480 },
  { frequencyHz: 0, lengthMs: 480 },
];

/** What stands for words until somebody records some. */
export const ANNOUNCEMENTS: Readonly<Record<AnnouncementName, readonly ToneStep[]>> = {
  unavailable: [...SPECIAL_INFORMATION, { frequencyHz: 0, lengthMs: 300 }, ...BUSY, ...BUSY, ...BUSY],
  "please-wait": [
    { frequencyHz: 880, lengthMs: 120 },
    { frequencyHz: 0, lengthMs: 80 },
    { frequencyHz: 880, lengthMs: 120 },
    { frequencyHz: 0, lengthMs: 280 },
  ],
  confirmed: [
    { frequencyHz: 660, lengthMs: 140 },
    { frequencyHz: 0, lengthMs: 80 },
    { frequencyHz: 660, lengthMs: 140 },
    { frequencyHz: 0, lengthMs: 80 },
    { frequencyHz: 990, lengthMs: 240 },
  ],
  "conference-enter": [
    { frequencyHz: 523, lengthMs: 160 },
    { frequencyHz: 784, lengthMs: 240 },
  ],
  "conference-leave": [
    { frequencyHz: 784, lengthMs: 160 },
    { frequencyHz: 523, lengthMs: 240 },
  ],
};
