import { linkSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { errorCodeOf, SwitchError } from "../../common/index.ts";
import { commandLineOf, isProcessAlive, readProcessInfo } from "../host/process-info.ts";

interface Holder {
  readonly pid: number;
  readonly startMark: string;
}

/** Held while a supervisor lives: one per data-dir. */
export interface SupervisorLock {
  /** May be called twice. */
  release(): void;
}

/**
 * Takes the lock of a data-dir; that of a dead process is taken over.
 * @throws {SwitchError} `already-running`, with who holds it
 */
export function takeSupervisorLock(path: string, dataDir: string): SupervisorLock {
  const self = readProcessInfo(process.pid);
  const own = JSON.stringify({ pid: process.pid, startMark: self?.startMark ?? "" });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, own, { mode: 0o600 });
  try {
    // A link fails when the name exists, and the file is complete when it gets the name.
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (tryLink(temporary, path)) return { release: () => releaseLock(path, own) };
      const text = readText(path);
      const holder = text === undefined ? undefined : parseHolder(text);
      if (holder !== undefined && isProcessAlive(holder.pid, holder.startMark)) throw alreadyRunning(holder, dataDir);
      if (text !== undefined && readText(path) === text) remove(path);
    }
  } finally {
    remove(temporary);
  }
  throw new SwitchError("already-running", `others start a node in ${dataDir} at this moment`, { dataDir });
}

function alreadyRunning({ pid }: Holder, dataDir: string): SwitchError {
  return new SwitchError(
    "already-running",
    `a node already runs in ${dataDir}: supervisor process ${pid} (${commandLineOf(pid)}); stop it with: tandem stop --data-dir ${dataDir}`,
    { dataDir, pid },
  );
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function releaseLock(path: string, own: string): void {
  if (readText(path) === own) remove(path);
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, startMark } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === "number" && typeof startMark === "string" ? { pid, startMark } : undefined;
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCodeOf(error) !== "ENOENT") throw error;
  }
}
