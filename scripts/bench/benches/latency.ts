import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { runCallBurst } from "../load/call-burst.ts";
import { CallProbe, type CallTimes } from "../load/call-probe.ts";
import { cleanCallRate } from "../load/calls-clean.ts";
import { peersPresent } from "../systems/peers.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";
import type { SystemUnderTest } from "../systems/system-under-test.ts";
import { startTandem } from "../systems/tandem-system.ts";

const LOW_RATE = 20;
/** At 20 calls/s a p99 needs this long to mean something. */
const LOW_RATE_SECONDS = 10;
const WARM_UP = { rate: 200, seconds: 10 };
const SEARCH_SECONDS = 60;

/** Set-up times, by a probe that is caller and callee in one process. */
export const latency: Bench = {
  name: "latency",
  about: `set-up times at ${LOW_RATE} calls/s and at half the clean rate`,
  estimateSeconds: ({ seconds, runs, rate }) => {
    const one = WARM_UP.seconds + runs * (LOW_RATE_SECONDS + seconds + 3);
    return one * (1 + peersPresent("calls").length) + (rate === undefined ? SEARCH_SECONDS : 0);
  },
  run: measureLatency,
};

async function measureLatency(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of [startTandem, ...peersPresent("calls")]) {
    const system = await start(context);
    await runCallBurst(context, system, WARM_UP.rate, WARM_UP.seconds);
    const half = Math.max(1, Math.round((await cleanCallRate(context, system)) / 2));
    for (const [rate, suffix] of [
      [LOW_RATE, ""],
      [half, ", at half the clean rate"],
    ] as const) {
      const seconds = suffix === "" ? LOW_RATE_SECONDS : context.options.seconds;
      figures.push(...(await probeRuns(context, system, rate, seconds, suffix)));
    }
    await system.close();
  }
  return figures;
}

async function probeRuns(
  context: BenchContext,
  system: SystemUnderTest,
  rate: number,
  seconds: number,
  suffix: string,
): Promise<Measured[]> {
  const runs: CallTimes[] = [];
  for (let run = 0; run < context.options.runs; run += 1) {
    const probe = context.cleanup.add(await CallProbe.start(system.sip), (each) => each.close());
    const times = await probe.run(rate, seconds);
    probe.close();
    if (times.answered.length === 0) {
      const problem = `${system.name} answered no call at ${rate} calls/s`;
      if (system.name === TANDEM) throw new Error(problem);
      // Half of what Tandem is clean at may be too much for a peer.
      context.progress(problem);
      return [];
    }
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(times.rang, share).toFixed(2));
    context.progress(`${system.name}: ${rate} calls/s: 180 after ${p50} / ${p99} ms, ${times.failed} failed`);
    runs.push(times);
  }
  const parts: [string, (times: CallTimes) => readonly number[]][] = [
    ["INVITE in to INVITE out", ({ crossed }) => crossed],
    ["post-dial delay", ({ rang }) => rang],
    ["answer", ({ answered }) => answered],
  ];
  return parts.flatMap(([metric, pick]) =>
    [50, 99].map((percent) => ({
      bench: "latency",
      system: system.name,
      metric: `${metric} p${percent}${suffix}`,
      value: roundTo(median(runs.map((times) => percentile(pick(times), percent / 100)))),
      unit: "ms",
    })),
  );
}
