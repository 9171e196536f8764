import { existsSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../../test/support/cleanup.ts";
import { runInOwnNetwork } from "../bench/own-network.ts";
import { findProgram } from "../bench/systems/find-program.ts";
import { parseSoakOptions, type SoakOptions } from "./command-line.ts";
import { isGood, summaryJson, summaryText } from "./report.ts";
import { runSoak } from "./soak.ts";

// Calls of every kind for a long time through the whole switch; then nothing may be left and memory must be flat.

const USAGE = `usage: npm run soak [-- --minutes 10 --rate N --json]
  --minutes   how long calls are made (10)
  --rate      calls/s in all; absent: half of what the switch is clean at, which is searched for first (a minute)
  --json      one JSON object on standard output
Ends with 1 when a call failed, something is left over or memory grows. Ctrl-C: no new calls, then the summary so far.
`;
const DIST = join(import.meta.dirname, "..", "..", "dist", "main", "tandem.js");
const EXIT = { good: 0, bad: 1, usage: 64, interrupted: 130 } as const;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<number> {
  let options: SoakOptions;
  try {
    options = parseSoakOptions(process.argv.slice(2));
  } catch (error) {
    tell(`${(error as Error).message}\n${USAGE}`);
    return EXIT.usage;
  }
  if (!existsSync(DIST)) {
    tell("there is no dist: run npm ci, or npm run build");
    return EXIT.bad;
  }
  if (findProgram("sipp") === undefined) {
    tell("there is no sipp: apt-get install sip-tester");
    return EXIT.bad;
  }
  return (await runInOwnNetwork()) ?? soak(options);
}

async function soak(options: SoakOptions): Promise<number> {
  const cleanup = new Cleanup();
  const interruption = new AbortController();
  const startMs = performance.now();
  const progress = (text: string): void => {
    tell(`${String(Math.round((performance.now() - startMs) / 1_000)).padStart(5)} s  ${text}`);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // The second one waits for nothing.
      if (interruption.signal.aborted) void cleanup.run().finally(() => process.exit(EXIT.interrupted));
      interruption.abort();
    });
  }
  try {
    const summary = await runSoak({ options, cleanup, progress, signal: interruption.signal });
    process.stdout.write(`${options.isJson ? summaryJson(summary) : summaryText(summary)}\n`);
    if (!isGood(summary)) return EXIT.bad;
    return summary.isInterrupted ? EXIT.interrupted : EXIT.good;
  } catch (error) {
    tell((error as Error).message);
    return EXIT.bad;
  } finally {
    await cleanup.run();
  }
}

process.exitCode = await main();
