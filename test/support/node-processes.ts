import { readdirSync, readFileSync } from "node:fs";

/** A running process as /proc shows it. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** The processes whose command line names `text`, such as a data-dir; not this one, nor shells that were given it. */
export function processesNaming(text: string): RunningProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const command = commandLine(pid);
    return command?.includes(text) === true ? [{ pid, command }] : [];
  });
}

/** Resident memory of a process in bytes. @throws {Error} when it does not run */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no resident memory`);
  return Number(kilobytes) * 1_024;
}

/** How long a process was ready to run and had no processor, since it started, in ms; 0 where the kernel does not tell. */
export function processorWaitMs(pid: number): number {
  const [, waitNs = "0"] = readFileSync(`/proc/${pid}/schedstat`, "utf8").trim().split(" ");
  return Number(waitNs) / 1_000_000;
}

/** True while the process exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  return commandLine(pid) !== undefined;
}

function commandLine(pid: number): string | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
    return command === "" ? undefined : command;
  } catch {
    return undefined;
  }
}
