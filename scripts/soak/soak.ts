import type { Cleanup } from "../../test/support/cleanup.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { BenchContext } from "../bench/bench.ts";
import { COLLECT_OPTIONS } from "../bench/load/collect-garbage.ts";
import { findCleanCallRate } from "../bench/load/calls-clean.ts";
import { startTandem, type TandemSystem } from "../bench/systems/tandem-system.ts";
import { BadInput } from "./bad-input.ts";
import type { SoakOptions } from "./command-line.ts";
import { Mixture, phonesInConfig, type StreamResult } from "./mixture.ts";
import type { SoakSummary } from "./report.ts";
import { heapVerdicts, leftoverFiles, leftoverObjects, residentVerdicts, type Leftover } from "./verdict.ts";
import { MemoryWatch, quietStates, type QuietState } from "./watch.ts";

/** What a soak works with. */
export interface SoakContext {
  readonly options: SoakOptions;
  /** Everything that is started goes in here at once. */
  readonly cleanup: Cleanup;
  readonly progress: (text: string) => void;
  /** Aborted: no new calls; what was seen so far is summed up. */
  readonly signal: AbortSignal;
}

/** Bursts of the ramp. */
const RAMP_SECONDS = 2;
const PROGRESS_MS = 10_000;
const DRAIN_MS = 30_000;
/** RFC 3261 timers D, H and J, a quarter more for the oldest of what is remembered, and the last calls. */
const QUIET_MS = 60_000;
const QUIET_INTERVAL_MS = 500;
const MEGABYTE = 1024 * 1024;

/** Makes calls of every kind for a time and looks at what is left of them. @throws {Error} when it cannot be done */
export async function runSoak(context: SoakContext): Promise<SoakSummary> {
  const { options, cleanup, progress, signal } = context;
  const system = await startTandem(benchContext(context), COLLECT_OPTIONS, phonesInConfig());
  const freshFiles = await quietStates(system.node, system.groups);
  const fresh = await system.node.metrics();
  const rate = options.rate ?? (await halfOfMaximum(context, system));
  if (options.rate === undefined && !signal.aborted) await becomeQuiet(context, system, fresh.lines, freshFiles);
  const before = await quietStates(system.node, system.groups);

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
  const leftovers = signal.aborted ? [] : await becomeQuiet(context, system, fresh.lines, freshFiles);
  const after = signal.aborted ? [] : await quietStates(system.node, system.groups);
  await system.close();
  return {
    seconds,
    rate,
    streams: all,
    good,
    failed: sum(all.map(({ failed }) => failed)),
    leftovers,
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
  { node, groups }: TandemSystem,
  fresh: Parameters<typeof leftoverObjects>[0],
  freshFiles: readonly QuietState[],
): Promise<Leftover[]> {
  progress("waiting until nothing is left; transactions are remembered for 40 s");
  let left: Leftover[] = [];
  const look = async (): Promise<void> => {
    left = leftoverObjects(fresh, (await node.metrics()).lines);
    if (left.length > 0 && !signal.aborted) throw new Error("not yet");
  };
  await eventually(look, { timeoutMs: QUIET_MS, intervalMs: QUIET_INTERVAL_MS }).catch(() => undefined);
  return [...left, ...leftoverFiles(freshFiles, await quietStates(node, groups))];
}

async function halfOfMaximum(context: SoakContext, system: TandemSystem): Promise<number> {
  const found = await findCleanCallRate(benchContext(context), system, {
    seconds: RAMP_SECONDS,
    runs: 1,
    rate: undefined,
  });
  if (found.rate === 0) throw new Error("no rate is clean on this machine: give one with --rate");
  return Math.max(1, Math.round(found.rate / 2));
}

function benchContext({ cleanup, progress }: SoakContext): BenchContext {
  return { options: { seconds: RAMP_SECONDS, runs: 1, rate: undefined }, cleanup, progress, cleanRate: undefined };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
