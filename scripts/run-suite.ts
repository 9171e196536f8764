import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endLeftovers } from "./leftovers.ts";
import { partsOf, testFiles } from "./test-parts.ts";
import type { Suite } from "./test-suites.ts";

/** The figures of one suite; a command counts as one test. */
export interface SuiteResult {
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** What failed beside tests: a time-out, a crash, processes left behind. */
  readonly problems: readonly string[];
  /** What was printed of tests that failed. */
  readonly failures: readonly string[];
}

const CLOSE_GRACE_MS = 1_000;

export interface RunOptions {
  readonly limitMs: number;
  /** No other suite runs at the same time. */
  readonly isAlone: boolean;
  /** Folder in which tsx keeps what it has compiled, for all suites. */
  readonly compiled: string;
}

/**
 * Runs one suite to its end and ends every process that it left behind. Its output is shown as it comes; that of several
 * at a time when each has ended.
 */
export async function runSuite(suite: Suite, { limitMs, isAlone, compiled }: RunOptions): Promise<SuiteResult> {
  const startMs = performance.now();
  const commands = commandsOf(suite);
  const atATime = Math.min("folder" in suite.run ? (suite.run.processes ?? 1) : 1, commands.length);
  const waiting = [...commands];
  const parts: PartResult[] = [];
  const work = async (): Promise<void> => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      const leftMs = limitMs - (performance.now() - startMs);
      parts.push(await runPart(suite, command, { limitMs: leftMs, isAlone: isAlone && atATime === 1, compiled }));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  const total = (key: "passed" | "failed" | "skipped"): number => parts.reduce((sum, part) => sum + part[key], 0);
  const none = commands.length === 0 ? ["has no tests"] : [];
  const problems = [...none, ...parts.flatMap((part) => part.problems)];
  return {
    title: suite.title,
    passed: total("passed"),
    failed: total("failed") + problems.length,
    skipped: total("skipped"),
    seconds: (performance.now() - startMs) / 1_000,
    problems,
    failures: parts.flatMap((part) => part.failures),
  };
}

type PartResult = Omit<SuiteResult, "title" | "seconds">;

async function runPart(
  suite: Suite,
  command: readonly string[],
  { limitMs, isAlone: isShown, compiled }: RunOptions,
): Promise<PartResult> {
  const directory = mkdtempSync(join(tmpdir(), "tt-"));
  for (const name of compiledNames()) symlinkSync(compiled, join(directory, name));
  try {
    const { code, output, timedOut } = await execute(suite, command, { directory, limitMs, isShown });
    if (!isShown) process.stdout.write(output);
    const good = code === 0 ? 1 : 0;
    const counts =
      "command" in suite.run && suite.run.counts !== true
        ? { passed: good, failed: 1 - good, skipped: 0 }
        : countsIn(output);
    const problems: string[] = [];
    if (timedOut) problems.push(`not done after ${Math.round(limitMs / 1_000)} s`);
    else if (code !== 0 && counts.failed === 0)
      problems.push(`ended with ${code === null ? "a signal" : `code ${code}`}`);
    const processes = await endLeftovers(directory);
    if (!timedOut) problems.push(...[...processes, ...filesIn(directory)].map((left) => `left behind: ${left}`));
    return { ...counts, problems, failures: code === 0 ? [] : [failuresIn(output)] };
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** tsx names its folder for the user, who is root in a namespace of its own. */
function compiledNames(): Set<string> {
  return new Set([`tsx-${process.geteuid?.() ?? 0}`, "tsx-0"]);
}

/** What is in a suite's temporary folder, without the caches of tools. */
function filesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => !/^(tsx-|node-compile-cache|v8-compile-cache)/.test(name));
}

function commandsOf({ run, ownNetwork }: Suite): (readonly string[])[] {
  if ("command" in run) return [run.command];
  const files = testFiles(run.folder, run.except);
  const { processes = 1, timeoutMs, longest } = run;
  const parts = partsOf(files, { processes, ...(longest === undefined ? {} : { longest }) });
  const prefix = ownNetwork === true ? namespacePrefix() : [];
  const mocha = [process.execPath, "node_modules/mocha/bin/mocha.js", "--timeout", String(timeoutMs)];
  return parts.map((part) => [...prefix, ...mocha, ...part]);
}

/** Own loopback and ports, and the right to capture on it; nothing where no namespace is allowed. */
function namespacePrefix(): readonly string[] {
  // Who is root stays so: in a user namespace no file could be given to somebody else.
  for (const flags of ["-n", "-rn"]) {
    const prefix = ["unshare", flags, "sh", "-c", 'PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up && exec "$@"', "sh"];
    const [command = "", ...args] = [...prefix, "true"];
    if (spawnSync(command, args, { stdio: "ignore" }).status === 0) return prefix;
  }
  return [];
}

interface Execution {
  readonly code: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

interface ExecuteOptions {
  readonly directory: string;
  readonly limitMs: number;
  /** Its output is shown as it comes. */
  readonly isShown: boolean;
}

function execute(
  suite: Suite,
  command: readonly string[],
  { directory, limitMs, isShown }: ExecuteOptions,
): Promise<Execution> {
  const [program = "", ...args] = command;
  const coverage = suite.coverage === true ? { NODE_V8_COVERAGE: resolve("coverage", "tmp") } : {};
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...coverage, TMPDIR: directory },
  });
  return new Promise((done) => {
    let output = "";
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-1_000_000);
        if (isShown) process.stdout.write(text);
      });
    }
    const timer = setTimeout(
      () => {
        timedOut = true;
        void endLeftovers(directory);
      },
      Math.max(0, limitMs),
    );
    child.once("error", (error) => {
      output += error.message;
    });
    let code: number | null = null;
    const end = (): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      done({ code, output, timedOut });
    };
    child.once("close", end);
    child.once("exit", (exitCode) => {
      code = exitCode;
      // A process that was left behind may keep the pipes open for ever.
      setTimeout(end, CLOSE_GRACE_MS).unref();
    });
  });
}

const MAX_FAILURE_TEXT = 3_000;

/** What mocha says of tests that failed; of another command its last words. */
function failuresIn(output: string): string {
  const text = withoutColors(output);
  const start = text.search(/^ {2}\d+ failing\b/m);
  return start < 0 ? text.slice(-MAX_FAILURE_TEXT) : text.slice(start, start + MAX_FAILURE_TEXT);
}

function withoutColors(output: string): string {
  return output.replaceAll(/\u001b\[\d+m/g, "");
}

/** The figures under mocha's last test. */
function countsIn(output: string): { passed: number; failed: number; skipped: number } {
  const text = withoutColors(output);
  const last = (word: string): number => {
    const matches = [...text.matchAll(new RegExp(`^ {2}(\\d+) ${word}\\b`, "gm"))];
    return Number(matches.at(-1)?.[1] ?? "0");
  };
  return { passed: last("passing"), failed: last("failing"), skipped: last("pending") };
}
