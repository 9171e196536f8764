import type { Refusal } from "./outcome.ts";

/**
 * Q.850 causes after which another trunk may do better: no route by this one, no circuit, network out of order,
 * temporary failure, congestion, requested circuit or resource not available.
 */
const TRUNK_CAUSES = new Set([2, 3, 34, 38, 41, 42, 44, 47]);

/**
 * Causes that are about the callee, who is the same behind every trunk: unallocated number, normal clearing, busy, no
 * user responding, no answer, absent, rejected, changed, wrong format.
 */
const CALLEE_CAUSES = new Set([1, 16, 17, 18, 19, 20, 21, 22, 28]);

/** No answer, no way to the trunk at all, and what a trunk says of itself. */
const TRUNK_STATUSES = new Set([408, 430, 500, 502, 503, 504]);

/**
 * True when a trunk's refusal is about the trunk: the next one is tried. A Q.850 cause that it gave counts more than
 * its status; all that is not known to be about the trunk is the callee's answer.
 */
export function isTrunkFailure({ status, told, isOurs }: Refusal): boolean {
  if (isOurs === true) return true;
  const cause = told?.cause;
  if (cause !== undefined && CALLEE_CAUSES.has(cause)) return false;
  return (cause !== undefined && TRUNK_CAUSES.has(cause)) || TRUNK_STATUSES.has(status);
}
