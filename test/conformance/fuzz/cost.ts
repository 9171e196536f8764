/** Pairs of measurements that are made when the first one looks bad; an odd number has a middle. */
const PAIRS = 9;
const RUNS = 5;
/**
 * What the small input is taken to cost at least, 12 ns an octet: below it caches and the clock tell more than the
 * work does. What grows with the square of 64 KB is far above 16 times that.
 */
const FLOOR_MS = 0.1;

/**
 * How much more a large input costs than a small one, in processor time. One good pair of measurements is enough. When
 * the first is bad, more are made, small and large by turns so that both have the same bad moments, and the median
 * counts: a few that others on the machine have spoiled, either way, change nothing.
 */
export function costRatio(small: () => void, large: () => void, enough: number): number {
  const measure = (): number => {
    const smallMs = Math.max(FLOOR_MS, fastestMs(small, 0));
    return fastestMs(large, enough * smallMs) / smallMs;
  };
  const first = measure();
  if (first <= enough) return first;
  const ratios = [first, ...Array.from({ length: PAIRS - 1 }, measure)].sort((one, other) => one - other);
  return ratios[(PAIRS - 1) / 2] ?? first;
}

/** The shortest of several runs, or the first that is short enough. */
function fastestMs(work: () => void, enoughMs: number): number {
  let fastest = Infinity;
  for (let run = 0; run < RUNS && fastest > enoughMs; run += 1) fastest = Math.min(fastest, costMs(work));
  return fastest;
}

/**
 * Processor time of one run. The clock also counts what others did meanwhile, the process's usage also what its other
 * threads did (collector, compiler): neither is less than the work itself, so the lesser of both is nearer to it.
 */
function costMs(work: () => void): number {
  const usage = process.cpuUsage();
  const startMs = performance.now();
  work();
  const wallMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(usage);
  return Math.min(wallMs, (user + system) / 1_000);
}
