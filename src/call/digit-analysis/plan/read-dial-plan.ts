import type { BodyOf, ConfigurationMirror, Kind } from "../../../database/index.ts";
import type { DialPlanSource } from "./dial-plan.ts";

/** The kinds that a dial plan is made of: when one of these changes, it is compiled anew. */
export const DIAL_PLAN_KINDS = [
  "partition",
  "calling-search-space",
  "time-schedule",
  "date-time-group",
  "device-pool",
  "directory-number",
  "phone",
  "cti-port",
  "route-point",
  "trunk",
  "route-group",
  "route-list",
  "route-pattern",
  "translation-pattern",
  "hunt-pilot",
  "park-range",
  "pickup-group",
  "service-parameter",
] as const satisfies readonly Kind[];

/** Reads what a dial plan is made of. */
export function readDialPlan(configuration: Pick<ConfigurationMirror, "of">): DialPlanSource {
  const all = <K extends Kind>(kind: K): BodyOf<K>[] => [...configuration.of(kind).values()];
  return {
    partitions: all("partition"),
    callingSearchSpaces: all("calling-search-space"),
    timeSchedules: all("time-schedule"),
    dateTimeGroups: all("date-time-group"),
    devicePools: all("device-pool"),
    directoryNumbers: all("directory-number"),
    phones: all("phone"),
    ctiPorts: all("cti-port"),
    routePoints: all("route-point"),
    trunks: all("trunk"),
    routeGroups: all("route-group"),
    routeLists: all("route-list"),
    routePatterns: all("route-pattern"),
    translationPatterns: all("translation-pattern"),
    huntPilots: all("hunt-pilot"),
    parkRanges: all("park-range"),
    pickupGroups: all("pickup-group"),
    serviceParameters: all("service-parameter"),
  };
}
