import { countOf, type PlanEntry } from "./plan-entry.ts";

/** An entry that matched. */
export interface Candidate {
  readonly entry: PlanEntry;
  /** Place of its partition in the search space, from 1. */
  readonly position: number;
  /** Numbers of the dialed length that it matches. */
  readonly count: bigint;
}

/** What decides between two candidates, in this order. */
type Criterion = "matches" | "literals" | "sets" | "fixed" | "partition" | "name";

/** Beside a number that one is compared by: the lower wins. */
const CRITERIA: readonly (readonly [Criterion, (candidate: Candidate) => bigint | number])[] = [
  ["matches", ({ count }) => count],
  ["literals", ({ entry }) => -entry.pattern.literals],
  ["sets", ({ entry }) => -entry.pattern.sets],
  ["fixed", ({ entry }) => -entry.pattern.anys],
  ["partition", ({ position }) => position],
];

export function candidateOf(entry: PlanEntry, position: number, digits: string): Candidate {
  return { entry, position, count: countOf(entry, digits.length) };
}

/** Below 0: `a` is the better match. Never 0 for two entries of one plan. */
export function compareMatches(a: Candidate, b: Candidate): number {
  return decide(a, b).order;
}

/** Why `loser` is not the best, `winner` being it; a sentence. */
export function whyLost(loser: Candidate, winner: Candidate): string {
  const best = winner.entry.pattern.text;
  switch (decide(winner, loser).by) {
    case "matches":
      return `It matches ${numbers(loser.count)} of this length, ${best} only ${grouped(winner.count)}.`;
    case "literals":
      return `${best} matches as many numbers and has more literal digits.`;
    case "sets":
      return `${best} matches as many numbers and has sets where this has wildcards.`;
    case "fixed":
      return `${best} matches as many numbers and has a place for each digit where this repeats one.`;
    case "partition":
      return `${best} is an equal match in a partition that comes earlier in the search space.`;
    case "name":
      return `${best} is an equal match whose name comes first.`;
  }
}

/** Why the best candidate is the best; a sentence. `next`: the second best. */
export function whyWon(winner: Candidate, next: Candidate | undefined): string {
  if (next === undefined) return "It is the only pattern that matches.";
  const other = next.entry.pattern.text;
  switch (decide(winner, next).by) {
    case "matches":
      return `It matches ${numbers(winner.count)} of this length, fewer than any other.`;
    case "literals":
      return `It matches as many numbers as ${other}, but has more literal digits.`;
    case "sets":
      return `It matches as many numbers as ${other}, but has sets where that has wildcards.`;
    case "fixed":
      return `It matches as many numbers as ${other}, but has a place for each digit where that repeats one.`;
    case "partition":
      return `It matches as closely as ${other}, and its partition comes first in the search space.`;
    case "name":
      return `It matches as closely as ${other} in the same partition, and its name comes first.`;
  }
}

/** `1 number`, `1,000 numbers`. */
function numbers(count: bigint): string {
  return count === 1n ? "1 number" : `${grouped(count)} numbers`;
}

function grouped(count: bigint): string {
  return count.toLocaleString("en-US");
}

function decide(a: Candidate, b: Candidate): { readonly by: Criterion; readonly order: number } {
  for (const [by, valueOf] of CRITERIA) {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x !== y) return { by, order: x < y ? -1 : 1 };
  }
  return { by: "name", order: a.entry.name < b.entry.name ? -1 : 1 };
}
