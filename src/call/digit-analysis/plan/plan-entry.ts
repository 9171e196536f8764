import { parsePattern, type BodyOf, type Pattern } from "../../../database/index.ts";
import type { DialPlanSource } from "./dial-plan.ts";
import { countMatches } from "./count-matches.ts";

interface EntryFacts {
  /** Such as `9.!@outside`. */
  readonly name: string;
  readonly partition: string;
  readonly pattern: Pattern;
  readonly urgent: boolean;
  readonly blocked: boolean;
  /** Numbers that it matches, by their length, as far as that has been asked: some take 100 ms to count. */
  readonly counts: Map<number, bigint>;
}

/** An object that stands in a partition and can be dialed. */
export type Dialable =
  | { readonly kind: "directory-number"; readonly body: BodyOf<"directory-number"> }
  | { readonly kind: "route-pattern"; readonly body: BodyOf<"route-pattern"> }
  | { readonly kind: "translation-pattern"; readonly body: BodyOf<"translation-pattern"> }
  | { readonly kind: "hunt-pilot"; readonly body: BodyOf<"hunt-pilot"> }
  | { readonly kind: "park-range"; readonly body: BodyOf<"park-range"> };

/** The same with its pattern read. */
export type PlanEntry = EntryFacts & Dialable;

/** Kinds of objects that can be dialed, and where they stand in the configuration document. */
export const DIALABLE_KINDS = [
  "directory-number",
  "route-pattern",
  "translation-pattern",
  "hunt-pilot",
  "park-range",
] as const satisfies readonly Dialable["kind"][];

/** All that can be dialed. */
export function* dialablesOf(source: DialPlanSource): Generator<Dialable> {
  for (const body of source.directoryNumbers) yield { kind: "directory-number", body };
  for (const body of source.routePatterns) yield { kind: "route-pattern", body };
  for (const body of source.translationPatterns) yield { kind: "translation-pattern", body };
  for (const body of source.huntPilots) yield { kind: "hunt-pilot", body };
  for (const body of source.parkRanges) yield { kind: "park-range", body };
}

/** Undefined for what is no pattern: the configuration refuses it. */
export function entryOf(dialable: Dialable): PlanEntry | undefined {
  const { kind, body } = dialable;
  const text = kind === "directory-number" ? body.number : body.pattern;
  const isPlain = kind === "directory-number" || kind === "park-range";
  const parsed = parsePattern(text);
  if (!parsed.ok) return undefined;
  const { value: pattern } = parsed;
  return {
    name: `${text}@${body.partition}`,
    partition: body.partition,
    pattern,
    urgent: !isPlain && body.urgent,
    blocked: !isPlain && body.blocked,
    counts: new Map(),
    ...dialable,
  };
}

/** Numbers of a length that an entry matches. */
export function countOf({ counts, pattern }: PlanEntry, length: number): bigint {
  const known = counts.get(length);
  if (known !== undefined) return known;
  const count = countMatches(pattern, length);
  counts.set(length, count);
  return count;
}
