import { spawn, type ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
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
  /** Opens the file for what a service prints beside its log. */
  readonly openOutput: (name: string) => number | "ignore";
  readonly environment: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly folder: string;
}

/** Starts a service in a process group of its own, so that a Ctrl-C at the terminal reaches the supervisor only. */
export function spawnService(name: string, options: SpawnOptions, onExit: OnExit): ServiceProcess | undefined {
  const child = startProcess(name, options);
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

function startProcess(name: string, options: SpawnOptions): ChildProcess {
  const { nodeOptions, script, nodeFile, openOutput, environment: env, folder: cwd } = options;
  const out = openOutput(name);
  try {
    const words = [...nodeOptions, script, name, NODE_FILE_OPTION, nodeFile];
    return spawn(process.execPath, words, { detached: true, stdio: ["ignore", out, out], env, cwd });
  } finally {
    if (out !== "ignore") closeSync(out);
  }
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
