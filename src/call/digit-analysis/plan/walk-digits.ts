import { DEFAULT_PARTITION } from "../../../database/index.ts";
import { changeCalled, changeCalling, MAX_NUMBER_LENGTH, type OnChange } from "./change-number.ts";
import { candidateOf, compareMatches, type Candidate } from "./closest-match.ts";
import type { DialPlanSource, DialQuery, DialResult, DialTarget } from "./dial-plan.ts";
import type { PlanEntry } from "./plan-entry.ts";
import type { PlanTables } from "./plan-tables.ts";
import type { Numbers } from "./routes.ts";
import { UTC } from "./time-of-day.ts";

/** What one look-up has found. */
export interface Lookup {
  readonly digits: string;
  readonly partitions: readonly string[];
  readonly candidates: readonly Candidate[];
  /** The closest match; absent: there is none. */
  readonly best: Candidate | undefined;
  /** It is a service number that is closer than any pattern. */
  readonly isService: boolean;
  readonly more: boolean;
}

/** Is told of each step of an analysis. */
export interface WalkObserver {
  onLookup(lookup: Lookup): void;
  onChange(party: "called" | "calling", of: string, ...change: Parameters<OnChange>): void;
}

type TranslationPattern = DialPlanSource["translationPatterns"][number];

/** Looks digits up, and what translation patterns make of them, until they lead somewhere. */
export function walkDigits(tables: PlanTables, digits: string, query: DialQuery, observer?: WalkObserver): DialResult {
  let numbers: Numbers = { number: digits, callingNumber: query.callingNumber };
  let partitions = query.partitions;
  let space = "";
  let more: boolean | undefined;
  const seen = new Set<string>();
  const result = (target: DialTarget): DialResult => ({ target, ...numbers, more: more === true });
  for (let hop = 0; hop <= tables.maxHops; hop += 1) {
    const lookup = lookUp(tables, numbers.number, partitions, query);
    observer?.onLookup(lookup);
    const entry = lookup.best?.entry;
    // What could follow is told by the digits that were dialed, not by what was made of them.
    more ??= lookup.more && entry?.urgent !== true;
    if (lookup.isService) return result({ kind: "service" });
    if (entry === undefined) return result(targetByPrefix(tables, numbers.number, partitions, query));
    if (entry.blocked) return result({ kind: "none", reason: "blocked", pattern: entry.name });
    if (entry.kind !== "translation-pattern") {
      numbers = changedNumbers(entry, numbers, observer);
      return result(targetOf(tables, entry, numbers, query, observer));
    }
    seen.add(`${numbers.number} ${space}`);
    numbers = changedNumbers(entry, numbers, observer);
    ({ space, partitions } = nextSpace(tables, entry.body, query));
    if (seen.has(`${numbers.number} ${space}`)) {
      return result({ kind: "none", reason: "translation-loop", pattern: entry.name });
    }
  }
  return result({ kind: "none", reason: "too-many-hops" });
}

function nextSpace(
  { callers }: PlanTables,
  { callingSearchSpace }: TranslationPattern,
  { partitions }: DialQuery,
): { space: string; partitions: readonly string[] } {
  if (callingSearchSpace === undefined) return { space: "", partitions };
  return { space: callingSearchSpace, partitions: callers.space(callingSearchSpace) };
}

function lookUp(
  { dialables, schedules, routes }: PlanTables,
  digits: string,
  partitions: readonly string[],
  query: DialQuery,
): Lookup {
  const candidates: Candidate[] = [];
  let more = routes.beginsPrefix(digits) && canUsePrefixes(schedules, partitions, query);
  if (digits !== "" && digits.length <= MAX_NUMBER_LENGTH) {
    partitions.forEach((partition, index) => {
      const trie = dialables.trieOf(partition);
      if (trie === undefined || !isOn(schedules, partition, query)) return;
      const found = trie.find(digits);
      more ||= found.more;
      for (const entry of found.entries) candidates.push(candidateOf(entry, index + 1, digits));
    });
  }
  let [best] = candidates;
  for (const candidate of candidates) if (best !== undefined && compareMatches(candidate, best) < 0) best = candidate;
  const isService = query.services?.has(digits) === true && (best === undefined || best.count > 1n);
  return { digits, partitions, candidates, best, isService, more };
}

/** When something is dialed, and in which time zone. */
type Moment = Pick<DialQuery, "nowMs" | "zone">;

/** False while its time schedule is off. */
export function isOn(schedules: PlanTables["schedules"], partition: string, { nowMs, zone = UTC }: Moment): boolean {
  return !schedules.has(partition) || schedules.get(partition)?.isOn(nowMs, zone) === true;
}

/** Prefixes of trunks stand in the partition of what names none: who may not dial that does not get out by them. */
export function prefixTrunks(
  { routes, schedules }: PlanTables,
  number: string,
  partitions: readonly string[],
  when: Moment,
): readonly string[] {
  return number !== "" && canUsePrefixes(schedules, partitions, when)
    ? routes.prefixesOf(number).map(({ trunk }) => trunk)
    : [];
}

export function canUsePrefixes(
  schedules: PlanTables["schedules"],
  partitions: readonly string[],
  when: Moment,
): boolean {
  return partitions.includes(DEFAULT_PARTITION) && isOn(schedules, DEFAULT_PARTITION, when);
}

function targetByPrefix(
  tables: PlanTables,
  number: string,
  partitions: readonly string[],
  query: DialQuery,
): DialTarget {
  const trunks = prefixTrunks(tables, number, partitions, query);
  return trunks.length === 0 ? { kind: "none", reason: "unknown-number" } : { kind: "prefix", trunks };
}

function changedNumbers(entry: PlanEntry, { number, callingNumber }: Numbers, observer?: WalkObserver): Numbers {
  if (entry.kind === "directory-number" || entry.kind === "park-range") return { number, callingNumber };
  const { name, pattern, body } = entry;
  const tell = (party: "called" | "calling"): OnChange | undefined =>
    observer && ((...change) => observer.onChange(party, name, ...change));
  return {
    number: changeCalled(number, body, pattern, tell("called")),
    callingNumber:
      body.calling === undefined || callingNumber === undefined
        ? callingNumber
        : changeCalling(callingNumber, body.calling, tell("calling")),
  };
}

function targetOf(
  { callers, routes, pickupGroups }: PlanTables,
  entry: Exclude<PlanEntry, { kind: "translation-pattern" }>,
  numbers: Numbers,
  { nextOf }: DialQuery,
  observer: WalkObserver | undefined,
): DialTarget {
  const { kind, name } = entry;
  switch (kind) {
    case "directory-number": {
      const group = pickupGroups.get(name);
      return group === undefined
        ? { kind: "line", line: name, ...callers.devicesOf(name) }
        : { kind: "pickup-group", group };
    }
    case "route-pattern":
      return routes.routeOf(
        name,
        entry.body,
        numbers,
        nextOf,
        observer && ((...change) => observer.onChange(...change)),
      );
    case "hunt-pilot":
    case "park-range":
      return { kind, pattern: name };
  }
}
