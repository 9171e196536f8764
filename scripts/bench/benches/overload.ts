import { setTimeout as delay } from "node:timers/promises";
import { Sipp, type SippOptions, type SippResult } from "../../../test/support/sipp.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { runCallBurst, startCallee, HOLD_MS } from "../load/call-burst.ts";
import { cleanCallRate } from "../load/calls-clean.ts";
import { median, roundTo } from "../results/statistics.ts";
import {
  CALLED_NUMBER,
  CALLER_ADDRESS,
  PHONE_PORT,
  SECOND_CALLER_ADDRESS,
  type SystemUnderTest,
} from "../systems/system-under-test.ts";
import { startTandem } from "../systems/tandem-system.ts";

const OVERLOAD_FACTOR = 2;
const ESTABLISHED_CALLS = 100;
const ESTABLISHED_RATE = 100;
const WARM_UP = { rate: 200, seconds: 10 };
/** A call that waits longer for an answer counts as lost: a caller has hung up by then. */
const RECEIVE_TIMEOUT_MS = 10_000;
const DRAIN_MS = 40_000;
const SET_UP_SLACK_MS = 500;
const SEARCH_SECONDS = 60;

interface Outcome {
  readonly offered: SippResult;
  readonly established: SippResult;
}

/** Twice the clean rate: what succeeds, what is refused how, and what it does to calls that were up before. */
export const overload: Bench = {
  name: "overload",
  about: `${OVERLOAD_FACTOR} x the clean rate, with ${ESTABLISHED_CALLS} calls up before it`,
  estimateSeconds: ({ seconds, runs, rate }) =>
    WARM_UP.seconds + runs * (2 * seconds + 12) + (rate === undefined ? SEARCH_SECONDS : 0),
  run: measureOverload,
};

async function measureOverload(context: BenchContext): Promise<Measured[]> {
  const { runs, seconds } = context.options;
  const system = await startTandem(context);
  await runCallBurst(context, system, WARM_UP.rate, WARM_UP.seconds);
  const clean = await cleanCallRate(context, system);
  const outcomes: Outcome[] = [];
  for (let run = 0; run < runs; run += 1) outcomes.push(await overloadOnce(context, system, clean * OVERLOAD_FACTOR));
  const figure = (metric: string, unit: string, pick: (outcome: Outcome) => number): Measured => ({
    bench: "overload",
    system: TANDEM,
    metric,
    unit,
    value: roundTo(median(outcomes.map(pick))),
  });
  const good = ({ offered }: Outcome): number => goodPerSecond(offered, seconds);
  const share = (count: (result: SippResult) => number) => {
    return ({ offered }: Outcome): number => (100 * count(offered)) / offered.created;
  };
  await system.close();
  return [
    figure("calls/s offered", "calls/s", ({ offered }) => Math.round(offered.created / seconds)),
    figure("calls/s that succeed at 2 x the clean rate", "calls/s", good),
    figure("calls/s that succeed at 2 x the clean rate, share of it", "%", (each) => (100 * good(each)) / clean),
    figure(
      "refused by 503 with Retry-After",
      "%",
      share((result) => counter(result, 2)),
    ),
    figure(
      "refused by 503 without Retry-After",
      "%",
      share((result) => counter(result, 3)),
    ),
    figure("lost", "%", share(lost)),
    figure("established calls harmed", "calls", ({ established }) => ESTABLISHED_CALLS - established.successful),
    figure("requests of established calls sent again", "", ({ established }) => established.retransmissions),
  ];
}

async function overloadOnce(context: BenchContext, system: SystemUnderTest, rate: number): Promise<Outcome> {
  const { seconds } = context.options;
  const setUpMs = (1_000 * ESTABLISHED_CALLS) / ESTABLISHED_RATE;
  const callee = await startCallee(context);
  const start = (options: Partial<SippOptions>): Sipp => {
    const fixed = { port: PHONE_PORT, target: system.sip, service: CALLED_NUMBER, mediaPort: 30_000, maxCalls: 50_000 };
    const sipp = Sipp.start({ scenario: "call", address: SECOND_CALLER_ADDRESS, ...fixed, ...options });
    return context.cleanup.add(sipp, (running) => running.close());
  };
  // They are up before the overload begins, and end in the middle of it.
  const established = start({
    calls: ESTABLISHED_CALLS,
    callsPerSecond: ESTABLISHED_RATE,
    holdMs: Math.round(setUpMs + SET_UP_SLACK_MS + (seconds * 1_000) / 2),
  });
  await delay(setUpMs + SET_UP_SLACK_MS);
  const offered = start({
    scenario: "call-or-503",
    address: CALLER_ADDRESS,
    calls: Math.round(rate * seconds),
    callsPerSecond: rate,
    holdMs: HOLD_MS,
    receiveTimeoutMs: RECEIVE_TIMEOUT_MS,
  });
  const results = {
    offered: await offered.finished(seconds * 1_000 + DRAIN_MS),
    established: await established.finished(DRAIN_MS),
  };
  await Promise.all([offered.close(), established.close(), callee.close()]);
  const [succeeded, refused] = [counter(results.offered, 1), counter(results.offered, 2)];
  const { created } = results.offered;
  context.progress(`${system.name}: of ${created} calls at ${rate}/s ${succeeded} succeeded, ${refused} got 503`);
  return results;
}

function counter({ counters }: SippResult, number: number): number {
  return counters[number - 1] ?? 0;
}

function lost(result: SippResult): number {
  return result.created - counter(result, 1) - counter(result, 2) - counter(result, 3);
}

/** Calls that ended well in a second while calls were offered: from the first second on to the last. */
export function goodPerSecond({ history }: Pick<SippResult, "history">, seconds: number): number {
  const during = history.filter(({ atMs }) => atMs >= 900 && atMs <= 1_000 * seconds + 500);
  const [first, last] = [during[0], during.at(-1)];
  if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
  return (1_000 * ((last.counters[0] ?? 0) - (first.counters[0] ?? 0))) / (last.atMs - first.atMs);
}
