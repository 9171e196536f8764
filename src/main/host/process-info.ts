import { readFileSync, realpathSync, statSync } from "node:fs";

/** What the system knows of a process. */
export interface ProcessInfo {
  readonly pid: number;
  /** The boot and the clock ticks from it to the start: with the pid it names one process for ever. */
  readonly startMark: string;
  /** True when it has ended and only waits to be collected. */
  readonly isZombie: boolean;
}

/** Looks a process up; `undefined` when there is none. Needs `/proc`. */
export function readProcessInfo(pid: number): ProcessInfo | undefined {
  const stat = readProcFile(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may itself hold blanks and parentheses: fields are counted from its end (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTicks = fields[19];
  if (startTicks === undefined) return undefined;
  const boot = (readProcFile("/proc/sys/kernel/random/boot_id") ?? "").slice(0, 8);
  return { pid, startMark: `${boot}:${startTicks}`, isZombie: fields[0] === "Z" || fields[0] === "X" };
}

/** True while that very process runs, and not another one that got its number. */
export function isProcessAlive(pid: number, startMark: string): boolean {
  const info = readProcessInfo(pid);
  return info !== undefined && info.startMark === startMark && !info.isZombie;
}

/** The command line of a process with blanks between its words, at most 200 characters; empty when unknown. */
export function commandLineOf(pid: number): string {
  const text = readProcFile(`/proc/${pid}/cmdline`) ?? "";
  return text.replaceAll("\0", " ").slice(0, 200).trim();
}

/**
 * True for a process of this user that was given `file` after `option` on its command line: whoever can write a pid
 * file could name any process in it.
 */
export function isOwnProcessWith(pid: number, option: string, file: string): boolean {
  const words = (readProcFile(`/proc/${pid}/cmdline`) ?? "").split("\0");
  const given = words[words.indexOf(option) + 1];
  return userOf(pid) === process.getuid?.() && words.includes(option) && canonical(given ?? "") === canonical(file);
}

function userOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}

/** A file may be reached by several names. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
