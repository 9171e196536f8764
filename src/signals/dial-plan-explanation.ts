/** A pattern that matched the digits. */
export interface CandidateExplanation {
  /** As configured, such as `9.!`; for a trunk its prefix. */
  readonly pattern: string;
  readonly kind:
    | "directory-number"
    | "route-pattern"
    | "translation-pattern"
    | "hunt-pilot"
    | "park-range"
    | "service"
    | "trunk-prefix";
  /** Absent: a service or the prefix of a trunk. */
  readonly partition?: string;
  /** Place of the partition in the search space, from 1. */
  readonly position?: number;
  /** How many numbers of this length it matches, as a decimal number; absent: the prefix of a trunk. */
  readonly matches?: string;
  readonly urgent: boolean;
  readonly blocked: boolean;
  /** The trunk whose prefix it is. */
  readonly trunk?: string;
  readonly outcome: "won" | "lost";
  /** Why, in one sentence. */
  readonly reason: string;
}

/** A partition of the search space. */
export interface PartitionExplanation {
  readonly name: string;
  /** False: its time schedule is off now. */
  readonly on: boolean;
  readonly timeSchedule?: string;
  /** Local time that the schedule was compared with, such as `friday 2026-11-27 18:05 Europe/Berlin`. */
  readonly localTime?: string;
}

/** One change of a number. */
export interface TransformationExplanation {
  readonly party: "called" | "calling";
  /** What was done, such as `discard pre-dot`. */
  readonly step: string;
  /** What it belongs to: a pattern, or `route group gateways`. */
  readonly of: string;
  readonly before: string;
  readonly after: string;
}

/** One look-up: the first is of the dialed digits, each translation pattern makes another one. */
export interface DialStepExplanation {
  readonly digits: string;
  readonly partitions: readonly PartitionExplanation[];
  /** Best first; at most 100. */
  readonly candidates: readonly CandidateExplanation[];
  /** Candidates that are not shown. */
  readonly omitted: number;
  readonly transformations: readonly TransformationExplanation[];
}

/** How digit analysis came to its result. */
export interface DialPlanExplanation {
  readonly digits: string;
  /** Who dials, as it was asked. */
  readonly from?: string;
  readonly callingNumber?: string;
  /** The speed dial that was dialed, from 1, and what it dials: the look-ups are of that. */
  readonly speedDial?: { readonly place: number; readonly dials: string };
  /** Time of day, ISO 8601 in UTC. */
  readonly at: string;
  readonly steps: readonly DialStepExplanation[];
  readonly result: {
    readonly kind:
      | "line"
      | "route"
      | "trunk"
      | "service"
      | "hunt-pilot"
      | "park-range"
      | "pickup-group"
      | "feature"
      | "emergency"
      | "blocked"
      | "nowhere";
    /** In one sentence. */
    readonly text: string;
    /** The number after all changes but those for a trunk. */
    readonly number: string;
    readonly callingNumber?: string;
    /** A longer number could match better. */
    readonly more: boolean;
    /** `unknown-number`, `blocked`, `translation-loop`, `too-many-hops`. */
    readonly reason?: string;
    /** Devices that have the line, or the one that emergency calls go to. */
    readonly devices?: readonly string[];
    /** What the code that was dialed does, and what was dialed behind it. */
    readonly feature?: string;
    readonly argument?: string;
    readonly class?: "local" | "national" | "international" | "premium";
    readonly international?: boolean;
    /** Trunks in the order in which they are tried. */
    readonly attempts?: readonly {
      readonly trunk: string;
      readonly number: string;
      readonly callingNumber?: string;
    }[];
  };
}
