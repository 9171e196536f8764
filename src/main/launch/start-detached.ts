import { spawn, type ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import { resolve } from "node:path";
import { SystemClock, type Clock } from "../../common/index.ts";
import { EXIT } from "../../admin/cli/exit-codes.ts";
import type { CliOutput } from "../../admin/cli/launcher.ts";
import type { SupervisorHello } from "../../admin/control/control-types.ts";
import { singleServiceCaller } from "../../admin/control/service-caller.ts";
import { nodePaths, type NodePaths } from "../../config/index.ts";
import { prepareDataDir } from "../node/data-dir.ts";
import { packageRoot } from "../node/package-root.ts";
import { ServiceOutput } from "../node/service-output.ts";
import { StopSignals } from "./stop-signals.ts";

/** What is started in the background, and how. */
export interface StartDetachedOptions {
  readonly configFile: string;
  readonly dataDir: string;
  readonly output: CliOutput;
  readonly variables: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 30_000;
const POLL_MS = 50;

/**
 * Runs `tandem start` in the background and waits until its node is ready; resolves to the exit code.
 * @throws {SwitchError} `bad-data-dir`
 */
export async function startDetached(options: StartDetachedOptions): Promise<number> {
  const { dataDir, output } = options;
  const paths = nodePaths(dataDir);
  prepareDataDir(paths);
  const printed = new ServiceOutput(paths.logDir);
  const child = spawnStart(options, printed);
  const signals = new StopSignals(output);
  const end = (): void => void child.kill("SIGTERM");
  signals.bind({ stop: end, kill: end });
  const outcome = await readyOrEnded(child, paths, new SystemClock()).finally(() => signals.close());
  child.unref();
  switch (outcome) {
    case "ready":
      output.out(
        `ready: supervisor process ${child.pid} in ${dataDir}; stop it with: tandem stop --data-dir ${dataDir}`,
      );
      return EXIT.ok;
    case "starting":
      output.err(`still starting, process ${child.pid}; see ${printed.fileOf("supervisor")}`);
      return EXIT.failed;
    default:
      output.err(printed.text("supervisor").trim());
      // However orderly it ended, there is no node.
      return outcome === EXIT.ok ? EXIT.failed : outcome;
  }
}

function spawnStart({ configFile, dataDir, variables }: StartDetachedOptions, printed: ServiceOutput): ChildProcess {
  const words = ["start", "--config", resolve(configFile), "--data-dir", dataDir];
  const out = printed.open("supervisor");
  try {
    return spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...words], {
      detached: true,
      stdio: ["ignore", out, out],
      env: variables,
      cwd: packageRoot,
    });
  } finally {
    if (out !== "ignore") closeSync(out);
  }
}

/** Resolves to the exit code of a start that has ended, and to `starting` of one that takes too long. */
async function readyOrEnded(
  child: ChildProcess,
  paths: NodePaths,
  clock: Clock,
): Promise<"ready" | "starting" | number> {
  const caller = singleServiceCaller(paths, clock);
  let exitCode: number | undefined;
  child.once("error", () => (exitCode ??= EXIT.failed));
  child.once("exit", (code) => (exitCode ??= code ?? EXIT.failed));
  const deadlineMs = clock.nowMs() + DEADLINE_MS;
  while (exitCode === undefined && clock.nowMs() < deadlineMs) {
    const hello = await caller.call("supervisor", "hello").catch(() => undefined);
    const { pid, state } = (hello ?? {}) as Partial<SupervisorHello>;
    if (pid === child.pid && state === "ready") return "ready";
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
  return exitCode ?? "starting";
}
