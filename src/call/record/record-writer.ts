import { appendFile, mkdir, open, rename, stat, truncate, unlink } from "node:fs/promises";
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
import { readAt, rotatedFiles, rotatedPath } from "./record-files.ts";

/** When a record file is put aside, and how long it is kept. */
export interface FileLimits {
  readonly maxFileBytes: number;
  /** Since the last record of a file that was put aside. */
  readonly retentionMs: number;
}

export interface RecordWriterOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: FileLimits;
  /** Files that are kept beside it, whatever their age; default 1,000. */
  readonly maxFiles?: number;
  /** Records that wait while the disk refuses; older ones are lost beyond it; default 100,000. */
  readonly maxWaiting?: number;
}

const RETRY_MS = 1_000;
/** A file is put aside a day after its first record at the latest. */
const MAX_FILE_AGE_MS = 86_400_000;
const SWEEP_MS = 3_600_000;
/** Records of one write. */
const MAX_BATCH = 1_000;
const FIRST_LINE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

interface Waiting {
  readonly line: string;
  readonly done: () => void;
}

/** The file that is appended to. */
interface CurrentFile {
  bytes: number;
  /** Of its first record. */
  sinceMs: number;
  /** Its last line was cut: the process died, or the disk was full, in the middle of it. */
  isTorn: boolean;
}

/** Appends call records to a file, a JSON line each, without making calls wait for the disk. */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #maxWaiting: number;
  #limits: FileLimits;
  #waiting: Waiting[] = [];
  #file: CurrentFile | undefined;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #retry: Timer | undefined;
  #sweep: Timer | undefined;
  #written = 0;
  #lost = 0;
  #failures = 0;
  #isSweepDue = true;
  #closed = false;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#maxWaiting = options.maxWaiting ?? 100_000;
    this.#startSweep();
  }

  get counts(): {
    readonly written: number;
    readonly lost: number;
    readonly waiting: number;
    readonly failures: number;
  } {
    return { written: this.#written, lost: this.#lost, waiting: this.#waiting.length, failures: this.#failures };
  }

  /** For the next record, and for the files that are there. */
  applyLimits(limits: FileLimits): void {
    this.#limits = limits;
    this.#sweepSoon();
  }

  metrics(): MetricSample[] {
    const { written, lost, waiting, failures } = this.counts;
    return [
      { name: "tandem_call_records_total", type: "counter", help: "Call records written", value: written },
      {
        name: "tandem_call_records_lost_total",
        type: "counter",
        help: "Call records given up because the disk refused",
        value: lost,
      },
      {
        name: "tandem_call_record_failures_total",
        type: "counter",
        help: "Writes of call records that the disk refused",
        value: failures,
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
    for (const timer of [this.#retry, this.#sweep]) timer?.cancel();
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
    if (this.#isSweepDue) await this.#removeOld();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      this.#waiting = this.#waiting.slice(MAX_BATCH);
      try {
        await this.#append(batch.map(({ line }) => line).join(""));
        this.#written += batch.length;
        for (const { done } of batch) done();
      } catch (error) {
        this.#waiting = [...batch, ...this.#waiting];
        await this.#failed(error);
        break;
      }
    }
    this.#isRunning = false;
  }

  async #failed(error: unknown): Promise<void> {
    const { logger, clock, path } = this.#options;
    // What was written of the batch comes again.
    if (this.#file !== undefined) await truncate(path, this.#file.bytes).catch(() => undefined);
    this.#file = undefined;
    if (!this.#closed) {
      this.#retry = clock.after(RETRY_MS, () => {
        this.#retry = undefined;
        this.#run();
      });
    }
    // Whoever sees that it has failed can count on the next attempt.
    this.#failures += 1;
    logger.error("call records cannot be written", {
      path,
      error: errorMessageOf(error),
      waiting: this.#waiting.length,
    });
  }

  #giveUp(count: number): void {
    const given = this.#waiting.splice(0, count);
    this.#lost += given.length;
    for (const { done } of given) done();
  }

  async #append(text: string): Promise<void> {
    const { path, clock } = this.#options;
    this.#file ??= await this.#open();
    const bytes = Buffer.from(text);
    const { maxFileBytes } = this.#limits;
    const isFull = this.#file.bytes + bytes.length > maxFileBytes;
    const isOld = clock.wallMs() - this.#file.sinceMs >= MAX_FILE_AGE_MS;
    if (this.#file.bytes > 0 && (isFull || isOld)) await this.#rotate();
    const file = this.#file;
    if (file.bytes === 0) file.sinceMs = clock.wallMs();
    await appendFile(path, file.isTorn ? Buffer.concat([Buffer.from("\n"), bytes]) : bytes, { mode: 0o600 });
    file.bytes += bytes.length + (file.isTorn ? 1 : 0);
    file.isTorn = false;
  }

  async #open(): Promise<CurrentFile> {
    const { path, clock } = this.#options;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      const file = await open(path);
      try {
        const { size } = await file.stat();
        const first = (await readAt(file, 0, Math.min(size, FIRST_LINE_BYTES))).toString("latin1");
        const sinceMs = Number(/"endedAtMs":(\d{1,15})/.exec(first)?.[1] ?? clock.wallMs());
        const isTorn = size > 0 && (await readAt(file, size - 1, 1))[0] !== NEWLINE;
        return { bytes: size, sinceMs, isTorn };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (errorCodeOf(error) !== "ENOENT") throw error;
      return { bytes: 0, sinceMs: clock.wallMs(), isTorn: false };
    }
  }

  async #rotate(): Promise<void> {
    const { path, clock } = this.#options;
    const last = rotatedFiles(path).at(-1)?.number ?? 0;
    await rename(path, rotatedPath(path, last + 1));
    this.#file = { bytes: 0, sinceMs: clock.wallMs(), isTorn: false };
    await this.#removeOld();
  }

  /** Also a node without calls forgets in time. */
  #startSweep(): void {
    this.#sweep = this.#options.clock.after(SWEEP_MS, () => {
      this.#sweepSoon();
      this.#startSweep();
    });
  }

  #sweepSoon(): void {
    this.#isSweepDue = true;
    if (!this.#closed && this.#retry === undefined) this.#run();
  }

  async #removeOld(): Promise<void> {
    const { path, clock, logger, maxFiles = 1_000 } = this.#options;
    this.#isSweepDue = false;
    const oldestMs = clock.wallMs() - this.#limits.retentionMs;
    try {
      const files = rotatedFiles(path);
      for (const [index, file] of files.entries()) {
        const isBeyond = index < files.length - maxFiles;
        if (isBeyond || (await stat(file.path)).mtimeMs < oldestMs) await unlink(file.path);
      }
      if (!(await isOlder(path, oldestMs))) return;
      await unlink(path);
      this.#file = undefined;
    } catch (error) {
      logger.warn("old call records cannot be removed", { path, error: errorMessageOf(error) });
    }
  }
}

/** False also when there is no such file. */
async function isOlder(path: string, thanMs: number): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.isFile() && found.mtimeMs < thanMs;
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return false;
    throw error;
  }
}
