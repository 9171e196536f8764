import type { Cleanup } from "../../test/support/cleanup.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { BenchContext } from "../bench/bench.ts";
import { COLLECT_OPTIONS } from "../bench/load/collect-garbage.ts";
import { startTandem, type TandemSystem } from "../bench/systems/tandem-system.ts";
import { BadInput } from "./bad-input.ts";
import type { SoakOptions } from "./command-line.ts";
import { Mixture, phonesInConfig, type StreamResult } from "./mixture.ts";
import { findRampRate, type RampStep } from "./ramp.ts";
import type { SoakSummary } from "./report.ts";
import {
  heapVerdicts,
  leftoverFiles,
  leftoverObjects,
  missingGauges,
  residentVerdicts,
  type Leftover,
} from "./verdict.ts";
import { MemoryWatch, quietStates } from "./watch.ts";

/** What a soak works with. */
export interface SoakContext {
  readonly options: SoakOptions;
  /** Everything that is started goes in here at once. */
  readonly cleanup: Cleanup;
  readonly progress: (text: string) => void;
  /** Aborted: no new calls; what was seen so far is summed up. */
  readonly signal: AbortSignal;
}

/** Bursts of the ramp: at most so long each, with what the last calls take, and none begins after so long. */
const RAMP_SECONDS = 3;
const RAMP_DRAIN_MS = 15_000;
const RAMP_MS = 40_000;
const WARM_UP_RATE = 60;
const PROGRESS_MS = 10_000;
const DRAIN_MS = 30_000;
/** RFC 3261 timers D, H and J, an eighth more for the oldest of what is remembered, and the last calls. */
const QUIET_MS = 60_000;
const QUIET_INTERVAL_MS = 500;
const MEGABYTE = 1024 * 1024;

/** Makes calls of every kind for a time and looks at what is left of them. @throws {Error} when it cannot be done */
export async function runSoak(context: SoakContext): Promise<SoakSummary> {
  const { options, cleanup, progress, signal } = context;
  const rate = options.rate ?? (await halfOfMaximum(context));
  if (signal.aborted) return nothingDone(rate);
  const system = await startTandem(benchContext(context), {
    nodeOptions: COLLECT_OPTIONS,
    morePhones: phonesInConfig(),
  });
  const before = await quietStates(system.node, system.groups);
  const fresh = await system.node.metrics();
  const missing = missingGauges(fresh.lines);
  if (missing.length > 0) throw new Error(`the node has no ${missing.join(", ")}: nothing would be found`);

  const mixture = new Mixture(cleanup, system.sip);
  await mixture.register();
  const stranger = cleanup.add(await BadInput.start(system.sip), (each) => each.close());
  const watch = cleanup.add(new MemoryWatch(system.groups), (each) => each.close());
  progress(`${rate} calls/s for ${options.seconds} s`);
  const startMs = performance.now();
  mixture.begin(rate, options.seconds);
  const streams = await followed(context, mixture, watch);
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  watch.close();
  stranger.close();
  progress(`${stranger.sent} messages of bad input were sent; phones unregister`);
  const all = [...streams, ...(await mixture.unregister())];
  const good = sum(streams.map((stream) => stream.good));
  const left = signal.aborted ? [] : await becomeQuiet(context, system, fresh.lines);
  const after = signal.aborted ? [] : await quietStates(system.node, system.groups);
  await system.close();
  return {
    seconds,
    rate,
    streams: all,
    good,
    failed: sum(all.map(({ failed }) => failed)),
    leftovers: [...left, ...leftoverFiles(before, after)],
    memory: [...heapVerdicts(before, after, good), ...residentVerdicts(watch.series)],
    series: watch.series,
    isInterrupted: signal.aborted,
  };
}

