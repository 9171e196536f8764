import { spawn } from "node:child_process";
import { errorMessageOf } from "../../../src/common/index.ts";
import { PACKAGE, type SrfFile } from "./srf-package.ts";
import { TapResults } from "./tap-results.ts";

/** The figures of one file of the package's suite. */
export interface SrfResult {
  readonly name: string;
  readonly passed: number;
  readonly skipped: number;
  /** Failed assertions, and what ended the file before its time. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** How to run a file. */
export interface SrfRunOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Time that is left for all files. */
  readonly limitMs: number;
  /** Gets all that the file writes. */
  readonly onOutput: (text: string) => void;
}

/** A chain of the package's steps that failed never ends its test: the file is ended this long after its last word. */
const QUIET_AFTER_FAILURE_MS = 5_000;

/** Runs one file to its end, at most for its limit, and ends every process of its group. */
export async function runSrfFile(file: SrfFile, options: SrfRunOptions): Promise<SrfResult> {
  const startMs = performance.now();
  const results = new TapResults();
  const ended = await execute(file, options, results);
  results.end();
  const failures = [...results.failures];
  if (ended !== undefined) failures.push(ended);
  const made = results.passed + results.skipped + results.failures.length;
  if (made !== file.assertions) failures.push(`${made} assertions were made, not ${file.assertions}`);
  const seconds = (performance.now() - startMs) / 1_000;
  return { name: file.name, passed: results.passed, skipped: results.skipped, failures, seconds };
}

/** @returns why the file did not end well, unless its own results tell */
function execute(file: SrfFile, options: SrfRunOptions, results: TapResults): Promise<string | undefined> {
  // A group of its own: what it started ends with it.
  const child = spawn(process.execPath, [...file.args], {
    cwd: PACKAGE,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const limitMs = Math.max(0, Math.min(file.limitSeconds * 1_000, options.limitMs));
  return new Promise((resolve) => {
    let why: string | undefined;
    let isOurs = false;
    let quiet: NodeJS.Timeout | undefined;
    const end = (reason: string | undefined): void => {
      isOurs = true;
      why = reason;
      endGroup(child.pid);
    };
    const limit = setTimeout(() => end(`not done after ${Math.round(limitMs / 1_000)} s`), limitMs);
    const take = (text: string): void => {
      options.onOutput(text);
      clearTimeout(quiet);
      if (results.failures.length > 0) quiet = setTimeout(() => end(undefined), QUIET_AFTER_FAILURE_MS);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      results.add(text);
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", (error) => {
      why = errorMessageOf(error);
    });
    child.once("exit", () => endGroup(child.pid));
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      clearTimeout(quiet);
      if (!isOurs && code !== 0 && results.failures.length === 0) why ??= `ended with ${signal ?? `code ${code}`}`;
      resolve(why);
    });
  });
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
