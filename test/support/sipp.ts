import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManagedProcess } from "./managed-process.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** How to run SIPp. */
export interface SippOptions {
  /** File name under test/load/scenarios, without `.xml`. */
  readonly scenario: string;
  /** Own address and port (SIPp has no "any free port" that it would tell). */
  readonly address: string;
  readonly port: number;
  /** `host:port` of the other side; absent for a server. */
  readonly target?: string;
  /** Calls in all; a server without it runs until `stop`. */
  readonly calls?: number;
  readonly callsPerSecond?: number;
  /** Calls at a time; default 2,000. */
  readonly maxCalls?: number;
  /** Length of a `<pause/>`. */
  readonly holdMs?: number;
  /** The number that is dialled: `[service]`. */
  readonly service?: string;
  /** Values of `[name]` keywords. */
  readonly keywords?: Readonly<Record<string, string>>;
  /** Rows of the injection file: `[field0]`, `[field1]`, ... used one after the other. */
  readonly rows?: readonly (readonly string[])[];
  /** `u1` (UDP, default), `t1` (one TCP connection) or `tn` (one per call). */
  readonly transport?: "u1" | "t1" | "tn";
  readonly mediaPort?: number;
  /** A call that waits longer for a message has failed. */
  readonly receiveTimeoutMs?: number;
  /** Takes down each time that the scenario measures. */
  readonly takesTimes?: boolean;
}

/** The figures of a run as SIPp counted them. */
export interface SippResult {
  readonly created: number;
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** Calls that were still up when SIPp ended. */
  readonly current: number;
  readonly unexpectedMessages: number;
  /** From its start to its end. */
  readonly elapsedMs: number;
  /** Values of the scenario's `counter="1"` to `counter="3"`. */
  readonly counters: readonly number[];
  /** The same counters about every second. */
  readonly history: readonly { readonly atMs: number; readonly counters: readonly number[] }[];
  /** With `takesTimes`: each of the scenario's times number 1, in ms and in the order in which they came. */
  readonly timesMs: readonly number[];
  /** The process's exit code: 0 when all calls were good. */
  readonly exitCode: number | null;
  /** Last screen and error log, for messages of failures. */
  readonly log: string;
}

const SCENARIOS = join(import.meta.dirname, "..", "load", "scenarios");

/** `[authentication ...]` with credentials, to be used as a whole in a row: SIPp does not fill fields inside it. */
export function sippCredentials(user: string, password: string): string {
  return `[authentication username=${user} password=${password}]`;
}

/** One SIPp process with one scenario, in a folder of its own. */
export class Sipp {
  readonly #process: ManagedProcess;
  readonly #directory: TemporaryDirectory;

  private constructor(process: ManagedProcess, directory: TemporaryDirectory) {
    this.#process = process;
    this.#directory = directory;
  }

  static start(options: SippOptions): Sipp {
    const directory = new TemporaryDirectory("sipp");
    const args = argumentsOf(options, directory);
    return new Sipp(new ManagedProcess({ command: "sipp", args, cwd: directory.path }), directory);
  }

  /** Runs a client to its end. @throws {Error} with its screen when it takes longer */
  static async run(options: SippOptions & { readonly calls: number }, timeoutMs: number): Promise<SippResult> {
    const sipp = Sipp.start(options);
    try {
      return await sipp.finished(timeoutMs);
    } finally {
      await sipp.close();
    }
  }

  /** Waits until it ends by itself. @throws {Error} with its screen when it takes longer */
  async finished(timeoutMs: number): Promise<SippResult> {
    try {
      const { code } = await this.#process.exited(timeoutMs);
      return this.#result(code);
    } catch (error) {
      throw new Error(`SIPp is not done after ${timeoutMs} ms\n${this.#log()}`, { cause: error });
    }
  }

  /** The figures so far, about a second old. */
  progress(): SippResult {
    return this.#result(null);
  }

  /** Makes no new calls, and ends when those that it has are over. */
  endSoon(): void {
    this.#process.signal("SIGUSR1");
  }

  /** Lets a server finish the calls that it has, then ends it. @throws {Error} when calls do not end in time */
  async stop(timeoutMs = 5_000): Promise<SippResult> {
    this.endSoon();
    return this.finished(timeoutMs);
  }

