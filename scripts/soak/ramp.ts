/** One try of a rate. */
export interface RampStep {
  /** No call failed and nothing was sent again. */
  readonly isClean: boolean;
}

export interface RampOptions {
  /** Tries one rate, in calls a second. */
  readonly run: (rate: number) => Promise<RampStep>;
  /** No further rate is tried after this. */
  readonly withinMs: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

const FIRST_RATE = 200;
const FACTOR = 1.5;
const MIN_RATE = 10;
/** Four times what a machine with two cores does. */
const MAX_RATE = 8_000;

/**
 * Raises the rate by half each time until it is not clean, or lowers it until it is. A rate that is not clean is tried
 * once more, since a machine has hiccups and the first calls cost more.
 * @returns the highest clean rate; 0 when none was
 */
export async function findRampRate({ run, withinMs, nowMs, signal }: RampOptions): Promise<number> {
  const endMs = nowMs() + withinMs;
  const isOver = (): boolean => signal.aborted || nowMs() >= endMs;
  const isClean = async (rate: number): Promise<boolean> => {
    for (let attempt = 0; attempt < 2 && !isOver(); attempt += 1) {
      if ((await run(rate)).isClean) return true;
    }
    return false;
  };
  let best = 0;
  let rate = FIRST_RATE;
  while (best === 0 && rate >= MIN_RATE && !isOver()) {
    if (await isClean(rate)) best = rate;
    else rate = Math.round(rate / FACTOR);
  }
  if (best < FIRST_RATE) return best;
  for (rate = Math.round(best * FACTOR); rate <= MAX_RATE && !isOver(); rate = Math.round(rate * FACTOR)) {
    if (!(await isClean(rate))) break;
    best = rate;
  }
  return best;
}
