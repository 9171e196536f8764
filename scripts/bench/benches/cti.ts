import type { Bench, BenchContext, BenchOptions, Measured } from "../bench.ts";
import { callFigures, callSearchSeconds, findCleanCallRate } from "../load/calls-clean.ts";
import { CtiProbe, type CtiTimes, type Moment } from "../load/cti-probe.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";
import { ROUTE_POINT } from "../systems/cti-system.ts";
import type { CtiKind, CtiSwitch } from "../systems/cti-switch.ts";
import { ctiPeersPresent } from "../systems/peers.ts";
import { CALLED_NUMBER } from "../systems/system-under-test.ts";
import { startTandemSwitch } from "../systems/tandem-cti.ts";

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
/** Of Tandem; peers have no more. */
const MAX_KINDS = 4;

/** From the wire to an application and back, by a probe that is caller, callee and application in one process. */
export const cti: Bench = {
  name: "cti",
  about: `an application's events and commands at ${RATES.map(({ rate }) => rate).join(" and ")} calls/s, and calls/s through a route point`,
  estimateSeconds: (options) => {
    const one = WARM_UP.seconds + REST_SECONDS + options.runs * RATES.length * (RATE_SECONDS + REST_SECONDS);
    return (MAX_KINDS * one + callSearchSeconds(options)) * (1 + ctiPeersPresent().length);
  },
  run: measureCti,
};

async function measureCti(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of [startTandemSwitch, ...ctiPeersPresent()]) {
    const measured = await start(context);
    context.progress(`${measured.system.name}: events and commands`);
    // One for all: a trunk whose other end is gone for a moment is passed over for a while.
    const probe = context.cleanup.add(await CtiProbe.start(measured.system.sip), (each) => each.close());
    for (const kind of measured.kinds) figures.push(...(await latencies(context, measured, probe, kind)));
    probe.close();
    figures.push(...(await routePointCalls(context, measured)));
    await measured.close();
  }
  return figures;
}

async function latencies(
  context: BenchContext,
  { system }: CtiSwitch,
  probe: CtiProbe,
  kind: CtiKind,
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
    figures.push(...measuredAt(system.name, kind, suffix, runs));
  }
  await device.close();
  return figures;
}

function measuredAt(system: string, kind: CtiKind, suffix: string, runs: readonly CtiTimes[]): Measured[] {
  return metricsOf(kind).flatMap(([moment, metrics]) =>
    [50, 99].flatMap((percent) => {
      const value = roundTo(median(runs.map(({ times }) => percentile(times[moment], percent / 100))));
      return metrics.map((metric) => {
        return { bench: "cti", system, metric: `${metric}${suffix} p${percent}`, value, unit: "ms" };
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

/** SIPp calls the route point, the application sends each call to the SIPp that answers. */
async function routePointCalls(context: BenchContext, measured: CtiSwitch): Promise<Measured[]> {
  const { system } = measured;
  const refusals = new Map<string, number>();
  const desk = await measured.openDesk((offer) => {
    offer.redirect(CALLED_NUMBER).catch((error: unknown) => {
      const text = String(error);
      refusals.set(text, (refusals.get(text) ?? 0) + 1);
    });
  });
  const application = { name: "application", pid: process.pid, isAlone: true };
  const routed = { ...system, service: ROUTE_POINT.number, groups: [...system.groups, application] };
  const options: BenchOptions = { ...context.options, rate: context.options.rate ?? FIRST_RATE };
  const found = await findCleanCallRate(context, routed, options);
  await desk.close();
  for (const [text, count] of [...refusals].slice(0, MAX_TOLD)) context.progress(`redirect, ${count} times: ${text}`);
  const named = (metric: string): string => (metric === "calls/s clean" ? `route-point ${metric}` : metric);
  return callFigures("cti", routed, found).map((figure) => ({ ...figure, metric: named(figure.metric) }));
}

const FIRST_RATE = 200;
/** Refusals that people are told of. */
const MAX_TOLD = 5;
