import { setTimeout as delay } from "node:timers/promises";
import { Sipp, type SippResult } from "../../../test/support/sipp.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { runCallBurst, startCallee } from "../load/call-burst.ts";
import { COLLECT_MS, COLLECT_OPTIONS, COLLECT_SIGNAL } from "../load/collect-garbage.ts";
import { usageOf, type Usage } from "../load/process-usage.ts";
import { roundTo } from "../results/statistics.ts";
import { CALLED_NUMBER, CALLER_ADDRESS, PHONE_PORT, type SystemUnderTest } from "../systems/system-under-test.ts";
import { startTandem } from "../systems/tandem-system.ts";

const HELD_CALLS = [500, 2_000];
const DEFAULT_SET_UP_RATE = 200;
/** RFC 3261 timers D, H, J and L keep finished transactions for 32 s; what is held is seen after that. */
const SETTLE_SECONDS = 38;
/** Enough to load what calls need, too little to leave memory behind that held calls would then use. */
const WARM_UP = { rate: 50, seconds: 2 };
const MEGABYTE = 1024 * 1024;

/** What a call that is up costs in each process, and what is left when all have ended. */
export const memory: Bench = {
  name: "memory",
  about: `resident memory, garbage collected, with ${HELD_CALLS.join(" and ")} calls held`,
  estimateSeconds: ({ rate = DEFAULT_SET_UP_RATE }) =>
    WARM_UP.seconds +
    SETTLE_SECONDS +
    HELD_CALLS.reduce((sum, calls) => sum + Math.round((2 * calls) / rate) + 2 * SETTLE_SECONDS, 0),
  run: measureMemory,
};

async function measureMemory(context: BenchContext): Promise<Measured[]> {
  const system = await startTandem(context, { nodeOptions: COLLECT_OPTIONS });
  await runCallBurst(context, system, WARM_UP.rate, WARM_UP.seconds);
  let before = await settled(context, system, "before");
  const first = before;
  const figures: Measured[] = [];
  for (const calls of HELD_CALLS) {
    const held = await holdCalls(context, system, calls);
    // The number behind which a figure is compared with the peers is the larger one, whose noise is smaller.
    figures.push(...heldFigures(before, held, calls, calls === HELD_CALLS.at(-1) ? "" : `, ${calls} calls`));
    before = await settled(context, system, `after ${calls} calls`);
  }
  const left = totalBytes(before) - totalBytes(first);
  figures.push(megabytes("memory left after all calls", left), megabytes("memory before any call", totalBytes(first)));
  await system.node.stop();
  return figures;
}

function heldFigures(before: readonly Usage[], held: readonly Usage[], calls: number, suffix: string): Measured[] {
  const start = new Map(before.map((usage) => [usage.name, usage.residentBytes]));
  const figure = (name: string, bytes: number): Measured => ({
    bench: "memory",
    system: TANDEM,
    metric: `memory per held call${name}${suffix}`,
    value: Math.round(bytes / calls),
    unit: "bytes",
  });
  const grown = held.map(({ name, residentBytes }) => [name, residentBytes - (start.get(name) ?? 0)] as const);
  return [
    figure("", totalBytes(held) - totalBytes(before)),
    ...grown.map(([name, bytes]) => figure(`, ${name}`, bytes)),
  ];
}

/** Sets calls up, waits until their transactions are gone, reads, and lets them end. */
async function holdCalls(context: BenchContext, system: SystemUnderTest, calls: number): Promise<readonly Usage[]> {
  const rate = context.options.rate ?? DEFAULT_SET_UP_RATE;
  const setUpMs = (1_000 * calls) / rate;
  const holdMs = Math.round(setUpMs + 1_000 * SETTLE_SECONDS);
  const callee = await startCallee(context);
  const caller = context.cleanup.add(
    Sipp.start({
      scenario: "call",
      address: CALLER_ADDRESS,
      port: PHONE_PORT,
      target: system.sip,
      service: CALLED_NUMBER,
      mediaPort: 30_000,
      calls,
      callsPerSecond: rate,
      maxCalls: calls,
      holdMs,
    }),
    (sipp) => sipp.close(),
  );
  context.progress(`${system.name}: ${calls} calls are set up and held for ${SETTLE_SECONDS} s`);
  // The first call ends after `holdMs`.
  await delay(holdMs - COLLECT_MS - 500);
  const usage = await collectedUsage(system);
  const result = await caller.finished(setUpMs + 30_000);
  await callee.stop(10_000);
  await Promise.all([caller.close(), callee.close()]);
  assertAllGood(result, calls);
  return usage;
}

async function settled({ progress }: BenchContext, system: SystemUnderTest, when: string): Promise<readonly Usage[]> {
  progress(`${system.name}: waiting ${SETTLE_SECONDS} s until transactions are gone, ${when}`);
  await delay(1_000 * SETTLE_SECONDS);
  return collectedUsage(system);
}

async function collectedUsage({ groups }: SystemUnderTest): Promise<readonly Usage[]> {
  for (const { pid } of groups) process.kill(pid, COLLECT_SIGNAL);
  await delay(COLLECT_MS);
  return usageOf(groups);
}

function assertAllGood({ successful, log }: SippResult, calls: number): void {
  if (successful !== calls) throw new Error(`${successful} of ${calls} held calls were good:\n${log}`);
}

function totalBytes(usage: readonly Usage[]): number {
  return usage.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
}

function megabytes(metric: string, bytes: number): Measured {
  return { bench: "memory", system: TANDEM, metric, value: roundTo(bytes / MEGABYTE), unit: "MB" };
}
