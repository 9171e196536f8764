import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endLeftovers } from "./leftovers.ts";
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
}

const CLOSE_GRACE_MS = 1_000;

/** Runs one suite to its end, shows its output as it comes, and ends every process that it left behind. */
export async function runSuite(suite: Suite, limitMs: number): Promise<SuiteResult> {
  const startMs = performance.now();
  const command = commandOf(suite);
  if (command === undefined) return { ...outcome(suite, 0, 1, 0, startMs), problems: ["has no tests"] };
  const directory = mkdtempSync(join(tmpdir(), "tt-"));
  try {
    const { code, output, timedOut } = await execute(suite, command, directory, limitMs);
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
    return { ...outcome(suite, counts.passed, counts.failed + problems.length, counts.skipped, startMs), problems };
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What is in a suite's temporary folder, without the caches of tools. */
function filesIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => !/^(tsx-|node-compile-cache|v8-compile-cache)/.test(name));
}

function outcome(
  suite: Suite,
  passed: number,
  failed: number,
  skipped: number,
  startMs: number,
): Omit<SuiteResult, "problems"> {
  return { title: suite.title, passed, failed, skipped, seconds: (performance.now() - startMs) / 1_000 };
}

function commandOf({ run, ownNetwork }: Suite): readonly string[] | undefined {
  if ("command" in run) return run.command;
  const files = testFiles(run.folder, run.except);
  if (files.length === 0) return undefined;
  const mocha = [process.execPath, "node_modules/mocha/bin/mocha.js", "--timeout", String(run.timeoutMs), ...files];
  return ownNetwork === true ? [...namespacePrefix(), ...mocha] : mocha;
}

function testFiles(folder: string, except: string | undefined): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && (except === undefined || !name.startsWith(except)))
    .map((name) => join(folder, name))
    .sort();
}

/** Own loopback and ports, and the right to capture on it; nothing where user namespaces are not allowed. */
function namespacePrefix(): readonly string[] {
  const prefix = ["unshare", "-rn", "sh", "-c", 'PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up && exec "$@"', "sh"];
  const [command = "", ...args] = [...prefix, "true"];
  return spawnSync(command, args, { stdio: "ignore" }).status === 0 ? prefix : [];
}

interface Execution {
  readonly code: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

function execute(suite: Suite, command: readonly string[], directory: string, limitMs: number): Promise<Execution> {
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
        process.stdout.write(text);
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

/** The figures under mocha's last test. */
function countsIn(output: string): { passed: number; failed: number; skipped: number } {
  const text = output.replaceAll(/\u001b\[\d+m/g, "");
  const last = (word: string): number => {
    const matches = [...text.matchAll(new RegExp(`^ {2}(\\d+) ${word}\\b`, "gm"))];
    return Number(matches.at(-1)?.[1] ?? "0");
  };
  return { passed: last("passing"), failed: last("failing"), skipped: last("pending") };
}
