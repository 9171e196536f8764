import type { Bench, BenchContext, Measured } from "../bench.ts";
import { CallProbe, type CallTimes } from "../load/call-probe.ts";
import { CtiWatcher, type WatcherState } from "../load/cti-watcher.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";
import { startCtiTandem, type CtiSystem } from "../systems/cti-system.ts";

const DEFAULT_RATE = 100;
const WARM_UP_SECONDS = 5;
const REST_SECONDS = 2;
/** At the default rate who has stopped reading falls behind, is warned and is cut off within that. */
const LEAST_SECONDS = 10;

/** What clients do while calls are made. */
const CASES = ["nobody watches", "a client reads", "a client has stopped reading"] as const;
type Case = (typeof CASES)[number];

interface Run {
  readonly times: CallTimes;
  /** Of the client, at the end; absent: there was none. */
  readonly state?: WatcherState;
}

/** Whether a client that stops reading is felt by calls. */
export const ctiSlow: Bench = {
  name: "cti-slow",
  about: `set-up times at ${DEFAULT_RATE} calls/s with nobody, with a client that watches everything, and with one that stops reading`,
  estimateSeconds: ({ seconds, runs }) => {
    return WARM_UP_SECONDS + REST_SECONDS + CASES.length * runs * (Math.max(seconds, LEAST_SECONDS) + REST_SECONDS + 1);
  },
  run: measureSlow,
};

async function measureSlow(context: BenchContext): Promise<Measured[]> {
  const system = await startCtiTandem(context);
  const rate = context.options.rate ?? DEFAULT_RATE;
  await probeCalls(context, system, rate, WARM_UP_SECONDS);
  const runs = new Map<Case, Run[]>(CASES.map((each) => [each, []]));
  // In turn, so that what else the machine does hits all.
  for (let run = 0; run < context.options.runs; run += 1) {
    for (const each of CASES) runs.get(each)?.push(await measureCase(context, system, rate, each));
  }
  await system.close();
  const figure = (metric: string, value: number, unit: string): Measured => {
    return { bench: "cti-slow", system: system.name, metric, value: roundTo(value), unit };
  };
  const stopped = (runs.get("a client has stopped reading") ?? []).flatMap(({ state }) => state ?? []);
  return [
    ...[50, 99].flatMap((percent) =>
      [...runs].map(([each, all]) => {
        const value = median(all.map(({ times }) => percentile(times.rang, percent / 100)));
        return figure(`post-dial delay p${percent}, ${each}`, value, "ms");
      }),
    ),
    figure("events that waited for who has stopped reading", median(stopped.map(({ waiting }) => waiting)), "events"),
  ];
}

async function measureCase(context: BenchContext, system: CtiSystem, rate: number, each: Case): Promise<Run> {
  context.progress(each);
  const seconds = Math.max(context.options.seconds, LEAST_SECONDS);
  if (each === "nobody watches") return { times: await probeCalls(context, system, rate, seconds) };
  const watcher = context.cleanup.add(await CtiWatcher.start(system), (opened) => opened.close());
  if (each === "a client has stopped reading") watcher.pause();
  const times = await probeCalls(context, system, rate, seconds);
  const state = await watcher.state();
  await watcher.close();
  const { flow, isConnected, waiting } = state;
  context.progress(`${waiting} events waited, ${isConnected ? flow : "cut off"}`);
  return { times, state };
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
