import { Chance } from "../chance.ts";

/** What happens from outside: to people, applications, connections and processes. */
export type DeedKind =
  | "call"
  | "hang-up"
  | "change"
  | "command"
  | "cut-application"
  | "hang-application"
  | "cut-link"
  | "kill-ctimanager"
  | "kill-callmanager"
  | "kill-both";

export interface Deed {
  readonly kind: DeedKind;
  readonly waitMs: number;
  /** Of all choices until the next one. */
  readonly seed: number;
}

/** How often each comes in a hundred. */
const SHARES: readonly (readonly [DeedKind, number])[] = [
  ["call", 15],
  ["hang-up", 6],
  ["change", 3],
  ["command", 36],
  ["cut-application", 7],
  ["hang-application", 1],
  ["cut-link", 8],
  ["kill-ctimanager", 8],
  ["kill-callmanager", 7],
  ["kill-both", 9],
];

/** Kinds that are kills, or losses, of which there are to be many. */
export const KILLS = ["cut-application", "cut-link", "kill-ctimanager", "kill-callmanager", "kill-both"] as const;
export type Kill = (typeof KILLS)[number];

/** @param steps how many there are */
export function deedsOf(seed: number, steps: number): readonly Deed[] {
  const chance = new Chance(seed);
  return Array.from({ length: steps }, () => ({
    kind: kindAt(chance.below(100)),
    waitMs: chance.happens(0.1) ? chance.below(6_000) : chance.below(chance.happens(0.5) ? 40 : 700),
    seed: chance.below(2 ** 31),
  }));
}

function kindAt(place: number): DeedKind {
  let left = place;
  for (const [kind, share] of SHARES) {
    if (left < share) return kind;
    left -= share;
  }
  return "call";
}
