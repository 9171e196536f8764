import { spawn } from "node:child_process";
import { closeSync, openSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Timer } from "../../common/index.ts";
import { isProcessAlive } from "../host/process-info.ts";
import { NODE_FILE_OPTION } from "../node/node-file.ts";

/** A running process of a service, started by this supervisor or by an earlier one. */
export interface ServiceProcess {
  readonly pid: number;
  readonly adopted: boolean;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
  /** Stops watching; the process goes on. */
  release(): void;
}

/** Told once when the process has ended. */
export type OnExit = (reason: string, exitCode: number | undefined) => void;

/** How service processes are started. */
export interface SpawnOptions {
  /** The script that runs a service, and the options of Node before it. */
  readonly script: string;
  readonly nodeOptions: readonly string[];
  readonly nodeFile: string;
  /** What the process prints beside its log goes to `<service>.out` here. */
  readonly logDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly folder: string;
}

const MAX_OUT_BYTES = 1024 * 1024;

/** Starts a service in a process group of its own, so that a Ctrl-C at the terminal reaches the supervisor only. */
export function spawnService(name: string, options: SpawnOptions, onExit: OnExit): ServiceProcess | undefined {
  const out = openOutput(join(options.logDir, `${name}.out`));
  const child = spawn(
    process.execPath,
    [...options.nodeOptions, options.script, name, NODE_FILE_OPTION, options.nodeFile],
    { detached: true, stdio: ["ignore", out, out], env: options.environment, cwd: options.folder },
  );
  closeSync(out);
  let watching = true;
  const ended = (reason: string, exitCode: number | undefined): void => {
    if (watching) onExit(reason, exitCode);
    watching = false;
  };
  child.once("error", (error) => ended(`could not be started: ${error.message}`, undefined));
  child.once("exit", (code, signal) => ended(signal === null ? `exit code ${code}` : signal, code ?? undefined));
  if (child.pid === undefined) return undefined;
  return {
    pid: child.pid,
    adopted: false,
    kill: (signal) => void child.kill(signal),
    release: () => {
      watching = false;
      child.unref();
    },
  };
}

const POLL_MS = 100;

/** Watches a process that is no child of ours: there is no signal of its end, so it is looked at. */
export function adoptService(pid: number, startMark: string, clock: Clock, onExit: OnExit): ServiceProcess {
  let timer: Timer;
  const look = (): void => {
    if (!isProcessAlive(pid, startMark)) return onExit("ended", undefined);
    timer = clock.after(POLL_MS, look);
  };
  timer = clock.after(POLL_MS, look);
  return {
    pid,
    adopted: true,
    kill: (signal) => {
      if (isProcessAlive(pid, startMark)) process.kill(pid, signal);
    },
    release: () => timer.cancel(),
  };
}

/** Node itself writes here when it cannot run, or dies: kept short. */
function openOutput(path: string): number {
  try {
    if (statSync(path).size > MAX_OUT_BYTES) truncateSync(path);
  } catch {
    // There is no such file yet.
  }
  return openSync(path, "a", 0o600);
}
