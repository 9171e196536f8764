#!/usr/bin/env node
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "../common/index.ts";
// Not by its index, which has the REST interface: its libraries take longer to load than most commands run.
import type { CliOutput, Launcher } from "../admin/cli/launcher.ts";
import { runCli } from "../admin/cli/run-cli.ts";
import { loadConfig, nodePaths } from "../config/index.ts";
import { demoCommand } from "./launch/demo-command.ts";
import { openTerminalProgress } from "./host/terminal-progress.ts";
import { terminalInput } from "./host/terminal-input.ts";
import { inspectHost } from "./launch/doctor.ts";
import { startCommand } from "./launch/start-command.ts";
import { builtInProfilesDir, readVersion } from "./node/package-root.ts";
import { findRunningServices } from "./node/running-services.ts";
import { stopServices } from "./supervisor/stop-services.ts";

/** Variables that services get; nothing else of the environment reaches them. */
const PASSED_VARIABLES = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "NODE_V8_COVERAGE"];

// Whoever reads may go away (`tandem demo | head`); the node goes on.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
const output: CliOutput = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  // Not there at all unless it is a terminal.
  ...(process.stdout.isTTY && process.stdout.columns > 0 ? { columns: process.stdout.columns } : {}),
  // As https://no-color.org wants it.
  ...(process.stdout.isTTY && !process.env["NO_COLOR"] ? { hasColors: true as const } : {}),
  // A terminal that does not say how wide it is makes ora clear lines without end.
  ...(process.stderr.isTTY && process.stderr.columns > 0
    ? { openProgress: (text: string) => openTerminalProgress(process.stderr, text) }
    : {}),
};
const clock = new SystemClock();
const nodeDataDir = join(homedir(), ".tandem");
const demoDataDir = join(tmpdir(), `tandem-demo-${process.getuid?.() ?? "user"}`);
const variables = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && PASSED_VARIABLES.includes(name) ? [[name, value]] : [],
  ),
);

const launcher: Launcher = {
  version: readVersion(),
  defaultDataDirs: [nodeDataDir, demoDataDir],
  start: (command) => startCommand(command, { output, variables, defaultDataDir: nodeDataDir }),
  demo: (command) => demoCommand(command, { output, variables, defaultDataDir: demoDataDir }),
  checkConfig: (file) => {
    const { config, profiles } = loadConfig(file, builtInProfilesDir);
    const { phones, peers, node } = config;
    return { node: node.name, phones: phones.length, peers: peers.length, profiles: [...profiles.values()] };
  },
  inspectHost: async () => inspectHost(process.env["PATH"] ?? "", [nodeDataDir, demoDataDir]),
  stopOrphans: async (dataDir) => {
    const paths = nodePaths(dataDir);
    const running = await findRunningServices(paths, clock);
    await stopServices(running, "shutdown", paths, clock);
    return running.map(({ name }) => name);
  },
  // Of all commands only those of CTI need it.
  openCti: async (options) => (await import("../sdk/index.ts")).Provider.open(options),
  interruption,
};

function interruption(isToBeRead = false): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
  if (isToBeRead) process.stdout.once("error", () => controller.abort());
  return controller.signal;
}

// Not for services: it is whose password the command line may use.
const input = terminalInput(process.stdin, process.stderr, process.env["TANDEM_PASSWORD"]);
// What a command waits for may be a timer of the clock alone, and those keep no process alive: Node.js would exit with 13.
const alive = setInterval(() => undefined, 60_000);
try {
  process.exitCode = await runCli(process.argv.slice(2), { launcher, output, input, clock });
} finally {
  clearInterval(alive);
  input.close();
}
