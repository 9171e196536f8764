import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSuite, type SuiteResult } from "./run-suite.ts";
import { GROUPS, SUITES, type Suite } from "./test-suites.ts";

const TOTAL_LIMIT_SECONDS = 27 * 60;

/** Runs them. @param names of groups or suites; none: all. @returns the exit code */
export async function runSuites(names: readonly string[]): Promise<number> {
  const suites = chosen(names.length === 0 ? ["all"] : names);
  if (suites === undefined) {
    console.error(`Unknown name. Groups: ${Object.keys(GROUPS).join(", ")}. Suites: ${SUITES.map(nameOf).join(", ")}.`);
    return 2;
  }
  rmSync("coverage", { recursive: true, force: true });
  const compiled = mkdtempSync(join(tmpdir(), "tc-"));
  try {
    return report(await runAll(suites, compiled));
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

async function runAll(suites: readonly Suite[], compiled: string): Promise<SuiteResult[]> {
  const endMs = performance.now() + TOTAL_LIMIT_SECONDS * 1_000;
  const results: SuiteResult[] = [];
  for (const together of inTurns(suites)) {
    console.log(`\n== ${together.map(({ title }) => title).join(", ")}`);
    const leftMs = endMs - performance.now();
    const run = (suite: Suite): Promise<SuiteResult> =>
      runSuite(suite, {
        limitMs: Math.min(suite.limitSeconds * 1_000, leftMs),
        isAlone: together.length === 1,
        compiled,
      });
    results.push(...(await Promise.all(together.map(run))));
    // Without the packages nothing behind them can be true; a missing one is never a skip.
    if (together[0]?.name === "packages" && results.at(-1)?.failed !== 0) break;
  }
  return results;
}

/** Suites of one kind that follow each other run at the same time. */
function inTurns(suites: readonly Suite[]): Suite[][] {
  const turns: Suite[][] = [];
  for (const suite of suites) {
    const last = turns.at(-1);
    if (suite.together !== undefined && suite.together === last?.[0]?.together) last.push(suite);
    else turns.push([suite]);
  }
  return turns;
}

function chosen(names: readonly string[]): Suite[] | undefined {
  const wanted = new Set(names.flatMap((name) => GROUPS[name] ?? [name]));
  const suites = SUITES.filter(({ name }) => wanted.has(name));
  return suites.length === wanted.size ? suites : undefined;
}

function nameOf({ name }: Suite): string {
  return name;
}

function report(results: readonly SuiteResult[]): number {
  const total = (key: "passed" | "failed" | "skipped"): number => results.reduce((sum, result) => sum + result[key], 0);
  console.log(
    `\n${"suite".padEnd(32)}${"passed".padStart(8)}${"failed".padStart(8)}${"skipped".padStart(9)}${"s".padStart(8)}`,
  );
  for (const { title, passed, failed, skipped, seconds } of results) {
    const columns = [String(passed).padStart(8), String(failed).padStart(8), String(skipped).padStart(9)];
    console.log(`${title.padEnd(32)}${columns.join("")}${seconds.toFixed(1).padStart(8)}`);
  }
  for (const { title, failures } of results) for (const failure of failures) console.log(`\n${title}:\n${failure}`);
  for (const { title, problems } of results) for (const problem of problems) console.log(`${title}: ${problem}`);
  const skipped = total("skipped") === 0 ? "" : `, ${total("skipped")} skipped`;
  console.log(`\n${total("passed")} passed, ${total("failed")} failed${skipped}`);
  return total("failed") === 0 ? 0 : 1;
}
