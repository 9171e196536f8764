import { findServiceParameter } from "../../../database/index.ts";
import { Callers } from "./callers.ts";
import type { DialPlanSource, PlanSettingsSource } from "./dial-plan.ts";
import { Dialables } from "./dialables.ts";
import { FeatureTable } from "./feature-table.ts";
import { dialablesOf } from "./plan-entry.ts";
import { Routes } from "./routes.ts";
import { TimeOfDay, UTC, WallClock } from "./time-of-day.ts";

/** What a dial plan is compiled to. */
export interface PlanTables extends PlanSettings {
  readonly dialables: Dialables;
  readonly callers: Callers;
}

/** The part of it that there is little of. */
export interface PlanSettings {
  /** By partition, where it has one; undefined: it names one that is not there, and is off. */
  readonly schedules: ReadonlyMap<string, TimeOfDay | undefined>;
  readonly routes: Routes;
  /** Pickup groups by the line that is dialed for them. */
  readonly pickupGroups: ReadonlyMap<string, string>;
  /** Translations of one call. */
  readonly maxHops: number;
  readonly features: FeatureTable;
}

const HOP_COUNT = "ForwardMaximumHopCount";

export function compileTables(source: DialPlanSource): PlanTables {
  return {
    ...compileSettings(source),
    dialables: new Dialables(dialablesOf(source)),
    callers: new Callers(source),
  };
}

export function compileSettings(source: PlanSettingsSource): PlanSettings {
  return {
    schedules: schedulesOf(source),
    routes: new Routes(source),
    pickupGroups: new Map(
      source.pickupGroups.flatMap(({ name, number }) => (number === undefined ? [] : [[number, name]])),
    ),
    maxHops: Number(
      source.serviceParameters.find(({ name }) => name === HOP_COUNT)?.value ??
        findServiceParameter(HOP_COUNT)?.default,
    ),
    features: new FeatureTable(source.serviceParameters),
  };
}

function schedulesOf({
  partitions,
  timeSchedules,
  dateTimeGroups,
}: PlanSettingsSource): Map<string, TimeOfDay | undefined> {
  const zones = new Map(dateTimeGroups.map(({ name, timeZone }) => [name, timeZone]));
  const clocks = new Map<string, WallClock>();
  const clockOf = (zone: string): WallClock => {
    const clock = clocks.get(zone) ?? new WallClock(zone);
    clocks.set(zone, clock);
    return clock;
  };
  const byName = new Map(
    timeSchedules.map((schedule) => {
      const { name, dateTimeGroup: group } = schedule;
      return [name, new TimeOfDay(schedule, group === undefined ? undefined : (zones.get(group) ?? UTC), clockOf)];
    }),
  );
  return new Map(
    partitions.flatMap(({ name, timeSchedule }) =>
      timeSchedule === undefined ? [] : [[name, byName.get(timeSchedule)]],
    ),
  );
}
