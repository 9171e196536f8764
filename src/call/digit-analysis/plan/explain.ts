import type {
  CandidateExplanation,
  DialPlanExplanation,
  DialStepExplanation,
  PartitionExplanation,
  TransformationExplanation,
} from "../../../signals/index.ts";
import { compareMatches, whyLost, whyWon, type Candidate } from "./closest-match.ts";
import type { DialQuery, DialResult } from "./dial-plan.ts";
import { resultOf } from "./explain-result.ts";
import type { PlanTables } from "./plan-tables.ts";
import { canUsePrefixes, isOn, walkDigits, type Lookup, type WalkObserver } from "./walk-digits.ts";
import { UTC } from "./time-of-day.ts";

type Step = { -readonly [Key in keyof DialStepExplanation]: DialStepExplanation[Key] } & {
  transformations: TransformationExplanation[];
};

/** Candidates of a step that are shown. */
const MAX_CANDIDATES = 100;

/** Analyses digits and writes down how. */
export function explainDigits(
  tables: PlanTables,
  digits: string,
  query: DialQuery,
  from: string | undefined,
): DialPlanExplanation {
  const steps: Step[] = [];
  const observer: WalkObserver = {
    onLookup: (lookup) => void steps.push(stepOf(tables, lookup, query)),
    onChange: (party, of, step, before, after) =>
      void steps.at(-1)?.transformations.push({ party, step, of, before, after }),
  };
  const result: DialResult = walkDigits(tables, digits, query, observer);
  return {
    digits,
    ...(from === undefined ? {} : { from }),
    ...(query.callingNumber === undefined ? {} : { callingNumber: query.callingNumber }),
    at: new Date(query.nowMs).toISOString(),
    steps,
    result: resultOf(result, tables.routes),
  };
}

function stepOf(tables: PlanTables, lookup: Lookup, query: DialQuery): Step {
  const patterns = patternCandidates(lookup);
  const prefixes = prefixCandidates(tables, lookup, query);
  const service: CandidateExplanation[] = lookup.isService ? [serviceCandidate(lookup)] : [];
  const all = [...service, ...patterns, ...prefixes];
  return {
    digits: lookup.digits,
    partitions: lookup.partitions.map((name) => partitionOf(tables, name, query)),
    candidates: all.slice(0, MAX_CANDIDATES),
    omitted: Math.max(0, all.length - MAX_CANDIDATES),
    transformations: [],
  };
}

function partitionOf({ schedules }: PlanTables, name: string, query: DialQuery): PartitionExplanation {
  const on = isOn(schedules, name, query);
  const schedule = schedules.get(name);
  if (schedule === undefined) return { name, on };
  const clock = schedule.clockFor(query.zone ?? UTC);
  const { date, weekday, minute } = clock.at(query.nowMs);
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60].map((value) => String(value).padStart(2, "0"));
  return {
    name,
    on,
    timeSchedule: schedule.name,
    localTime: `${weekday} ${date} ${hours}:${minutes} ${clock.zone}`,
  };
}

function patternCandidates({ candidates, isService }: Lookup): CandidateExplanation[] {
  const sorted = [...candidates].sort(compareMatches);
  const [best, next] = sorted;
  if (best === undefined) return [];
  return sorted.map((candidate): CandidateExplanation => {
    const { entry, position, count } = candidate;
    const isWinner = candidate === best && !isService;
    return {
      pattern: entry.pattern.text,
      kind: entry.kind,
      partition: entry.partition,
      position,
      matches: String(count),
      urgent: entry.urgent,
      blocked: entry.blocked,
      outcome: isWinner ? "won" : "lost",
      reason: isWinner ? whyWon(best, next) : reasonOfLoser(candidate, best, isService),
    };
  });
}

function reasonOfLoser(candidate: Candidate, best: Candidate, isService: boolean): string {
  return isService ? "A service has exactly this number." : whyLost(candidate, best);
}

function serviceCandidate({ digits }: Lookup): CandidateExplanation {
  return {
    pattern: digits,
    kind: "service",
    matches: "1",
    urgent: false,
    blocked: false,
    outcome: "won",
    reason: "It is a service of the switch, and no other pattern has exactly this number.",
  };
}

function prefixCandidates(
  { routes, schedules }: PlanTables,
  { digits, partitions, best, isService }: Lookup,
  query: DialQuery,
): CandidateExplanation[] {
  if (digits === "" || !canUsePrefixes(schedules, partitions, query)) return [];
  return routes.prefixesOf(digits).map(({ prefix, trunk }, index) => {
    const isFirst = index === 0;
    const won = isFirst && best === undefined && !isService;
    const lost =
      best !== undefined || isService
        ? "Patterns and services come before the prefixes of trunks."
        : "Another trunk has a longer prefix.";
    return {
      pattern: prefix,
      kind: "trunk-prefix",
      urgent: false,
      blocked: false,
      trunk,
      outcome: won ? "won" : "lost",
      reason: won ? "No pattern matches, and it is the longest prefix of a trunk." : lost,
    };
  });
}
