/** How often a cost is measured before it counts as too high: noise only ever adds. */
const ATTEMPTS = 6;
const RUNS = 5;
/**
 * What the small input is taken to cost at least, 12 ns an octet: below it caches and the clock tell more than the
 * work does. What grows with the square of 64 KB is far above 16 times that.
 */
const FLOOR_MS = 0.1;

/**
 * How much more a large input costs than a small one: the smallest ratio of several attempts, each of the fastest of
 * several runs. It ends as soon as the ratio is at most `enough`.
 */
export function costRatio(small: () => void, large: () => void, enough: number): number {
  let ratio = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && ratio > enough; attempt += 1) {
    const smallMs = Math.max(FLOOR_MS, fastestMs(small, 0));
    ratio = Math.min(ratio, fastestMs(large, enough * smallMs) / smallMs);
  }
  return ratio;
}

/** The shortest of several runs, or the first that is short enough. */
function fastestMs(work: () => void, enoughMs: number): number {
  let fastest = Infinity;
  for (let run = 0; run < RUNS && fastest > enoughMs; run += 1) {
    const startMs = performance.now();
    work();
    fastest = Math.min(fastest, performance.now() - startMs);
  }
  return fastest;
}
