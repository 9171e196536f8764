import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import {
  KillCampaign,
  KILLS,
  OVER_CONNECTIONS,
  OVER_UDP,
  type KillMoment,
  type KillReport,
} from "../test/cluster/kill-campaign.ts";
import type { TandemNode } from "../test/support/tandem-node.ts";
import { runSuites } from "./run-suites.ts";

// `npm run test:kill`: the bounded suite. `npm run test:kill -- --times N [--json]`: kills edge, callmanager and both in the
// middle of calls, N times each, over UDP and over connections, at quiet and at bad moments; ends with a summary. Each
// time has a node of its own. Ctrl-C ends it and its processes.

const MAX_TIMES = 10_000;
const MOMENTS: readonly KillMoment[] = ["quiet", "holding", "waiting"];

interface Round extends KillReport {
  readonly time: number;
  readonly transports: string;
}

/** What is being started, and what runs, for Ctrl-C. */
let current: Promise<KillCampaign> | undefined;
let node: TandemNode | undefined;
let isInterrupted = false;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { times: { type: "string" }, json: { type: "boolean" } } });
  if (values.times === undefined) {
    if (values.json === true) throw new RangeError("--json: only with --times");
    return runSuites(["kill"]);
  }
  const times = Number(values.times);
  if (!/^\d+$/.test(values.times) || times < 1 || times > MAX_TIMES) {
    throw new RangeError(`--times: a whole number from 1 to ${MAX_TIMES}`);
  }
  const build = spawnSync("npm", ["run", "--silent", "build"], { stdio: ["ignore", 2, 2] });
  if (build.status !== 0) return 1;
  // Ctrl-C comes twice: npm passes on what the terminal sends to both.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void interrupt());
  const rounds: Round[] = [];
  for (let time = 1; time <= times && !isInterrupted; time += 1) await runTime(time, times, rounds);
  return summarize(rounds, times, values.json === true);
}

async function runTime(time: number, times: number, rounds: Round[]): Promise<void> {
  for (const options of [OVER_UDP, OVER_CONNECTIONS]) {
    for (const moment of MOMENTS) {
      if (isInterrupted) return;
      node = undefined;
      current = KillCampaign.start(options, (started) => {
        node = started;
      });
      const campaign = await current;
      try {
        for (const services of KILLS) {
          const round = { time, transports: options.protocols.join(","), ...(await campaign.run(services, moment)) };
          if (isInterrupted) return;
          rounds.push(round);
          const { transports, killed, calls, lost, backMs, exerciseMs } = round;
          const what = `${time}/${times} ${transports} ${moment}: ${killed}`;
          console.error(`${what}: ${calls} calls, ${lost.length} lost, back ${backMs} ms, used ${exerciseMs} ms`);
          for (const line of lost) console.error(`  ${line}`);
        }
      } finally {
        if (!isInterrupted) await campaign.stop();
      }
    }
  }
}

async function interrupt(): Promise<void> {
  if (isInterrupted) return;
  isInterrupted = true;
  // One that is being started either comes up or cleans up after itself.
  if (node === undefined) await current?.catch(() => undefined);
  await node?.destroy();
  process.exit(130);
}

function summarize(rounds: readonly Round[], times: number, asJson: boolean): number {
  const total = (of: (round: Round) => number): number => rounds.reduce((sum, round) => sum + of(round), 0);
  const summary = {
    times,
    kills: rounds.length,
    calls: total(({ calls }) => calls),
    lost: total(({ lost }) => lost.length),
    retries: total(({ retries }) => retries),
    longestBackMs: Math.max(...rounds.map(({ backMs }) => backMs)),
    longestExerciseMs: Math.max(...rounds.map(({ exerciseMs }) => exerciseMs)),
  };
  if (asJson) console.log(JSON.stringify({ ...summary, rounds }, undefined, 2));
  else {
    const { kills, calls, lost, retries, longestBackMs, longestExerciseMs } = summary;
    console.log(`${kills} kills in ${calls} calls: ${lost} lost; ${retries} requests tried again`);
    console.log(`services back after ${longestBackMs} ms at most, all calls used within ${longestExerciseMs} ms`);
  }
  return summary.lost === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isInterrupted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
