import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { TandemNode, type ServiceName } from "../../../test/support/tandem-node.ts";
import { doneOn, tandemInTerminal } from "../../../test/support/tandem-shell.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median, roundTo } from "../results/statistics.ts";
import { documentOf } from "./import.ts";

const SMALL = 1_000;
const LARGE = 20_000;
const END_MS = 120_000;
const AGAIN_MS = 30_000;
const RESTARTED: readonly ServiceName[] = ["callmanager", "edge"];

/** `tandem import` of a file on a node that runs, from the command to the prompt, and a node that has imported much. */
export const importCommand: Bench = {
  name: "import-command",
  about:
    "`tandem import` of a YAML file on a node, from command to prompt; start and kills of a node with 20,000 devices",
  estimateSeconds: ({ runs }) => 40 + 25 * runs,
  run: measureCommands,
};

async function measureCommands(context: BenchContext): Promise<Measured[]> {
  const { options, cleanup, progress } = context;
  const folder = mkdtempSync(join(tmpdir(), "tandem-import-"));
  cleanup.add(folder, (path) => rmSync(path, { recursive: true, force: true }));
  const figures: Measured[] = [];
  const add = (metric: string, values: readonly number[]): void => {
    const value = roundTo(median(values));
    progress(`${metric}: ${value} ms`);
    figures.push({ bench: "import-command", system: TANDEM, metric, value, unit: "ms" });
  };
  const small = fileOf(folder, SMALL);
  const [plain, drawn, still]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < options.runs; run += 1) {
    plain.push(await onNewNode(context, (node) => timeOf(() => doneOn(node, ["import", small]))));
    const { ms, stillMs } = await onNewNode(context, (node) => timeInTerminal(node, small));
    drawn.push(ms);
    still.push(stillMs);
  }
  add("1,000 devices, no terminal", plain);
  add("1,000 devices, terminal", drawn);
  add("1,000 devices, longest time in which nothing moves", still);
  await onNewNode(context, async (node) => {
    const { ms, stillMs } = await timeInTerminal(node, fileOf(folder, LARGE));
    add("20,000 devices, terminal", [ms]);
    add("20,000 devices, longest time in which nothing moves", [stillMs]);
    for (const service of RESTARTED)
      add(`20,000 devices, ${service} killed to ready`, await killTimes(node, service, options.runs));
    const starts: number[] = [];
    for (let run = 0; run < options.runs; run += 1) {
      await node.pause();
      await node.startSupervisor();
      starts.push(node.startMs);
    }
    add("20,000 devices, tandem start to ready", starts);
  });
  return figures;
}

async function onNewNode<Result>(
  { cleanup }: BenchContext,
  work: (node: TandemNode) => Promise<Result>,
): Promise<Result> {
  const node = cleanup.add(await TandemNode.start(), (one) => one.destroy());
  const result = await work(node);
  await node.stop();
  return result;
}

async function killTimes(node: TandemNode, service: ServiceName, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const pid = await node.killService(service);
    times.push(await timeOf(() => node.serviceAgain(service, pid, AGAIN_MS)));
  }
  return times;
}

/** `stillMs`: the longest time between two different drawings. */
async function timeInTerminal(node: TandemNode, file: string): Promise<{ ms: number; stillMs: number }> {
  const startMs = performance.now();
  const command = tandemInTerminal(node, ["import", file]);
  let [stillMs, changedMs, isFirst, at] = [0, startMs, true, 0];
  for (;;) {
    try {
      await command.outputMatching(/[^\r\n]/, END_MS, at);
    } catch {
      break;
    }
    at = command.output.length;
    const nowMs = performance.now();
    // Before the first drawing the program is loaded.
    if (!isFirst) stillMs = Math.max(stillMs, nowMs - changedMs);
    isFirst = false;
    changedMs = nowMs;
  }
  const { code } = await command.exited(END_MS);
  if (code !== 0) throw new Error(`tandem import ended with ${code}: ${command.output}`);
  return { ms: performance.now() - startMs, stillMs };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function fileOf(folder: string, devices: number): string {
  const file = join(folder, `${devices}.yaml`);
  writeFileSync(file, stringify(documentOf(devices)));
  return file;
}
