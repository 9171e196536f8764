import { join } from "node:path";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median, roundTo } from "../results/statistics.ts";

const PROGRAM = join(import.meta.dirname, "..", "programs", "dial-plan-loop.ts");
const PATTERNS = 10_000;
const ANALYSES = 100_000;
const DEADLINE_MS = 60_000;

/** A random dial plan of 10,000 patterns, and 100,000 numbers that are looked up in six partitions of it. */
export const digitAnalysis: Bench = {
  name: "digit-analysis",
  about: "100,000 numbers analysed by a dial plan of 10,000 patterns",
  estimateSeconds: ({ runs }) => 5 * runs,
  run: measureDigitAnalysis,
};

async function measureDigitAnalysis(context: BenchContext): Promise<Measured[]> {
  const results: (readonly [compileUs: number, medianUs: number, p99Us: number])[] = [];
  for (let run = 0; run < context.options.runs; run += 1) {
    const result = await runLoop(context);
    const [compileUs, medianUs, p99Us] = result;
    context.progress(`compiled in ${roundTo(compileUs / 1_000)} ms, analysed in ${medianUs} us (p99 ${p99Us} us)`);
    results.push(result);
  }
  const figure = (metric: string, unit: string, values: readonly number[]): Measured => {
    return { bench: "digit-analysis", system: TANDEM, metric, value: roundTo(median(values)), unit };
  };
  return [
    figure(
      "analysis p50",
      "us",
      results.map(([, medianUs]) => medianUs),
    ),
    figure(
      "analysis p99",
      "us",
      results.map(([, , p99Us]) => p99Us),
    ),
    figure(
      "10,000 patterns compiled",
      "ms",
      results.map(([compileUs]) => compileUs / 1_000),
    ),
  ];
}

async function runLoop({ cleanup }: BenchContext): Promise<readonly [number, number, number]> {
  const program = cleanup.add(
    new ManagedProcess({
      command: process.execPath,
      args: ["--import", "tsx", PROGRAM, String(PATTERNS), String(ANALYSES)],
    }),
    (running) => running.kill().then(() => undefined),
  );
  const [, compileUs, medianUs, p99Us] = await program.outputMatching(/^([\d.]+) ([\d.]+) ([\d.]+)$/m, DEADLINE_MS);
  await program.kill();
  return [Number(compileUs), Number(medianUs), Number(p99Us)];
}
