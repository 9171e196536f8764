import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { Bench, BenchContext, Measured } from "../bench.ts";
import { datagramsSent } from "../load/datagrams-sent.ts";
import { usageOf } from "../load/process-usage.ts";
import { RtpFlows } from "../load/rtp-flows.ts";
import { median, roundTo } from "../results/statistics.ts";
import { pinToCore, startEmbeddedRelay, type ConferencesUnderTest } from "../systems/relay-under-test.ts";

/** Can be divided by each size. */
const PARTIES = 192;
const SIZES = [3, 8, 32];
const PACKETS_A_SECOND = 50;
const WARM_UP_SECONDS = 2;
const DRAIN_MS = 200;
/** Mixes that may be missing: a tick more or less at either end. */
const MAX_MISSING = 0.02;

/** Mixing on one core, all parties speaking from another. */
export const conference: Bench = {
  name: "conference",
  about: `${PARTIES} parties that all speak, in conferences of ${SIZES.join(", ")}, on one core`,
  estimateSeconds: ({ seconds, runs }) => 5 + SIZES.length * (WARM_UP_SECONDS + runs * (seconds + 1)),
  run: measureConferences,
};

async function measureConferences(context: BenchContext): Promise<Measured[]> {
  const system = await startEmbeddedRelay(context);
  const source = RtpFlows.start(context, "rtp-source", PARTIES);
  const ports = await source.ports();
  const figures: Measured[] = [];
  let isConnected = false;
  for (const size of SIZES) {
    const targets: number[] = [];
    for (const [index, port] of ports.entries()) {
      const name = `${size}-${Math.floor(index / size)}`;
      targets.push(await system.enterConference(`party-${index}`, name, port));
    }
    if (!isConnected) {
      await source.connect(targets);
      if (cpus().length < 2 || !pinToCore(system.pid, 0) || !pinToCore(source.process.pid, 1)) {
        context.progress("relay and source cannot be kept on a core each: the figures are of both together");
      }
    }
    isConnected = true;
    await source.send(PARTIES * PACKETS_A_SECOND, WARM_UP_SECONDS);
    const costs: number[] = [];
    for (let run = 0; run < context.options.runs; run += 1) costs.push(await costOf(context, system, source, size));
    const cpuMs = median(costs);
    const add = (metric: string, value: number, unit: string): void => {
      figures.push({ bench: "conference", system: system.name, metric, value: roundTo(value), unit });
    };
    add(`CPU of a party in a second, conferences of ${size}`, cpuMs, "ms");
    add(`parties a core, from CPU, conferences of ${size}`, 1_000 / cpuMs, "parties");
  }
  await source.process.kill();
  await system.close();
  return figures;
}

/** Processor time of one party in a second, in ms. */
async function costOf(
  context: BenchContext,
  { name, pid }: ConferencesUnderTest,
  source: RtpFlows,
  size: number,
): Promise<number> {
  const { seconds } = context.options;
  const groups = [{ name, pid }];
  const startMs = performance.now();
  const [before, [usageBefore]] = [datagramsSent(), usageOf(groups)];
  const { sent } = await source.send(PARTIES * PACKETS_A_SECOND, seconds);
  const [after, [usageAfter]] = [datagramsSent(), usageOf(groups)];
  const passedSeconds = (performance.now() - startMs) / 1_000;
  const mixes = after - before - sent;
  const missing = 1 - mixes / (PARTIES * PACKETS_A_SECOND * passedSeconds);
  const cpuMs = ((usageAfter?.cpuMs ?? 0) - (usageBefore?.cpuMs ?? 0)) / PARTIES / passedSeconds;
  const problem = missing > MAX_MISSING ? `, ${(100 * missing).toFixed(1)} % of the mixes missing` : "";
  context.progress(`conferences of ${size}: ${cpuMs.toFixed(2)} ms each in a second${problem}`);
  await delay(DRAIN_MS);
  return cpuMs;
}
