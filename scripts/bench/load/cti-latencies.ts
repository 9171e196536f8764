import type { BenchContext, Measured } from "../bench.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";
import type { CtiKind } from "../systems/cti-switch.ts";
import type { CtiProbe, CtiTimes, Moment } from "./cti-probe.ts";

/** Each with how its metrics are told apart: nothing for the rate that peers were recorded at. */
const RATES = [
  { rate: 20, suffix: "" },
  { rate: 100, suffix: " at 100 calls/s" },
] as const;
/** At 20 calls/s a p99 needs this long to mean something. */
const RATE_SECONDS = 10;
/** First calls cost two to three times as much, until thousands have been made. */
const WARM_UP = { rate: 200, seconds: 15 };
/** Of the warm-up and of a run, for the last calls. */
const REST_SECONDS = 3;

/** What is measured, and under which names. */
export interface LatencyRun {
  readonly bench: string;
  /** Name of the system. */
  readonly system: string;
  readonly probe: CtiProbe;
  readonly kind: CtiKind;
}

/** @returns how long a device takes */
export function ctiLatencySeconds(runs: number): number {
  return WARM_UP.seconds + REST_SECONDS + runs * RATES.length * (RATE_SECONDS + REST_SECONDS);
}

/** Rates at which devices are measured, for people. */
export const CTI_RATES = RATES.map(({ rate }) => rate).join(" and ");

/** The metrics of a device, named by the bench. */
export async function ctiLatencies(
  context: BenchContext,
  { bench, system, probe, kind }: LatencyRun,
): Promise<Measured[]> {
  const device = await kind.open(probe);
  await probe.run(kind.number, WARM_UP.rate, WARM_UP.seconds);
  const figures: Measured[] = [];
  for (const { rate, suffix } of RATES) {
    const runs: CtiTimes[] = [];
    for (let run = 0; run < context.options.runs; run += 1) {
      const result = await probe.run(kind.number, rate, RATE_SECONDS);
      report(context, kind, rate, result, probe.problem);
      runs.push(result);
    }
    figures.push(...measuredAt({ bench, system }, kind, suffix, runs));
  }
  await device.close();
  return figures;
}

function measuredAt(
  place: Pick<LatencyRun, "bench" | "system">,
  kind: CtiKind,
  suffix: string,
  runs: readonly CtiTimes[],
): Measured[] {
  return metricsOf(kind).flatMap(([moment, metrics]) =>
    [50, 99].flatMap((percent) => {
      const value = roundTo(median(runs.map(({ times }) => percentile(times[moment], percent / 100))));
      return metrics.map((metric) => {
        return { ...place, metric: `${metric}${suffix} p${percent}`, value, unit: "ms" };
      });
    }),
  );
}

function metricsOf({ metrics }: CtiKind): [Moment, readonly string[]][] {
  return MOMENTS.flatMap((moment): [Moment, readonly string[]][] => {
    const names = metrics[moment];
    return names === undefined ? [] : [[moment, names]];
  });
}

const MOMENTS: readonly Moment[] = ["event", "redirect", "answer", "transfer"];

function report(
  { progress }: BenchContext,
  kind: CtiKind,
  rate: number,
  result: CtiTimes,
  problem: string | undefined,
): void {
  const parts = metricsOf(kind).map(([moment, [metric = moment]]) => {
    const times = result.times[moment];
    if (times.length === 0)
      throw new Error(`${metric}: nothing was measured in ${result.made} calls: ${problem ?? ""}`);
    return `${metric} ${percentile(times, 0.5).toFixed(2)} / ${percentile(times, 0.99).toFixed(2)} ms`;
  });
  const failures = result.failed === 0 ? "" : `, ${result.failed} of ${result.made} calls failed: ${problem ?? ""}`;
  progress(`at ${rate} calls/s: ${parts.join(", ")}${failures}`);
}
