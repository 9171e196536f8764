import type { BodyOf } from "../../../database/index.ts";
import type { DialPlanExplanation } from "../../../signals/index.ts";
import type { FeatureMatch } from "./feature-table.ts";

/** What calls by a route pattern cost. */
export type RouteClass = BodyOf<"route-pattern">["class"];

/** The kinds of objects that a dial plan is made of, by their keys in the configuration document. */
export interface DialPlanSource {
  readonly partitions: readonly BodyOf<"partition">[];
  readonly callingSearchSpaces: readonly BodyOf<"calling-search-space">[];
  readonly timeSchedules: readonly BodyOf<"time-schedule">[];
  readonly dateTimeGroups: readonly BodyOf<"date-time-group">[];
  readonly devicePools: readonly BodyOf<"device-pool">[];
  readonly directoryNumbers: readonly BodyOf<"directory-number">[];
  readonly phones: readonly BodyOf<"phone">[];
  readonly ctiPorts: readonly BodyOf<"cti-port">[];
  readonly routePoints: readonly BodyOf<"route-point">[];
  readonly trunks: readonly BodyOf<"trunk">[];
  readonly routeGroups: readonly BodyOf<"route-group">[];
  readonly routeLists: readonly BodyOf<"route-list">[];
  readonly routePatterns: readonly BodyOf<"route-pattern">[];
  readonly translationPatterns: readonly BodyOf<"translation-pattern">[];
  readonly huntPilots: readonly BodyOf<"hunt-pilot">[];
  readonly parkRanges: readonly BodyOf<"park-range">[];
  readonly pickupGroups: readonly BodyOf<"pickup-group">[];
  readonly serviceParameters: readonly BodyOf<"service-parameter">[];
}

/** What of it settles how numbers are treated, whoever has them. */
export type PlanSettingsSource = Pick<
  DialPlanSource,
  | "partitions"
  | "timeSchedules"
  | "dateTimeGroups"
  | "trunks"
  | "routeGroups"
  | "routeLists"
  | "pickupGroups"
  | "serviceParameters"
>;

/** Who dials, as far as digit analysis goes. */
export interface DialCaller {
  /** Name of a phone, CTI port, route point or trunk. */
  readonly device?: string;
  /** The line that is dialed on, such as `1001@internal`; absent: the first one of the device. */
  readonly line?: string;
}

/** Who dials, as a person has named it. */
export interface FoundCaller extends DialCaller {
  readonly number?: string;
  /** It has no phone that could use a feature. */
  readonly isTrunk?: true;
}

/** What a number is looked up with. */
export interface DialQuery {
  /** Partitions in the order of the search space: `callerSpace()`. */
  readonly partitions: readonly string[];
  /** Time of day, ms since 1970 UTC: `clock.wallMs()`. */
  readonly nowMs: number;
  /** Time zone of the caller, `callerZone()`, for time schedules that have none; absent: UTC. */
  readonly zone?: string;
  /** The caller's number, for calling-party transformations; absent: there is none to change. */
  readonly callingNumber?: string;
  /** Service numbers: they win over patterns that match other numbers, too. */
  readonly services?: { has(number: string): boolean };
  /** Counts the calls of a circular route group: each call gets the next number. Absent: it begins with the first trunk. */
  readonly nextOf?: (routeGroup: string) => number;
}

/** The route list and group that name a trunk. */
export interface RouteWay {
  readonly routeList: string;
  readonly routeGroup: string;
}

/** A trunk to try, by name. */
export interface TrunkAttempt {
  readonly trunk: string;
  readonly number: string;
  readonly callingNumber?: string;
  /** Absent: the pattern names the trunk itself. */
  readonly way?: RouteWay;
}

export interface DialedLine {
  readonly kind: "line";
  /** Such as `1001@internal`. */
  readonly line: string;
  /** Names of the devices that have it. */
  readonly phones: readonly string[];
  readonly ctiPorts: readonly string[];
  readonly routePoints: readonly string[];
}

export interface DialedRoute {
  readonly kind: "route";
  readonly pattern: string;
  readonly class: RouteClass;
  readonly international: boolean;
  /** At most 100; none: the route list is empty. */
  readonly attempts: readonly TrunkAttempt[];
}

/** Trunks with a prefix of the number, the longest first; one may be there for each of its prefixes. */
export interface DialedPrefix {
  readonly kind: "prefix";
  readonly trunks: readonly string[];
}

export type DialTarget =
  | DialedLine
  | DialedRoute
  | DialedPrefix
  | { readonly kind: "service" }
  | { readonly kind: "hunt-pilot" | "park-range"; readonly pattern: string }
  | { readonly kind: "pickup-group"; readonly group: string }
  | {
      readonly kind: "none";
      readonly reason: "unknown-number" | "blocked" | "translation-loop" | "too-many-hops";
      /** The pattern that refused. */
      readonly pattern?: string;
    };

/** Where digits lead. */
export interface DialResult {
  readonly target: DialTarget;
  /** The number after all translations. */
  readonly number: string;
  /** The caller's number after all translations. */
  readonly callingNumber: string | undefined;
  /** A longer number could match better: who dials digit by digit may go on. False for an urgent match. */
  readonly more: boolean;
}

/** A compiled dial plan. Every look-up is bounded whatever the digits. */
export interface DialPlan {
  /** Patterns, directory numbers included. */
  readonly patternCount: number;
  /** Translations, and forwardings, of one call: `ForwardMaximumHopCount`. */
  readonly maxHops: number;
  /** Partitions that a caller may dial in order: those of the line before those of the device (or its pool). */
  callerSpace(caller: DialCaller): readonly string[];
  /** The time zone of the caller's device pool, such as `Europe/Berlin`; `UTC` where none is said. */
  callerZone(caller: DialCaller): string;
  /** Partitions of a search space in order; none when there is no such space. */
  searchSpace(name: string): readonly string[];
  /** The device and line that a person means by a device's name, `1001@internal`, or `1001`. */
  findCaller(from: string): FoundCaller | undefined;
  /** The feature whose code phones dial so. */
  findFeature(digits: string): FeatureMatch | undefined;
  /** The code of a feature begins so, and is longer. */
  beginsFeature(digits: string): boolean;
  /** What a speed dial of a device dials: digits or a SIP URI. @param place from 1; absent: there is none */
  speedDial(device: string, place: number): string | undefined;
  /** Up to 128 characters; more lead nowhere. */
  analyzeDigits(digits: string, query: DialQuery): DialResult;
  /** Trunks with a prefix of the number, the longest first; none for whom the partition of prefixes is closed. */
  prefixTrunks(number: string, query: DialQuery): readonly string[];
  /** The number is international (`InternationalPrefixes`, `CountryCode`), as it is or as the trunk changes it. */
  leavesAbroad(trunk: string, number: string): boolean;
  /** `+` and 3 to 15 digits of a number that is written as international ones are (`InternationalPrefixes`). */
  e164Of(number: string): string | undefined;
  /** The same analysis, told step by step. `from` is only shown. */
  explain(digits: string, query: DialQuery, from?: string): DialPlanExplanation;
}