  /** Ends it and removes its files; may be called twice. */
  async close(): Promise<void> {
    await this.#process.kill();
    this.#directory.close();
  }

  #result(exitCode: number | null): SippResult {
    const rows = rowsOf(this.#read("statistics.csv"));
    const statistics = rows.at(-1) ?? new Map<string, string>();
    const count = (name: string): number => Number(statistics.get(name) ?? "0");
    return {
      created: count("TotalCallCreated"),
      successful: count("SuccessfulCall(C)"),
      failed: count("FailedCall(C)"),
      retransmissions: count("Retransmissions(C)"),
      current: count("CurrentCall"),
      unexpectedMessages: count("FailedUnexpectedMessage(C)"),
      elapsedMs: elapsedMs(statistics),
      counters: countersOf(statistics),
      history: rows.map((row) => ({ atMs: elapsedMs(row), counters: countersOf(row) })),
      timesMs: this.#timesMs(),
      exitCode,
      log: this.#log(),
    };
  }

  /** The file has the name of the scenario and the process in front. */
  #timesMs(): number[] {
    const [name] = readdirSync(this.#directory.path).filter((each) => each.endsWith("_rtt.csv"));
    const [, ...lines] = this.#read(name ?? "")
      .trimEnd()
      .split("\n");
    return lines.flatMap((line) => {
      const [, ms, number] = line.split(";");
      return number === "1" ? [Number(ms)] : [];
    });
  }

  #log(): string {
    return [this.#read("screen.log"), this.#read("errors.log").slice(0, 3_000), this.#process.output.slice(-2_000)]
      .filter((text) => text !== "")
      .join("\n");
  }

  #read(name: string): string {
    try {
      return readFileSync(this.#directory.join(name), "utf8");
    } catch {
      return "";
    }
  }
}

function argumentsOf(options: SippOptions, directory: TemporaryDirectory): string[] {
  const { scenario, address, port, target, calls, callsPerSecond = 10, maxCalls = 2_000, holdMs = 0 } = options;
  const args = ["-sf", join(SCENARIOS, `${scenario}.xml`), "-i", address, "-p", String(port), "-mi", address];
  args.push("-t", options.transport ?? "u1", "-nostdin", "-buff_size", "1048576");
  args.push("-trace_stat", "-stf", directory.join("statistics.csv"), "-fd", "1");
  args.push("-trace_err", "-error_file", directory.join("errors.log"));
  args.push("-trace_screen", "-screen_file", directory.join("screen.log"));
  if (options.takesTimes === true) args.push("-trace_rtt", "-rtt_freq", "1");
  if (options.mediaPort !== undefined) args.push("-mp", String(options.mediaPort));
  for (const [name, value] of Object.entries(options.keywords ?? {})) args.push("-key", name, value);
  if (options.rows !== undefined) {
    writeFileSync(
      directory.join("rows.csv"),
      ["SEQUENTIAL", ...options.rows.map((row) => row.join(";")), ""].join("\n"),
    );
    args.push("-inf", directory.join("rows.csv"));
  }
  if (options.receiveTimeoutMs !== undefined) args.push("-recv_timeout", String(options.receiveTimeoutMs));
  if (calls !== undefined) args.push("-m", String(calls));
  if (target !== undefined) {
    args.push("-r", String(callsPerSecond), "-rp", "1000", "-l", String(maxCalls), "-d", String(holdMs));
    if (options.service !== undefined) args.push("-s", options.service);
    args.push(target);
  }
  return args;
}

function rowsOf(csv: string): ReadonlyMap<string, string>[] {
  const [head = "", ...lines] = csv.trimEnd().split("\n");
  const names = head.split(";");
  return lines.map((line) => {
    const values = line.split(";");
    return new Map(names.map((name, index) => [name, values[index] ?? ""]));
  });
}

function countersOf(row: ReadonlyMap<string, string>): number[] {
  return [1, 2, 3].map((number) => Number(row.get(`GenericCounter${number}(C)`) ?? "0"));
}

function elapsedMs(row: ReadonlyMap<string, string>): number {
  return epochMs(row.get("CurrentTime")) - epochMs(row.get("StartTime"));
}

/** Of `date<tab>time<tab>seconds since 1970`, as SIPp writes it. */
function epochMs(text = ""): number {
  return 1_000 * Number(text.split("\t")[2] ?? "0");
}
