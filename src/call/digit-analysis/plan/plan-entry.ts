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
  /** Numbers that it matches, where all have one length. */
  readonly count: bigint | undefined;
}

/** What stands in a partition and can be dialed. */
export type PlanEntry = EntryFacts &
  (
    | { readonly kind: "directory-number"; readonly body: BodyOf<"directory-number"> }
    | { readonly kind: "route-pattern"; readonly body: BodyOf<"route-pattern"> }
    | { readonly kind: "translation-pattern"; readonly body: BodyOf<"translation-pattern"> }
    | { readonly kind: "hunt-pilot"; readonly body: BodyOf<"hunt-pilot"> }
    | { readonly kind: "park-range"; readonly body: BodyOf<"park-range"> }
  );

/** All that can be dialed; what is no pattern cannot: the configuration refuses it. */
export function* entriesOf(source: DialPlanSource): Generator<PlanEntry> {
  for (const body of source.directoryNumbers) {
    const facts = factsOf(body.number, body);
    if (facts !== undefined) yield { ...facts, kind: "directory-number", body };
  }
  for (const body of source.routePatterns) {
    const facts = factsOf(body.pattern, body);
    if (facts !== undefined) yield { ...facts, kind: "route-pattern", body };
  }
  for (const body of source.translationPatterns) {
    const facts = factsOf(body.pattern, body);
    if (facts !== undefined) yield { ...facts, kind: "translation-pattern", body };
  }
  for (const body of source.huntPilots) {
    const facts = factsOf(body.pattern, body);
    if (facts !== undefined) yield { ...facts, kind: "hunt-pilot", body };
  }
  for (const body of source.parkRanges) {
    const facts = factsOf(body.pattern, body);
    if (facts !== undefined) yield { ...facts, kind: "park-range", body };
  }
}

/** Numbers of a length that an entry matches. */
export function countOf({ count, pattern }: PlanEntry, length: number): bigint {
  return count ?? countMatches(pattern, length);
}

function factsOf(
  text: string,
  { partition, urgent = false, blocked = false }: { partition: string; urgent?: boolean; blocked?: boolean },
): EntryFacts | undefined {
  const parsed = parsePattern(text);
  if (!parsed.ok) return undefined;
  const { value: pattern } = parsed;
  const count = pattern.maxLength === undefined ? undefined : countMatches(pattern, pattern.maxLength);
  return { name: `${text}@${partition}`, partition, pattern, urgent, blocked, count };
}
