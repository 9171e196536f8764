import { APPLICATION } from "../../../test/support/cti-objects.ts";
import { CtiClient } from "../../../test/support/cti-client.ts";
import type { Bench, BenchContext, Measured } from "../bench.ts";
import { CallProbe, type CallTimes } from "../load/call-probe.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";
import { startCtiTandem, type CtiSystem } from "../systems/cti-system.ts";

const DEFAULT_RATE = 100;
const WARM_UP_SECONDS = 5;
const REST_SECONDS = 2;

/** Whether a client that stops reading is felt by calls. */
export const ctiSlow: Bench = {
  name: "cti-slow",
  about: `set-up times at ${DEFAULT_RATE} calls/s with a client that watches everything, and with one that stops reading`,
  estimateSeconds: ({ seconds, runs }) => WARM_UP_SECONDS + REST_SECONDS + 2 * runs * (seconds + REST_SECONDS + 1),
  run: measureSlow,
};

async function measureSlow(context: BenchContext): Promise<Measured[]> {
  const system = await startCtiTandem(context);
  const rate = context.options.rate ?? DEFAULT_RATE;
  await probeCalls(context, system, rate, WARM_UP_SECONDS);
  const reading: CallTimes[] = [];
  const stopped: CallTimes[] = [];
  // In turn, so that what else the machine does hits both.
  for (let run = 0; run < context.options.runs; run += 1) {
    for (const [times, reads] of [
      [reading, true],
      [stopped, false],
    ] as const) {
      const client = context.cleanup.add(await watchAll(system), (each) => each.destroy());
      if (!reads) client.pause();
      times.push(await probeCalls(context, system, rate, context.options.seconds));
      client.destroy();
    }
  }
  await system.close();
  return [50, 99].flatMap((percent) =>
    (
      [
        ["a client reads", reading],
        ["a client has stopped reading", stopped],
      ] as const
    ).map(([how, runs]) => ({
      bench: "cti-slow",
      system: system.name,
      metric: `post-dial delay p${percent}, ${how}`,
      value: roundTo(median(runs.map(({ rang }) => percentile(rang, percent / 100)))),
      unit: "ms",
    })),
  );
}

async function watchAll({ node }: CtiSystem): Promise<CtiClient> {
  const client = await CtiClient.connect(node.cti);
  await client.open(APPLICATION);
  await client.request("events.subscribe", { topics: [{ kind: "all" }] });
  return client;
}

async function probeCalls(
  { cleanup, progress }: BenchContext,
  { sip }: CtiSystem,
  rate: number,
  seconds: number,
): Promise<CallTimes> {
  const probe = cleanup.add(await CallProbe.start(sip), (each) => each.close());
  const times = await probe.run(rate, seconds);
  probe.close();
  if (times.rang.length === 0) throw new Error(`no call rang at ${rate} calls/s`);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(times.rang, share).toFixed(2));
  progress(`${rate} calls/s: 180 after ${p50} / ${p99} ms, ${times.failed} failed`);
  return times;
}
