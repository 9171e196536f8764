import { causeOfStatus } from "../cause.ts";
import { refusedOutcome, type Outcome, type Refusal } from "./outcome.ts";

/** Statuses that say something about us rather than about the callee. */
const ABOUT_US = new Map<number, number>([
  [401, 403],
  [407, 403],
  [420, 500],
  [421, 500],
]);

/** Statuses of places that could not be reached at all. */
const UNREACHED = new Set([408, 430, 503]);
const OUT_OF_ORDER = 27;

/** Q.850: temporary failure. */
const APPLICATION_FAILED: Outcome = { by: "switch", reason: "unreachable", status: 480, cause: 41 };
export const NO_ANSWER: Outcome = { by: "switch", reason: "no-answer", status: 480, cause: 19 };

/**
 * What the caller is told when no branch was answered (RFC 3261 16.7 step 6, adapted to a B2BUA): a 6xx decides, then
 * busy, then what was said by a place that could be reached, then that nobody has answered. Redirections are not followed: 480. What a branch gave as
 * its Reason goes with its status.
 */
export function bestRefusal(refusals: readonly Refusal[]): Outcome {
  const spoken = refusals.filter(
    ({ status, isUnanswered, isFailed }) =>
      isUnanswered !== true && isFailed !== true && !UNREACHED.has(status) && status !== 487,
  );
  const chosen =
    refusals.find(({ status }) => status >= 600) ??
    refusals.find(({ status }) => status === 486) ??
    spoken.reduce<Refusal | undefined>(
      (best, one) => (best === undefined || one.status < best.status ? one : best),
      undefined,
    );
  if (chosen === undefined) {
    if (refusals.some(({ isUnanswered }) => isUnanswered === true)) return NO_ANSWER;
    return refusals.some(({ isFailed }) => isFailed === true) ? APPLICATION_FAILED : unreached(refusals);
  }
  const status = chosen.status < 400 ? 480 : (ABOUT_US.get(chosen.status) ?? chosen.status);
  return refusedOutcome({ ...chosen, status });
}

/** True when no place that was tried could be reached. */
export function isUnreached(refusals: readonly Refusal[]): boolean {
  return refusals.length > 0 && refusals.every(({ status }) => UNREACHED.has(status));
}

/** Nobody that could be reached has said anything. */
function unreached(refusals: readonly Refusal[]): Outcome {
  const failed = refusals.filter(({ status }) => UNREACHED.has(status));
  const told = failed.find((one) => one.told !== undefined)?.told;
  if (failed.length === 0) return refusedOutcome({ status: 480 });
  const isCongested = failed.every(({ status }) => status === 503);
  return refusedOutcome({ status: 480, told }, isCongested ? causeOfStatus(503) : OUT_OF_ORDER);
}
