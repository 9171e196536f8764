import { readdirSync, readFileSync } from "node:fs";
import { residentBytes } from "../../../test/support/node-processes.ts";

/** Processes of a switch that are counted together, such as a server with its workers. */
export interface ProcessGroup {
  readonly name: string;
  /** The process at the top; its descendants count with it unless `isAlone`. */
  readonly pid: number;
  readonly isAlone?: boolean;
}

/** What a group has used. */
export interface Usage {
  readonly name: string;
  /** Processor time since the processes began, user and system. */
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** Of Linux on every platform that Node runs on. */
const TICK_MS = 10;

/** Reads what each group has used so far. @throws the file system's error when a process has ended */
export function usageOf(groups: readonly ProcessGroup[]): Usage[] {
  const children = childrenByParent();
  return groups.map(({ name, pid, isAlone = false }) => {
    const pids = isAlone ? [pid] : withDescendants(pid, children);
    return { name, cpuMs: sum(pids.map(cpuMs)), residentBytes: sum(pids.map(residentBytes)) };
  });
}

/** Processor time between two readings for one of `count` calls or packets, by group, in ms. */
export function cpuMsEach(before: readonly Usage[], after: readonly Usage[], count: number): Map<string, number> {
  const start = new Map(before.map((usage) => [usage.name, usage.cpuMs]));
  return new Map(after.map((usage) => [usage.name, (usage.cpuMs - (start.get(usage.name) ?? 0)) / count]));
}

/** User and system time in a line of /proc/PID/stat, in ms; the command in parentheses may hold spaces. */
export function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function cpuMs(pid: number): number {
  return cpuMsOf(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

function withDescendants(pid: number, children: ReadonlyMap<number, readonly number[]>): number[] {
  return [pid, ...(children.get(pid) ?? []).flatMap((child) => withDescendants(child, children))];
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}

/** `undefined` when the process has ended in between. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
