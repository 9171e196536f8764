import { setTimeout as delay } from "node:timers/promises";
import type { MetricSample } from "../../../src/common/index.ts";
import { ChannelClient, silentLogger, SystemClock } from "../../../src/common/index.ts";
import { residentBytes } from "../../../test/support/node-processes.ts";
import { COLLECT_MS, COLLECT_OPTIONS, COLLECT_SIGNAL } from "../load/collect-garbage.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { runCallBurst } from "../load/call-burst.ts";
import { roundTo } from "../results/statistics.ts";
import { startEdge, type EdgeSystem } from "../systems/edge-system.ts";

const DEFAULT_RATE = 300;
const WARM_UP = { rate: 100, seconds: 3 };
/** RFC 3261 timers D, H, J and L keep finished transactions for 32 s, and the oldest of what is remembered 4 s more. */
const SETTLE_SECONDS = 45;
/** The rate of the goal, and how long what is remembered lives at most. */
const GOAL = { rate: 1_400, keptSeconds: 36 };
/** The tables of what is open or remembered. */
const REMEMBERED = ["tandem_sip_transactions", "tandem_sip_finished_transactions", "tandem_sip_finished_invites"];
const MEGABYTE = 1024 * 1024;

/** What the edge keeps of calls that have ended, to know what comes again. */
export const remembered: Bench = {
  name: "remembered",
  about: "heap of the edge, garbage collected, that calls leave behind for 32 s after their end",
  estimateSeconds: ({ seconds }) => 2 * SETTLE_SECONDS + WARM_UP.seconds + seconds + 10,
  run: measureRemembered,
};

async function measureRemembered(context: BenchContext): Promise<Measured[]> {
  const { rate = DEFAULT_RATE, seconds } = context.options;
  const edge = await startEdge(context, COLLECT_OPTIONS);
  await runCallBurst(context, edge, WARM_UP.rate, WARM_UP.seconds);
  context.progress(`waiting ${SETTLE_SECONDS} s until transactions are forgotten`);
  await delay(1_000 * SETTLE_SECONDS);
  const before = await collected(edge);
  const burst = await runCallBurst(context, edge, rate, seconds);
  const { successful } = burst.client;
  const after = await collected(edge);
  context.progress(`waiting ${SETTLE_SECONDS} s until they are forgotten again`);
  await delay(1_000 * SETTLE_SECONDS);
  const end = await collected(edge);
  const resident = residentBytes(edge.edgePid);
  await edge.close();
  const perCall = (after.heapBytes - end.heapBytes) / successful;
  const figure = (metric: string, value: number, unit: string): Measured => {
    return { bench: "remembered", system: TANDEM, metric, value: roundTo(value), unit };
  };
  return [
    figure("heap for a call that has ended", perCall, "bytes"),
    figure("transactions remembered of a call", (after.remembered - before.remembered) / successful, "entries"),
    figure("heap for all of them at 1,400 calls/s", (perCall * GOAL.rate * GOAL.keptSeconds) / MEGABYTE, "MB"),
    figure(
      "heap left when they are forgotten (code, caches)",
      Math.max(0, end.heapBytes - before.heapBytes) / successful,
      "bytes",
    ),
    figure("RSS of the edge after it", resident / MEGABYTE, "MB"),
  ];
}

/** Heap after a collection, and entries of the tables of transactions. */
async function collected({ edgePid, socket }: EdgeSystem): Promise<{ heapBytes: number; remembered: number }> {
  process.kill(edgePid, COLLECT_SIGNAL);
  await delay(COLLECT_MS);
  const client = new ChannelClient({ path: socket, clock: new SystemClock(), logger: silentLogger });
  try {
    await client.connectOnce();
    const samples = (await client.request("metrics")) as readonly MetricSample[];
    const sum = (name: string): number =>
      samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);
    return {
      heapBytes: sum("tandem_process_heap_bytes"),
      remembered: REMEMBERED.reduce((total, name) => total + sum(name), 0),
    };
  } finally {
    client.close();
  }
}
