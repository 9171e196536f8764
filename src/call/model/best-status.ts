/** Statuses that say something about us rather than about the callee. */
const ABOUT_US = new Map<number, number>([
  [401, 403],
  [407, 403],
  [420, 500],
  [421, 500],
]);

/** Statuses of places that could not be reached at all. */
const UNREACHED = new Set([408, 430, 503]);

/**
 * What the caller is told when no branch was answered (RFC 3261 16.7 step 6, adapted to a B2BUA): a 6xx decides, then
 * busy, then what was said by a place that could be reached. Redirections are not followed: 480.
 * @param statuses final responses of the branches, 300 and above; none: 480
 */
export function bestStatus(statuses: readonly number[]): number {
  const global = statuses.find((status) => status >= 600);
  if (global !== undefined) return global;
  if (statuses.includes(486)) return 486;
  const spoken = statuses.filter((status) => !UNREACHED.has(status) && status !== 487);
  const lowest = spoken.length === 0 ? 480 : Math.min(...spoken);
  return lowest < 400 ? 480 : (ABOUT_US.get(lowest) ?? lowest);
}
