import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { runCallBurst } from "../load/call-burst.ts";
import { cleanCallRate } from "../load/calls-clean.ts";
import { median, roundTo } from "../results/statistics.ts";
import { startTandem, type TandemSystem } from "../systems/tandem-system.ts";
import { buildWithoutJournals } from "../systems/without-journals.ts";

/** Of the clean rate: below it, so that both keep up and what differs is the processor time. */
const SHARE_OF_CLEAN = 0.7;
const WARM_UP = { rate: 200, seconds: 5 };
const SEARCH_SECONDS = 60;

/** Processor time of a call by process, in ms. */
type CpuMs = ReadonlyMap<string, number>;

/** What it costs that calls outlive the processes: the same bursts with and without journals, in turn. */
export const records: Bench = {
  name: "records",
  about: "processor time of a call with journals of dialogs, calls and sessions, and without, in turn",
  estimateSeconds: ({ seconds, runs, rate }) =>
    2 * (WARM_UP.seconds + 4) + 2 * runs * (seconds + 4) + (rate === undefined ? SEARCH_SECONDS : 0),
  run: measureRecords,
};

async function measureRecords(context: BenchContext): Promise<Measured[]> {
  const kept = await startTandem(context);
  const none = await startTandem(context, { program: await buildWithoutJournals(context) });
  for (const system of [kept, none]) await runCallBurst(context, system, WARM_UP.rate, WARM_UP.seconds);
  if (journalBytes(kept) === 0 || journalBytes(none) > 0) throw new Error("the journals are not as they should be");
  const rate = Math.max(1, Math.round((await cleanCallRate(context, kept)) * SHARE_OF_CLEAN));
  const cpu: { kept: CpuMs[]; none: CpuMs[] } = { kept: [], none: [] };
  const { runs } = context.options;
  for (let run = 0; run < 2 * runs && cpu.kept.length < runs; run += 1) {
    context.progress(`run ${run + 1}: with journals, then without`);
    const pair = [await runCallBurst(context, kept, rate), await runCallBurst(context, none, rate)] as const;
    // Refused calls and those that are sent again cost something else.
    if (!pair[0].isClean || !pair[1].isClean) continue;
    cpu.kept.push(pair[0].cpuMs);
    cpu.none.push(pair[1].cpuMs);
  }
  if (cpu.kept.length === 0) throw new Error(`no two bursts at ${rate} calls/s were clean: give a lower --rate`);
  await kept.close();
  await none.close();
  const figure = (metric: string, value: number, unit: string): Measured => {
    return { bench: "records", system: TANDEM, metric, value: roundTo(value), unit };
  };
  return ["edge", "all processes"].flatMap((process) => {
    const withJournals = median(cpu.kept.map((each) => timeOf(each, process)));
    const without = median(cpu.none.map((each) => timeOf(each, process)));
    return [
      figure(`CPU per call with journals, ${process}`, withJournals, "ms"),
      figure(`CPU per call without, ${process}`, without, "ms"),
      figure(`cost of journals, ${process}`, 100 * (withJournals / without - 1), "%"),
    ];
  });
}

function timeOf(cpuMs: CpuMs, process: string): number {
  if (process !== "all processes") return cpuMs.get(process) ?? 0;
  return [...cpuMs.values()].reduce((sum, ms) => sum + ms, 0);
}

function journalBytes({ node }: TandemSystem): number {
  const path = join(node.dataDir, "state", "edge-dialogs.journal");
  return existsSync(path) ? statSync(path).size : 0;
}
