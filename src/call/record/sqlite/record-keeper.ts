import { renameSync, rmSync } from "node:fs";
import { errorCodeOf, errorMessageOf, type Clock, type Timer } from "../../../common/index.ts";
import type { RecordPage, RecordQuery } from "../record-table.ts";
import { FileFollower } from "./file-follower.ts";
import { RecordDatabase } from "./record-database.ts";
import type { WorkerCounts, WorkerStart } from "./worker-messages.ts";

export interface RecordKeeperOptions extends WorkerStart {
  readonly clock: Clock;
  readonly onCounts: (counts: WorkerCounts) => void;
  readonly onFailed: (error: string) => void;
}

/** After a failure. */
const RETRY_MS = 5_000;
const SWEEP_MS = 60_000;
/** MiB that are taken up before a question is answered. */
const MAX_BATCHES = 64;
/** Steps of one sweep; what is left goes with the next look at the files, so that removing is faster than calls come. */
const MAX_REMOVALS = 10;

/** Keeps the table up to the record file, and answers from it. It blocks its thread while SQLite works. */
export class RecordKeeper {
  readonly #options: RecordKeeperOptions;
  readonly #follower: FileFollower;
  #database: RecordDatabase | undefined;
  #following: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;
  #retentionMs: number | undefined;
  #sweptAtMs = -SWEEP_MS;
  #counts: WorkerCounts = { added: 0, removed: 0, failures: 0 };
  #isClosed = false;

  constructor(options: RecordKeeperOptions) {
    this.#options = options;
    this.#follower = new FileFollower(options.recordsPath);
  }

  /** Takes up what is there, and goes on with what comes. */
  start(): void {
    this.#schedule(0);
  }

  /** Calls that began longer ago are removed. */
  keepFor(retentionMs: number): void {
    this.#retentionMs = retentionMs;
    this.#sweptAtMs = -SWEEP_MS;
  }

  /** @throws {RecordError} `bad-cursor`; SQLite's or the file system's error */
  async page(query: RecordQuery): Promise<RecordPage> {
    return (await this.#caughtUp()).page(query);
  }

  /** @throws as `page` */
  async find(callId: string): Promise<string | undefined> {
    return (await this.#caughtUp()).find(callId);
  }

  /** Takes up what is there, once more. May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#catchUp().catch((error: unknown) => this.#failed(error));
    this.#database?.close();
  }

  #schedule(delayMs: number): void {
    const { clock, followEveryMs } = this.#options;
    this.#timer = clock.after(delayMs, () => {
      void this.#catchUp().then(
        () => this.#scheduleUnlessClosed(followEveryMs),
        (error: unknown) => {
          this.#failed(error);
          this.#scheduleUnlessClosed(RETRY_MS);
        },
      );
    });
  }

  #scheduleUnlessClosed(delayMs: number): void {
    if (!this.#isClosed) this.#schedule(delayMs);
  }

  /** One after the other; what an earlier one failed with is its own affair. */
  #catchUp(): Promise<void> {
    const next = this.#following.catch(() => undefined).then(() => this.#follow());
    this.#following = next;
    return next;
  }

  /** A table that takes up nothing, as on a full disk, can be read still. */
  async #caughtUp(): Promise<RecordDatabase> {
    try {
      await this.#catchUp();
    } catch (error) {
      if (isDamage(error)) throw error;
    }
    return this.#open();
  }

  async #follow(): Promise<void> {
    const database = this.#open();
    const before = this.#counts;
    for (let count = 0; count < MAX_BATCHES; count += 1) {
      const { lines, position, isLast } = await this.#follower.next(database.position);
      if (position !== undefined && (lines.length > 0 || !isLast)) {
        this.#counts = { ...this.#counts, added: this.#counts.added + database.add(lines, position) };
      }
      if (isLast) break;
    }
    this.#sweep(database);
    if (this.#counts !== before) this.#options.onCounts(this.#counts);
  }

  #sweep(database: RecordDatabase): void {
    const { clock, maxRows } = this.#options;
    if (this.#retentionMs === undefined || clock.nowMs() - this.#sweptAtMs < SWEEP_MS) return;
    const beforeMs = clock.wallMs() - this.#retentionMs;
    for (let count = 0; count < MAX_REMOVALS; count += 1) {
      const removed = database.removeOld(beforeMs, maxRows);
      if (removed === 0) {
        this.#sweptAtMs = clock.nowMs();
        break;
      }
      this.#counts = { ...this.#counts, removed: this.#counts.removed + removed };
    }
  }

  #open(): RecordDatabase {
    if (this.#database?.isInPlace === false) this.#letGo();
    this.#database ??= this.#opened();
    return this.#database;
  }

  #letGo(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  #opened(): RecordDatabase {
    const { databasePath } = this.#options;
    try {
      return new RecordDatabase(databasePath);
    } catch (error) {
      if (isDamage(error)) this.#putAside(error);
      throw error;
    }
  }

  #failed(error: unknown): void {
    const { onFailed, onCounts } = this.#options;
    this.#counts = { ...this.#counts, failures: this.#counts.failures + 1 };
    onCounts(this.#counts);
    onFailed(errorMessageOf(error));
    if (isDamage(error) && this.#database !== undefined) this.#putAside(error);
  }

  /** Everything in it is in the record files, too: the next attempt makes it anew from them. */
  #putAside(error: unknown): void {
    const { databasePath, onFailed } = this.#options;
    onFailed(`the table of call records is made anew: ${errorMessageOf(error)}`);
    this.#letGo();
    renameSync(databasePath, `${databasePath}.damaged`);
    for (const suffix of ["-wal", "-shm"]) rmSync(databasePath + suffix, { force: true });
  }
}

function isDamage(error: unknown): boolean {
  // SQLITE_CORRUPT_INDEX and others.
  return /^SQLITE_(CORRUPT|NOTADB)/.test(errorCodeOf(error) ?? "");
}
