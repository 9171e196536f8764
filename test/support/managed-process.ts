import { spawn, type ChildProcess } from "node:child_process";
import { constants, setPriority } from "node:os";
import { withinMs } from "./within-ms.ts";

/** How to start a `ManagedProcess`. */
export interface ManagedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** It makes or measures audio: it runs before others where the system allows, so that gaps are the switch's own. */
  readonly isUrgent?: boolean;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface OutputWaiter {
  readonly pattern: RegExp;
  readonly from: number;
  readonly resolve: (match: RegExpExecArray) => void;
}

const MAX_OUTPUT_LENGTH = 4 * 1024 * 1024;

/** A child process whose output is kept, awaited and shown in failures, and that never outlives the tests. */
export class ManagedProcess {
  static readonly #running = new Set<ChildProcess>();
  static {
    process.once("exit", () => ManagedProcess.#running.forEach((child) => child.kill("SIGKILL")));
  }

  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<ProcessExit>;
  readonly #waiters = new Set<OutputWaiter>();
  /** What it wrote, in the pieces in which it came: long texts are not copied for each of them. */
  readonly #pieces: string[] = [];
  #length = 0;
  #ended = false;

  constructor(options: ManagedProcessOptions) {
    this.#name = options.command;
    this.#child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    if (options.isUrgent === true) raisePriority(this.#child.pid);
    ManagedProcess.#running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => this.#onOutput(text));
    }
    this.#child.stdin?.on("error", () => undefined);
    this.#exit = new Promise((resolve) => {
      const end = (exit: ProcessExit): void => {
        this.#ended = true;
        ManagedProcess.#running.delete(this.#child);
        resolve(exit);
      };
      this.#child.once("error", (error) => {
        this.#onOutput(`${error.message}\n`);
        if (this.#child.pid === undefined) end({ code: null, signal: null });
      });
      this.#child.once("close", (code, signal) => end({ code, signal }));
    });
  }

  /** The process id. @throws {Error} when the process could not be started */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} could not be started: ${this.output}`);
    return this.#child.pid;
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** What it wrote, both streams in order of arrival; the last 4 MiB. */
  get output(): string {
    return this.#pieces.join("").slice(-MAX_OUTPUT_LENGTH);
  }

  /** Resolves when it has ended. @throws {Error} when it runs on for longer */
  exited(timeoutMs: number): Promise<ProcessExit> {
    return withinMs(timeoutMs, this.#exit, () => `${this.#name} still runs. Its output:\n${this.output}`);
  }

  /**
   * Resolves to the first match in what was or will be written, `from` a place in `output` on.
   * @throws {Error} when it ends, or time runs out, before
   */
  outputMatching(pattern: RegExp, timeoutMs: number, from = 0): Promise<RegExpExecArray> {
    const found = pattern.exec(this.output.slice(from));
    if (found !== null) return Promise.resolve(found);
    const match = new Promise<RegExpExecArray>((resolve, reject) => {
      const waiter = { pattern, from, resolve };
      this.#waiters.add(waiter);
      void this.#exit.then(({ code, signal }) => {
        if (!this.#waiters.delete(waiter)) return;
        const how = signal ?? `code ${code}`;
        reject(new Error(`${this.#name} ended (${how}) before it wrote ${String(pattern)}. Output:\n${this.output}`));
      });
    });
    return withinMs(timeoutMs, match, () => `${this.#name} did not write ${String(pattern)}. Output:\n${this.output}`);
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }

  /** Ends it with SIGTERM, after `graceMs` with SIGKILL; may be called twice. */
  async stop(graceMs = 2_000): Promise<ProcessExit> {
    this.signal("SIGTERM");
    try {
      return await this.exited(graceMs);
    } catch {
      return this.kill();
    }
  }

  /** Ends it with SIGKILL; may be called twice. */
  async kill(): Promise<ProcessExit> {
    this.signal("SIGKILL");
    return this.#exit;
  }

  #onOutput(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    for (let first = this.#pieces[0]; first !== undefined; first = this.#pieces[0]) {
      if (this.#length - first.length < MAX_OUTPUT_LENGTH) break;
      this.#pieces.shift();
      this.#length -= first.length;
    }
    if (this.#waiters.size === 0) return;
    const { output } = this;
    for (const waiter of this.#waiters) {
      const match = waiter.pattern.exec(output.slice(waiter.from));
      if (match === null) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(match);
    }
  }
}

function raisePriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // Not allowed here: measurements are as noisy as the machine.
  }
}
