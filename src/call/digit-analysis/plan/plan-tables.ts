import { findServiceParameter } from "../../../database/index.ts";
import { Callers } from "./callers.ts";
import type { DialPlanSource } from "./dial-plan.ts";
import { PatternTrie } from "./pattern-trie.ts";
import { dialablesOf, entryOf, type Dialable, type PlanEntry } from "./plan-entry.ts";
import { Routes } from "./routes.ts";
import { TimeOfDay, WallClock } from "./time-of-day.ts";

/** What a dial plan is compiled to. */
export interface PlanTables {
  readonly patternCount: number;
  readonly partitions: ReadonlyMap<string, CompiledPartition>;
  /** By partition, where it has one; undefined: it names one that is not there, and is off. */
  readonly schedules: ReadonlyMap<string, TimeOfDay | undefined>;
  readonly callers: Callers;
  readonly routes: Routes;
  /** Pickup groups by the line that is dialed for them. */
  readonly pickupGroups: ReadonlyMap<string, string>;
  /** Translations of one call. */
  readonly maxHops: number;
}

interface CompiledPartition {
  readonly dialables: readonly Dialable[];
  readonly trie: PatternTrie<PlanEntry>;
}

const HOP_COUNT = "ForwardMaximumHopCount";

/** @param before partitions that have the same objects, in the same order, are taken over from it */
export function compileTables(source: DialPlanSource, before?: PlanTables): PlanTables {
  const partitions = new Map<string, CompiledPartition>();
  let patternCount = 0;
  for (const [name, dialables] of dialablesOf(source)) {
    const known = before?.partitions.get(name);
    const isSame = known !== undefined && haveSameBodies(known.dialables, dialables);
    partitions.set(name, isSame ? known : compilePartition(dialables));
    patternCount += dialables.length;
  }
  return {
    patternCount,
    partitions,
    schedules: schedulesOf(source),
    callers: new Callers(source),
    routes: new Routes(source),
    pickupGroups: new Map(
      source.pickupGroups.flatMap(({ name, number }) => (number === undefined ? [] : [[number, name]])),
    ),
    maxHops: Number(
      source.serviceParameters.find(({ name }) => name === HOP_COUNT)?.value ??
        findServiceParameter(HOP_COUNT)?.default,
    ),
  };
}

function haveSameBodies(before: readonly Dialable[], now: readonly Dialable[]): boolean {
  return before.length === now.length && before.every(({ body }, index) => body === now[index]?.body);
}

function compilePartition(dialables: readonly Dialable[]): CompiledPartition {
  const trie = new PatternTrie<PlanEntry>();
  for (const dialable of dialables) {
    const entry = entryOf(dialable);
    if (entry !== undefined) trie.add(entry.pattern.positions, entry);
  }
  return { dialables, trie };
}

function schedulesOf({
  partitions,
  timeSchedules,
  dateTimeGroups,
}: DialPlanSource): Map<string, TimeOfDay | undefined> {
  const zones = new Map(dateTimeGroups.map(({ name, timeZone }) => [name, timeZone]));
  const clocks = new Map<string, WallClock>();
  const clockOf = (group: string): WallClock => {
    const zone = zones.get(group) ?? "UTC";
    const clock = clocks.get(zone) ?? new WallClock(zone);
    clocks.set(zone, clock);
    return clock;
  };
  const byName = new Map(
    timeSchedules.map((schedule) => [schedule.name, new TimeOfDay(schedule, clockOf(schedule.dateTimeGroup))]),
  );
  return new Map(
    partitions.flatMap(({ name, timeSchedule }) =>
      timeSchedule === undefined ? [] : [[name, byName.get(timeSchedule)]],
    ),
  );
}