/** Tells how it goes until all calls are over. */
async function followed({ progress, signal, options }: SoakContext, mixture: Mixture, watch: MemoryWatch) {
  const stop = (): void => {
    progress("no new calls");
    mixture.stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const timer = setInterval(() => progress(progressLine(mixture.results(), watch)), PROGRESS_MS);
  try {
    return await mixture.finished(options.seconds * 1_000 * 1.1 + DRAIN_MS);
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", stop);
  }
}

function progressLine(results: readonly StreamResult[], { series }: MemoryWatch): string {
  const failing = results.filter(({ failed }) => failed > 0).map(({ name, failed }) => `${name} ${failed}`);
  const memory = series.map(({ process, samples }) => {
    return `${process} ${Math.round((samples.at(-1)?.residentBytes ?? 0) / MEGABYTE)}`;
  });
  return [
    `${sum(results.map(({ good }) => good))} good`,
    failing.length === 0 ? "0 failed" : `FAILED: ${failing.join(", ")}`,
    `${sum(results.map(({ sentAgain }) => sentAgain))} sent again`,
    `MB: ${memory.join(", ")}`,
  ].join("; ");
}

/** Waits until everything is as on the fresh node. @returns what is not after a minute */
async function becomeQuiet(
  { progress, signal }: SoakContext,
  { node }: TandemSystem,
  fresh: Parameters<typeof leftoverObjects>[0],
): Promise<Leftover[]> {
  progress("waiting until nothing is left; transactions are remembered for 36 s");
  let left: Leftover[] = [];
  const look = async (): Promise<void> => {
    left = leftoverObjects(fresh, (await node.metrics()).lines);
    if (left.length > 0 && !signal.aborted) throw new Error("not yet");
  };
  const timer = setInterval(() => progress(`left: ${left.map(({ what }) => what).join(", ")}`), PROGRESS_MS);
  try {
    await eventually(look, { timeoutMs: QUIET_MS, intervalMs: QUIET_INTERVAL_MS }).catch(() => undefined);
  } finally {
    clearInterval(timer);
  }
  // Interrupted while it waited, it has not seen what would still have gone.
  return signal.aborted ? [] : left;
}

/** Searches with the same mixture on a node of its own: what breaks there is not counted against the soak. */
async function halfOfMaximum(context: SoakContext): Promise<number> {
  const { cleanup, progress, signal } = context;
  progress("searching for the rate that the switch is clean at, for a minute at most");
  const system = await startTandem(benchContext(context), { morePhones: phonesInConfig() });
  const mixture = new Mixture(cleanup, system.sip);
  await mixture.register();
  const stop = (): void => mixture.stop();
  signal.addEventListener("abort", stop, { once: true });
  const run = async (rate: number): Promise<RampStep> => {
    const results = await mixture.burst(rate, RAMP_SECONDS, RAMP_DRAIN_MS).catch(() => undefined);
    const failed = sum(results?.map((each) => each.failed) ?? [1]);
    const again = sum(results?.map(({ sentAgain }) => sentAgain) ?? []);
    progress(`${rate} calls/s for ${RAMP_SECONDS} s: ${failed} failed, ${again} sent again`);
    return { isClean: failed + again === 0 };
  };
  // The first calls of a process cost two to three times as much.
  await run(WARM_UP_RATE);
  const found = await findRampRate({ run, withinMs: RAMP_MS, nowMs: () => performance.now(), signal });
  signal.removeEventListener("abort", stop);
  await mixture.close();
  await system.close();
  if (found === 0 && !signal.aborted) throw new Error("no rate is clean on this machine: give one with --rate");
  return Math.round(found / 2);
}

/** Interrupted before the first call. */
function nothingDone(rate: number): SoakSummary {
  const nothing = { streams: [], good: 0, failed: 0, leftovers: [], memory: [], series: [] };
  return { ...nothing, seconds: 0, rate, isInterrupted: true };
}

function benchContext({ cleanup, progress }: SoakContext): BenchContext {
  return { options: { seconds: RAMP_SECONDS, runs: 1, rate: undefined }, cleanup, progress, cleanRate: undefined };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
