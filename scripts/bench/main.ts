import { existsSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../../test/support/cleanup.ts";
import { b2bua } from "./benches/b2bua.ts";
import { cti } from "./benches/cti.ts";
import { ctiHops } from "./benches/cti-hops.ts";
import { ctiLeast } from "./benches/cti-least.ts";
import { ctiIdle } from "./benches/cti-idle.ts";
import { ctiSlow } from "./benches/cti-slow.ts";
import type { Bench, BenchContext, Measured } from "./bench.ts";
import { conference } from "./benches/conference.ts";
import { parseCommandLine, type BenchCommand } from "./command-line.ts";
import { compare, jsonLine } from "./results/compare.ts";
import { digitAnalysis } from "./benches/digit-analysis.ts";
import { edge } from "./benches/edge.ts";
import { FIGURES } from "./results/figures.ts";
import { findProgram } from "./systems/find-program.ts";
import { runInOwnNetwork } from "./own-network.ts";
import { configuration } from "./benches/configuration.ts";
import { importing } from "./benches/import.ts";
import { importCommand } from "./benches/import-command.ts";
import { latency } from "./benches/latency.ts";
import { memory } from "./benches/memory.ts";
import { overload } from "./benches/overload.ts";
import { parser } from "./benches/parser.ts";
import { resultTable } from "./results/print-results.ts";
import { register } from "./benches/register.ts";
import { records } from "./benches/records.ts";
import { remembered } from "./benches/remembered.ts";
import { relay } from "./benches/relay.ts";
import { takeover } from "./benches/takeover.ts";

// Measures Tandem, and the peers that are on the machine, and prints each figure with its goal and its ratio to theirs.

/** In the order in which `all` runs them. */
const BENCHES: readonly Bench[] = [
  edge,
  b2bua,
  records,
  register,
  parser,
  digitAnalysis,
  relay,
  conference,
  takeover,
  latency,
  cti,
  ctiHops,
  ctiLeast,
  ctiIdle,
  ctiSlow,
  memory,
  remembered,
  overload,
  importing,
  importCommand,
  configuration,
];
const USAGE = `usage: npm run bench -- ${BENCHES.map(({ name }) => name).join("|")}|all [--json] [--seconds N] [--runs N] [--rate R]
${BENCHES.map(({ name, about }) => `  ${name.padEnd(15)}${about}`).join("\n")}
  --json      one JSON object a line instead of a table
  --seconds   length of a burst (4)
  --runs      runs of which the median counts (3)
  --rate      where searches begin; for records, latency and overload, the clean rate, which is not searched then
`;
const DIST = join(import.meta.dirname, "..", "..", "dist", "main", "tandem.js");
const EXIT = { done: 0, failed: 1, usage: 64, interrupted: 130 } as const;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  let command: BenchCommand;
  try {
    command = parseCommandLine(
      process.argv.slice(2),
      BENCHES.map(({ name }) => name),
    );
  } catch (error) {
    tell(`${(error as Error).message}\n${USAGE}`);
    return EXIT.usage;
  }
  const problem = whatIsMissing();
  if (problem !== undefined) {
    tell(problem);
    return EXIT.failed;
  }
  return (await runInOwnNetwork()) ?? measure(command);
}

function whatIsMissing(): string | undefined {
  if (!existsSync(DIST)) return "there is no dist: run npm ci, or npm run build";
  if (findProgram("sipp") === undefined) return "there is no sipp: apt-get install sip-tester";
  return undefined;
}

async function measure({ names, isJson, options }: BenchCommand): Promise<number> {
  const cleanup = new Cleanup();
  let isInterrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (isInterrupted) return;
      isInterrupted = true;
      tell("\nending what was started");
      void cleanup.run().finally(() => process.exit(EXIT.interrupted));
    });
  }
  const startMs = performance.now();
  const progress = (text: string): void => {
    if (!isInterrupted) tell(`${String(Math.round((performance.now() - startMs) / 1_000)).padStart(4)} s  ${text}`);
  };
  const context: BenchContext = { options, cleanup, progress, cleanRate: undefined };
  const chosen = BENCHES.filter(({ name }) => names.includes(name));
  const all: Measured[] = [];
  let exitCode: number = EXIT.done;
  for (const bench of chosen) {
    progress(`${bench.name}: ${bench.about}; about ${bench.estimateSeconds(options)} s`);
    try {
      const measured = await bench.run(context);
      all.push(...measured);
      if (isJson) for (const line of compare(measured, FIGURES)) process.stdout.write(`${jsonLine(line)}\n`);
    } catch (error) {
      // What a signal has ended fails in every way; the handler exits.
      if (isInterrupted) return new Promise<number>(() => undefined);
      tell(`${bench.name} failed: ${(error as Error).message}`);
      exitCode = EXIT.failed;
    } finally {
      if (!isInterrupted) await cleanup.run();
    }
  }
  if (!isJson && all.length > 0) process.stdout.write(`${resultTable(compare(all, FIGURES))}\n`);
  return exitCode;
}

process.exitCode = await main();
