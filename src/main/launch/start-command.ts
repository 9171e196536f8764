import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RandomIds, SwitchError, SystemClock } from "../../common/index.ts";
import { EXIT, type CliOutput, type StartCommand } from "../../admin/index.ts";
import { dataDirFault, loadConfig, nodePaths, type LoadedConfig } from "../../config/index.ts";
import { singleServiceCaller } from "../../admin/index.ts";
import { builtInProfilesDir, packageRoot } from "../node/package-root.ts";
import { resolveSettings } from "../node/resolve-settings.ts";
import { runNode } from "./run-node.ts";

/** `tandem start`: loads and checks the configuration, then runs the node in this process or a new one. */
export async function startCommand(command: StartCommand, environment: LaunchEnvironment): Promise<number> {
  const loaded = loadConfig(command.configFile, builtInProfilesDir);
  const dataDir = chooseDataDir(command.dataDir, loaded, environment.defaultDataDir);
  if (command.detach) return startDetached(command, dataDir, environment);
  return runNode(
    {
      settings: resolveSettings(loaded, dataDir),
      clock: new SystemClock(),
      ids: new RandomIds(),
      environment: environment.variables,
      report: (line) => environment.output.out(line),
    },
    environment.output,
    (node) => [`${loaded.config.node.name} in ${node.paths.dataDir}`, "ready"],
  );
}

/** What starting commands know of where they run. */
export interface LaunchEnvironment {
  readonly output: CliOutput;
  readonly defaultDataDir: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** @throws {SwitchError} `bad-usage` when the folder's name cannot be used */
export function chooseDataDir(option: string | undefined, loaded: LoadedConfig | undefined, usual: string): string {
  const dataDir = option === undefined ? (loaded?.config.node.dataDir ?? usual) : resolve(option);
  const fault = dataDirFault(dataDir);
  if (fault !== undefined) throw new SwitchError("bad-usage", `data-dir: ${fault}`);
  return dataDir;
}

const DETACHED_DEADLINE_MS = 30_000;
const POLL_MS = 50;

/** Runs the same command without `--detach` in the background, and waits until its node is ready. */
async function startDetached(
  command: StartCommand,
  dataDir: string,
  { output, variables }: LaunchEnvironment,
): Promise<number> {
  const { logDir, socket } = nodePaths(dataDir);
  mkdirSync(logDir, { recursive: true, mode: 0o700 });
  const outFile = join(logDir, "supervisor.out");
  const out = openSync(outFile, "w", 0o600);
  const words = ["start", "--config", resolve(command.configFile), "--data-dir", dataDir];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...words], {
    detached: true,
    stdio: ["ignore", out, out],
    env: variables,
    cwd: packageRoot,
  });
  closeSync(out);
  let exitCode: number | undefined;
  child.once("exit", (code) => (exitCode = code ?? EXIT.failed));
  const clock = new SystemClock();
  const caller = singleServiceCaller({ socket }, clock);
  const deadlineMs = clock.nowMs() + DETACHED_DEADLINE_MS;
  while (exitCode === undefined && clock.nowMs() < deadlineMs) {
    const hello = (await caller.call("supervisor", "hello").catch(() => undefined)) as
      { pid: number; state: string } | undefined;
    if (hello?.pid === child.pid && hello?.state === "ready") {
      child.unref();
      output.out(
        `ready: supervisor process ${hello?.pid} in ${dataDir}; stop it with: tandem stop --data-dir ${dataDir}`,
      );
      return EXIT.ok;
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  output.err(readFileSync(outFile, "utf8").trim());
  return exitCode ?? EXIT.failed;
}
