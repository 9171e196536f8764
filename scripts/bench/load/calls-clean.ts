import { searchSeconds, type BenchContext, type BenchOptions, type Measured } from "../bench.ts";
import { runCallBurst, type LoadBurst } from "./call-burst.ts";
import { findCleanRate, type FoundRate } from "./rate-search.ts";
import { roundTo } from "../results/statistics.ts";
import type { SystemUnderTest } from "../systems/system-under-test.ts";

const WARM_UP_RATE = 200;
const WARM_UP_SECONDS = 5;
const FIRST_RATE = 300;
const MEGABYTE = 1024 * 1024;

/** Warms a system up, since first calls cost two to three times as much, and finds the rate up to which it is clean. */
export async function findCleanCallRate(
  context: BenchContext,
  system: SystemUnderTest,
  options: BenchOptions = context.options,
): Promise<FoundRate<LoadBurst>> {
  context.progress(`${system.name}: warming up`);
  await runCallBurst(context, system, WARM_UP_RATE, WARM_UP_SECONDS);
  const firstRate = options.rate ?? FIRST_RATE;
  const found = await findCleanRate((rate) => runCallBurst(context, system, rate), { firstRate, runs: options.runs });
  context.progress(`${system.name}: clean up to ${found.rate} calls/s (runs: ${found.runs.join(", ")})`);
  return found;
}

/**
 * The rate that Tandem is clean at: given, known from another bench of this run, or searched for in one run. Peers are
 * measured at the same rate.
 */
export async function cleanCallRate(context: BenchContext, system: SystemUnderTest): Promise<number> {
  const { options } = context;
  const known = options.rate ?? context.cleanRate;
  if (known !== undefined) return known;
  const { rate } = await findCleanCallRate(context, system, { ...options, runs: 1 });
  context.cleanRate = rate;
  return rate;
}

/** The figures of a search. */
export function callFigures(bench: string, system: SystemUnderTest, found: FoundRate<LoadBurst>): Measured[] {
  return loadFigures(bench, system.name, "calls/s clean", "calls/s", "call", found);
}

/** The figures of a search for calls or registrations: rate, processor time of one, memory. */
export function loadFigures(
  bench: string,
  system: string,
  metric: string,
  unit: string,
  one: string,
  { rate, burst }: FoundRate<LoadBurst>,
): Measured[] {
  const figures: Measured[] = [{ bench, system, metric, value: rate, unit }];
  if (burst === undefined) return figures;
  const total = [...burst.cpuMs.values()].reduce((sum, ms) => sum + ms, 0);
  figures.push({ bench, system, metric: `CPU per ${one}`, value: roundTo(total), unit: "ms" });
  for (const [process, ms] of burst.cpuMs) {
    if (burst.cpuMs.size === 1) break;
    figures.push({ bench, system, metric: `CPU per ${one}, ${process}`, value: roundTo(ms), unit: "ms" });
  }
  for (const { name, residentBytes } of burst.usage) {
    const value = roundTo(residentBytes / MEGABYTE);
    figures.push({ bench, system, metric: `RSS after the burst, ${name}`, value, unit: "MB" });
  }
  return figures;
}

/** How long one system takes. */
export function callSearchSeconds(options: BenchOptions): number {
  return WARM_UP_SECONDS + 4 + searchSeconds(options);
}
