import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { searchSeconds, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { findProgram } from "../systems/find-program.ts";
import { startRtpengine } from "../systems/rtpengine-relay.ts";
import { datagramsSent } from "../load/datagrams-sent.ts";
import { RtpFlows } from "../load/rtp-flows.ts";
import { usageOf } from "../load/process-usage.ts";
import { findCleanRate, type Burst } from "../load/rate-search.ts";
import { pinToCore, startEmbeddedRelay, type RelayUnderTest } from "../systems/relay-under-test.ts";
import { roundTo } from "../results/statistics.ts";

const CALLS = 250;
const FIRST_RATE = 20_000;
/** The load of two-way calls with 20 ms packets: at different rates, the cost of a packet cannot be compared. */
const COMMON_RATE = CALLS * 2 * 50;
const MAX_LOSS = 0.001;
/** The source has not kept up with its rate when it needed this much longer. */
const SLACK_SHARE = 0.03;
/** What the relay still has in its sockets when the source is done. */
const DRAIN_MS = 200;

interface RelayBurst extends Burst {
  readonly cpuUs: number;
  readonly keptUp: boolean;
}

/** Packets through a relay on one core, from a source on another. */
export const relay: Bench = {
  name: "relay",
  about: `RTP of ${CALLS} calls through the relay on one core`,
  estimateSeconds: (options) => (searchSeconds(options) + 5) * relaysPresent().length,
  run: measureRelays,
};

function relaysPresent(): ((context: BenchContext) => Promise<RelayUnderTest>)[] {
  return [startEmbeddedRelay, ...(findProgram("rtpengine") === undefined ? [] : [startRtpengine])];
}

async function measureRelays(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of relaysPresent()) {
    const system = await start(context);
    const source = await startSource(context, system);
    const { rate: firstRate = FIRST_RATE, runs } = context.options;
    let isSourceTheLimit = false;
    const found = await findCleanRate(
      async (rate) => {
        const burst = await runBurst(context, system, source, rate);
        if (!burst.isClean) isSourceTheLimit = !burst.keptUp;
        return burst;
      },
      { firstRate, runs },
    );
    if (isSourceTheLimit) context.progress(`${system.name}: the source was the limit: the relay can do more`);
    const { name } = system;
    const add = (metric: string, value: number, unit: string): void => {
      figures.push({ bench: "relay", system: name, metric, value: roundTo(value), unit });
    };
    add("packets/s, loss < 0.1 %", found.rate, "packets/s");
    const common = await runBurst(context, system, source, COMMON_RATE);
    add(`CPU per packet at ${COMMON_RATE} packets/s`, common.cpuUs, "us");
    if (found.burst !== undefined) {
      add("CPU per packet at that rate", found.burst.cpuUs, "us");
      add("packets/s a core, from CPU", 1_000_000 / found.burst.cpuUs, "packets/s");
    }
    await source.process.kill();
    await system.close();
  }
  return figures;
}

/** Source and sink with all calls set up and proved to be heard; the relay has the first core for itself. */
async function startSource(context: BenchContext, system: RelayUnderTest): Promise<RtpFlows> {
  const source = RtpFlows.start(context, "rtp-source", CALLS);
  const sink = RtpFlows.start(context, "rtp-sink", CALLS);
  const [callerPorts, calleePorts] = [await source.ports(), await sink.ports()];
  const targets: number[] = [];
  for (const [index, port] of callerPorts.entries()) {
    targets.push(await system.openCall(`bench-${index}`, port, calleePorts[index] ?? 0));
  }
  await source.connect(targets);
  await source.send(10 * CALLS, 1);
  await sink.allHeard();
  sink.process.signal("SIGSTOP");
  if (cpus().length < 2 || !pinToCore(system.pid, 0) || !pinToCore(source.process.pid, 1)) {
    context.progress("relay and source cannot be kept on a core each: the figures are of both together");
  }
  return source;
}

/** Sent by the source against sent by the relay, which is all else that sends in this network. */
async function runBurst(
  context: BenchContext,
  { name, pid }: RelayUnderTest,
  source: RtpFlows,
  rate: number,
): Promise<RelayBurst> {
  const { seconds } = context.options;
  const groups = [{ name, pid }];
  const [before, [usageBefore]] = [datagramsSent(), usageOf(groups)];
  const { sent, elapsedMs } = await source.send(rate, seconds);
  await delay(DRAIN_MS);
  const [after, [usageAfter]] = [datagramsSent(), usageOf(groups)];
  const relayed = after - before - sent;
  const loss = 1 - relayed / sent;
  const cpuUs = (1_000 * ((usageAfter?.cpuMs ?? 0) - (usageBefore?.cpuMs ?? 0))) / Math.max(1, relayed);
  const keptUp = elapsedMs <= 1_000 * seconds * (1 + SLACK_SHARE);
  const isClean = keptUp && loss < MAX_LOSS;
  const problem = keptUp ? `loss ${(100 * loss).toFixed(2)} %` : "the source did not keep up";
  context.progress(
    `${name}: ${rate} packets/s for ${seconds} s: ${isClean ? "clean" : `not clean, ${problem}`} (${cpuUs.toFixed(1)} us each)`,
  );
  return { isClean, cpuUs, keptUp };
}
