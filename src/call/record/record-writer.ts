import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import {
  errorCodeOf,
  errorMessageOf,
  type Clock,
  type Logger,
  type Timer,
  type MetricSample,
} from "../../common/index.ts";
import type { CallRecord } from "./call-record.ts";

export interface RecordWriterOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The file is rotated when it exceeds this; default 16 MiB. */
  readonly maxFileBytes?: number;
  /** Rotated files that are kept beside it (`calls.1.jsonl` is the newest); default 8. */
  readonly keepFiles?: number;
  /** Records that wait while the disk refuses; older ones are lost beyond it; default 100,000. */
  readonly maxWaiting?: number;
}

const RETRY_MS = 1_000;

interface Waiting {
  readonly line: string;
  readonly done: () => void;
}

/** Appends call records to a file, a JSON line each, without making calls wait for the disk. */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #maxFileBytes: number;
  readonly #keepFiles: number;
  readonly #maxWaiting: number;
  #waiting: Waiting[] = [];
  #fileBytes: number | undefined;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #retry: Timer | undefined;
  #written = 0;
  #lost = 0;
  #closed = false;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#maxFileBytes = options.maxFileBytes ?? 16 * 1024 * 1024;
    this.#keepFiles = options.keepFiles ?? 8;
    this.#maxWaiting = options.maxWaiting ?? 100_000;
  }

  get counts(): { readonly written: number; readonly lost: number; readonly waiting: number } {
    return { written: this.#written, lost: this.#lost, waiting: this.#waiting.length };
  }

  metrics(): MetricSample[] {
    const { written, lost, waiting } = this.counts;
    return [
      { name: "tandem_call_records_total", type: "counter", help: "Call records written", value: written },
      {
        name: "tandem_call_records_lost_total",
        type: "counter",
        help: "Call records given up because the disk refused",
        value: lost,
      },
      {
        name: "tandem_call_records_waiting",
        type: "gauge",
        help: "Call records on their way to the disk",
        value: waiting,
      },
    ];
  }

  /** Resolves when the record is in the file, or was given up. */
  write(record: CallRecord): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ line: `${JSON.stringify(record)}\n`, done });
      if (this.#waiting.length > this.#maxWaiting) this.#giveUp(1);
      if (this.#retry === undefined) this.#run();
    });
  }

  /** Writes what waits, once more if need be, and stops. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retry?.cancel();
    this.#retry = undefined;
    await this.#running;
    this.#run();
    await this.#running;
    if (this.#waiting.length > 0) this.#giveUp(this.#waiting.length);
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      try {
        this.#waiting = [];
        await this.#append(batch.map(({ line }) => line).join(""));
        this.#written += batch.length;
        for (const { done } of batch) done();
      } catch (error) {
        this.#waiting = [...batch, ...this.#waiting];
        this.#failed(error);
        break;
      }
    }
    this.#isRunning = false;
  }

  #failed(error: unknown): void {
    const { logger, clock, path } = this.#options;
    logger.error("call records cannot be written", {
      path,
      error: errorMessageOf(error),
      waiting: this.#waiting.length,
    });
    this.#fileBytes = undefined;
    if (this.#closed) return;
    this.#retry = clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.#run();
    });
  }

  #giveUp(count: number): void {
    const given = this.#waiting.splice(0, count);
    this.#lost += given.length;
    for (const { done } of given) done();
  }

  async #append(text: string): Promise<void> {
    const { path } = this.#options;
    this.#fileBytes ??= await this.#open();
    const bytes = Buffer.from(text);
    if (this.#fileBytes > 0 && this.#fileBytes + bytes.length > this.#maxFileBytes) await this.#rotate();
    await appendFile(path, bytes, { mode: 0o600 });
    this.#fileBytes += bytes.length;
  }

  async #open(): Promise<number> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      return (await stat(path)).size;
    } catch (error) {
      if (errorCodeOf(error) === "ENOENT") return 0;
      throw error;
    }
  }

  async #rotate(): Promise<void> {
    for (let number = this.#keepFiles - 1; number >= 0; number -= 1) {
      await renameIfThere(rotatedPath(this.#options.path, number), rotatedPath(this.#options.path, number + 1));
    }
    this.#fileBytes = 0;
  }
}

/** `calls.jsonl` is number 0, then `calls.1.jsonl` and so on. */
function rotatedPath(path: string, number: number): string {
  if (number === 0) return path;
  const dot = path.lastIndexOf(".");
  return dot <= path.lastIndexOf("/") ? `${path}.${number}` : `${path.slice(0, dot)}.${number}${path.slice(dot)}`;
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCodeOf(error) !== "ENOENT") throw error;
  }
}
