import { execFile } from "node:child_process";
import { join } from "node:path";
import type { ManagedProcess } from "./managed-process.ts";
import { processesNaming } from "./node-processes.ts";
import type { TandemNode } from "./tandem-node.ts";
import { startInTerminal } from "./terminal-process.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "dist", "main", "tandem.js");
const TIMEOUT_MS = 100_000;

/** What a command did. */
export interface CommandRun {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of the built `tandem` on a node, without a terminal. */
export function tandemOn(node: TandemNode, words: readonly string[]): Promise<CommandRun> {
  const args = [PROGRAM, ...words, "--data-dir", node.dataDir];
  return new Promise((resolve, reject) => {
    const options = { timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, args, options, (error, out, err) => {
      if (child.exitCode === null) reject(new Error(`${words.join(" ")} did not end: ${error?.message ?? ""}`));
      else resolve({ exitCode: child.exitCode, out, err });
    });
  });
}

/** The same that has to be done. @returns what it printed @throws {Error} */
export async function doneOn(node: TandemNode, words: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await tandemOn(node, words);
  if (exitCode !== 0) throw new Error(`${words.join(" ")} ended with ${exitCode}: ${err}`);
  return out;
}

/** Runs a command on a node in a terminal of 100 columns; the exit code is the command's. */
export function tandemInTerminal(node: TandemNode, words: readonly string[]): ManagedProcess {
  const command = [process.execPath, PROGRAM, ...words, "--data-dir", node.dataDir];
  return startInTerminal(`exec ${command.map((word) => `'${word}'`).join(" ")}`);
}

/** Kills with SIGKILL a command that runs on a node, for example `import`. */
export function killCommand(node: TandemNode, word: string): void {
  const found = processesNaming(node.dataDir).filter(({ command }) => {
    return command.startsWith(process.execPath) && command.includes(` ${word} `);
  });
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error(`${found.length} processes run ${word}`);
  process.kill(one.pid, "SIGKILL");
}
