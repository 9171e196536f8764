import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { errorMessageOf, silentLogger, type LogFields, type Logger } from "../../../src/common/index.ts";
import { readComposeFile, type ComposeServices } from "./compose-file.ts";
import { hostsFile, scenariosFolder, TESTBED_FOLDER } from "./network-names.ts";
import { runSrfFile, type SrfResult } from "./run-srf-file.ts";
import { copyScenarios } from "./scenario-copies.ts";
import { chooseFiles, PACKAGE, type SrfFile } from "./srf-package.ts";
import { Testbed } from "./testbed.ts";

// The part of the suite inside namespaces of its own, where it is free to give itself the compose file's addresses and
// a hosts file. Arguments: a folder for its files, "quiet" or "verbose", and the names of the files to run.

/** The compose file's subnet; on the loopback interface each of its addresses is one of ours. */
const SUBNET = "172.29.0.1/16";
const TOTAL_LIMIT_MS = 225_000;
const LAST_WORDS_LENGTH = 8_000;

interface Run {
  readonly folder: string;
  readonly verbose: boolean;
  readonly endMs: number;
  readonly services: ComposeServices;
}

async function main([folder = "", mode, ...names]: readonly string[]): Promise<number> {
  const verbose = mode === "verbose";
  const { files } = chooseFiles(names);
  setUpNetwork();
  writeStandIn(folder);
  const corrected = copyScenarios(join(PACKAGE, "test", "scenarios"), scenariosFolder(folder));
  if (verbose) console.log(`corrected copies of scenarios: ${corrected.join(", ")}`);
  const services = readComposeFile(join(PACKAGE, "test", "docker-compose-testbed.yaml"));
  const run = { folder, verbose, endMs: performance.now() + TOTAL_LIMIT_MS, services };
  const results: SrfResult[] = [];
  for (const file of files) {
    console.log(`-- ${file.name}`);
    const result = await runFile(file, run);
    results.push(result);
    const figures = `${result.passed} passed, ${result.failures.length} failed`;
    console.log(`   ${figures} (${result.seconds.toFixed(1)} s)`);
    for (const failure of result.failures) console.log(`   FAILED: ${failure}`);
  }
  return report(results);
}

async function runFile(file: SrfFile, run: Run): Promise<SrfResult> {
  if (!file.needsTestbed) return runAndExplain(file, run, run.folder, () => []);
  const testFolder = mkdtempSync(join(run.folder, `${file.name}-`));
  mkdirSync(scenariosFolder(testFolder));
  let testbed: Testbed | undefined;
  try {
    bind(scenariosFolder(run.folder), scenariosFolder(testFolder));
    writeFileSync(hostsFile(testFolder), "");
    bind(hostsFile(testFolder), "/etc/hosts");
    const logger = run.verbose ? consoleLogger({}) : silentLogger;
    const started = await Testbed.start({ services: run.services, folder: testFolder, logger });
    testbed = started;
    return await runAndExplain(file, run, testFolder, () => started.complaints());
  } catch (error) {
    return { name: file.name, passed: 0, skipped: 0, failures: [errorMessageOf(error)], seconds: 0 };
  } finally {
    await testbed?.close();
  }
}

/** Shows what the file wrote as it comes when asked to, else its end when something failed. */
async function runAndExplain(
  file: SrfFile,
  run: Run,
  testFolder: string,
  complaints: () => string[],
): Promise<SrfResult> {
  let lastWords = "";
  const onOutput = (text: string): void => {
    if (run.verbose) process.stdout.write(text);
    else lastWords = (lastWords + text).slice(-LAST_WORDS_LENGTH);
  };
  const env = {
    ...process.env,
    NODE_ENV: "test",
    NODE_CONFIG_DIR: join(PACKAGE, "config"),
    PATH: [join(run.folder, "bin"), process.env["PATH"] ?? ""].join(delimiter),
    [TESTBED_FOLDER]: testFolder,
  };
  const result = await runSrfFile(file, { env, limitMs: run.endMs - performance.now(), onOutput });
  if (run.verbose || result.failures.length > 0) {
    for (const line of lastWords === "" ? [] : lastWords.trimEnd().split(/\r?\n/)) console.log(`   | ${line}`);
    for (const complaint of complaints()) console.log(`   SIPp server ${complaint}`);
  }
  return result;
}

function setUpNetwork(): void {
  command("ip", "link", "set", "lo", "up");
  command("ip", "address", "add", SUBNET, "dev", "lo");
}

function bind(from: string, to: string): void {
  command("mount", "--bind", from, to);
}

/** Puts `docker` where the tests find it first. */
function writeStandIn(folder: string): void {
  const program = join(import.meta.dirname, "docker-stand-in.ts");
  const script = `#!/bin/sh\nexec "${process.execPath}" --import "${import.meta.resolve("tsx")}" "${program}" "$@"\n`;
  const path = join(folder, "bin", "docker");
  mkdirSync(join(folder, "bin"));
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}

function command(program: string, ...args: string[]): void {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}

function consoleLogger(context: LogFields): Logger {
  const write = (level: string) => (message: string, fields?: LogFields) =>
    console.log(`   [${level}] ${message} ${JSON.stringify({ ...context, ...fields })}`);
  return {
    debugEnabled: true,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => consoleLogger({ ...context, ...fields }),
  };
}

/** The figures as `scripts/run-suite.ts` reads them. */
function report(results: readonly SrfResult[]): number {
  const sum = (of: (result: SrfResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const failed = sum(({ failures }) => failures.length);
  const skipped = sum((result) => result.skipped);
  console.log(`\n  ${sum(({ passed }) => passed)} passing`);
  if (skipped > 0) console.log(`  ${skipped} pending`);
  if (failed > 0) console.log(`  ${failed} failing`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(errorMessageOf(error));
  process.exitCode = 1;
}
