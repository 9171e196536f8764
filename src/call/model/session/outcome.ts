import { withMore } from "../../../common/index.ts";
import { causeOfStatus } from "../cause.ts";

/** Why a call ended, in the words of call control. */
export type EndReason =
  | "normal"
  | "cancelled"
  | "busy"
  | "no-answer"
  | "rejected"
  | "unreachable"
  | "media-refused"
  | "media-timeout"
  | "session-lost"
  | "edge-lost"
  | "moved"
  | "switch-stopped";

/** Why, as a party says it in its own words (RFC 3326). */
export interface ToldReason {
  /** Well-formed Reason values, for the other party. */
  readonly text: string;
  /** The Q.850 cause that is among them or follows from them; undefined when there is none. */
  readonly cause: number | undefined;
}

/** How a call ended. */
export interface Outcome {
  readonly by: "caller" | "callee" | "switch";
  readonly reason: EndReason;
  /** What the caller's INVITE was answered with; 200 for a call that was up. */
  readonly status: number;
  /** Q.850 cause. */
  readonly cause: number;
  /** What the party that ended it gave as its Reason; absent: nothing. */
  readonly told?: string;
}

/** The final response of a branch that was not answered. */
export interface Refusal {
  /** 300 and above. */
  readonly status: number;
  readonly told?: ToldReason | undefined;
  /** The switch itself did not send the INVITE. */
  readonly isOurs?: boolean | undefined;
  /** There was none: what was tried has rung as long as it may. The status says nothing then. */
  readonly isUnanswered?: boolean | undefined;
  /** The application that had the call has failed. The status says nothing then. */
  readonly isFailed?: boolean | undefined;
}

/** An outcome with what a party says of it. */
export function withTold(outcome: Outcome, told: ToldReason | undefined): Outcome {
  if (told === undefined) return outcome;
  return withMore(outcome, { cause: told.cause ?? outcome.cause, told: told.text });
}

/** How an attempt ended that the callee, or everything in its place, refused. */
export function refusedOutcome({ status, told }: Refusal, cause = causeOfStatus(status)): Outcome {
  return withTold({ by: "callee", reason: reasonOfStatus(status), status, cause }, told);
}

function reasonOfStatus(status: number): EndReason {
  if (status === 486 || status === 600) return "busy";
  return status === 480 || status === 408 || status === 503 ? "unreachable" : "rejected";
}
