import { median } from "../results/statistics.ts";

/** One burst at a rate. */
export interface Burst {
  /** It met the condition of its bench: for calls, none failed and nothing was sent again. */
  readonly isClean: boolean;
}

/** Bounds of a search. */
export interface RateSearchOptions {
  /** The rate of the first burst, in units a second. */
  readonly firstRate: number;
  /** Fine searches; the median of them counts. */
  readonly runs: number;
}

/** What a search found. */
export interface FoundRate<B extends Burst> {
  /** Median of the highest clean rates; 0 when no burst was clean. */
  readonly rate: number;
  /** The highest clean rate of each run. */
  readonly runs: readonly number[];
  /** A clean burst at `rate`. */
  readonly burst: B | undefined;
}

const COARSE_FACTOR = 1.3;
const FINE_FACTOR = 1.06;
const MAX_COARSE_STEPS = 20;
/** On the way down in a fine search: a machine that got busy must not end it with nothing. */
const FINE_DOWN_FACTOR = 1 / 1.15;
const MAX_FINE_STEPS = 10;
const SIGNIFICANT_DIGITS = 3;

/**
 * Raises the rate until a burst is not clean: once in large steps, which also warms up, then `runs` times in small
 * ones from below the rate that was found. A burst that is not clean is tried once more, since a machine has hiccups.
 */
export async function findCleanRate<B extends Burst>(
  run: (rate: number) => Promise<B>,
  { firstRate, runs }: RateSearchOptions,
): Promise<FoundRate<B>> {
  const clean = new Map<number, B>();
  const isClean = async (rate: number): Promise<boolean> => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const burst = await run(rate);
      if (!burst.isClean) continue;
      clean.set(rate, burst);
      return true;
    }
    return false;
  };
  const coarse = await climb(isClean, firstRate, [COARSE_FACTOR, 1 / COARSE_FACTOR], MAX_COARSE_STEPS);
  if (coarse === 0) return { rate: 0, runs: [], burst: undefined };
  const found: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    found.push(await climb(isClean, coarse, [FINE_FACTOR, FINE_DOWN_FACTOR], MAX_FINE_STEPS));
  }
  const rate = median(found);
  return { rate, runs: found, burst: clean.get(rate) };
}

/** The highest clean rate on the way up from `first`, or the first clean one on the way down; 0 when there is none. */
async function climb(
  isClean: (rate: number) => Promise<boolean>,
  first: number,
  [up, down]: readonly [number, number],
  maxSteps: number,
): Promise<number> {
  const goesUp = await isClean(first);
  let best = goesUp ? first : 0;
  let rate = first;
  for (let step = 1; step < maxSteps && rate > 1; step += 1) {
    rate = nextRate(rate, goesUp ? up : down);
    const good = await isClean(rate);
    if (good) best = rate;
    if (good !== goesUp) break;
  }
  return best;
}

/** The next rate in round figures; always another one, and never below 1. */
export function nextRate(rate: number, factor: number): number {
  const rounded = Math.max(1, Math.round(Number((rate * factor).toPrecision(SIGNIFICANT_DIGITS))));
  if (rounded !== rate) return rounded;
  return factor > 1 ? rate + 1 : Math.max(1, rate - 1);
}
