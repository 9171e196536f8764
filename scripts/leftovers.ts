import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const GRACE_MS = 300;

/**
 * Ends every process whose environment or command line names a suite's own temporary folder: only what it started.
 * @returns a line for each that was still there
 */
export async function endLeftovers(directory: string): Promise<string[]> {
  if (startedIn(directory).length > 0) await delay(GRACE_MS);
  const found = startedIn(directory);
  for (const { pid } of found) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended in between.
    }
  }
  return found.map(({ pid, command }) => `${pid} ${command}`);
}

function startedIn(directory: string): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "latin1").replaceAll("\0", " ").trim();
      // A process that has ended and waits for its parent has neither and is not found.
      if (!command.includes(directory) && !readFileSync(`/proc/${name}/environ`, "latin1").includes(directory))
        return [];
      return [{ pid: Number(name), command: command.slice(0, 200) }];
    } catch {
      return [];
    }
  });
}
