import type { Worker } from "node:worker_threads";
import { errorMessageOf, type Clock, type Logger, type MetricSample, type Timer } from "../../../common/index.ts";
import { RecordError, type RecordPage, type RecordQuery, type RecordTable } from "../record-table.ts";
import { startRecordThread } from "./record-thread.ts";
import type { WorkerCounts, WorkerMessage, WorkerRequest, WorkerStart } from "./worker-messages.ts";

export interface SqliteRecordTableOptions extends Omit<WorkerStart, "followEveryMs" | "maxRows"> {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often it is looked for new records; default 1,000. */
  readonly followEveryMs?: number;
  /** Calls that are kept, whatever their age; default 10,000,000. */
  readonly maxRows?: number;
  /** Default: a thread of this process. */
  readonly startThread?: (start: WorkerStart) => Worker;
}

type Answer = Extract<WorkerMessage, { readonly id: number }>;
type Question =
  { readonly type: "page"; readonly query: RecordQuery } | { readonly type: "find"; readonly callId: string };
interface Asked {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: RecordError) => void;
  readonly timer: Timer;
}

/** That the thread has not answered, also those that nobody waits for any more. */
const MAX_QUESTIONS = 100;
const ANSWER_MS = 10_000;
const RESTART_MS = 5_000;
const CLOSE_MS = 2_000;
const NO_COUNTS: WorkerCounts = { added: 0, removed: 0, failures: 0 };

/** `RecordTable` in an SQLite file that a thread of its own keeps up to the record file. */
export class SqliteRecordTable implements RecordTable {
  readonly #options: SqliteRecordTableOptions;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #restart: Timer | undefined;
  #retentionMs: number | undefined;
  #lastId = 0;
  /** Of threads before this one, and of this one. */
  #before = NO_COUNTS;
  #counts = NO_COUNTS;
  #isClosed = false;

  constructor(options: SqliteRecordTableOptions) {
    this.#options = options;
    this.#start();
  }

  async page(query: RecordQuery): Promise<RecordPage> {
    const answer = await this.#ask({ type: "page", query });
    return answer.type === "page" ? answer.page : { items: [], total: 0 };
  }

  async find(callId: string): Promise<string | undefined> {
    const answer = await this.#ask({ type: "find", callId });
    return answer.type === "found" ? answer.text : undefined;
  }

  keepFor(retentionMs: number): void {
    this.#retentionMs = retentionMs;
    this.#tell({ type: "keep-for", retentionMs });
  }

  metrics(): MetricSample[] {
    const counter = (name: string, help: string, key: keyof WorkerCounts): MetricSample => {
      return { name, type: "counter", help, value: this.#before[key] + this.#counts[key] };
    };
    return [
      counter("tandem_call_record_rows_total", "Call records taken up into the table", "added"),
      counter("tandem_call_record_rows_removed_total", "Call records removed from the table for their age", "removed"),
      counter("tandem_call_record_table_failures_total", "Attempts to take up call records that failed", "failures"),
    ];
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#restart?.cancel();
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(CLOSE_MS, () => void worker.terminate());
      worker.once("exit", () => {
        timer.cancel();
        resolve();
      });
      this.#tell({ type: "close" });
    });
    this.#refuseAll("the node stops");
  }

  #start(): void {
    const { databasePath, recordsPath, followEveryMs = 1_000, maxRows = 10_000_000, logger } = this.#options;
    const { startThread = startRecordThread } = this.#options;
    const start: WorkerStart = { databasePath, recordsPath, followEveryMs, maxRows };
    const worker = startThread(start);
    this.#worker = worker;
    worker.on("message", (message: WorkerMessage) => this.#handle(message));
    worker.on("error", (error) => {
      logger.error("the thread of the call records died", { error: errorMessageOf(error) });
    });
    worker.on("exit", () => this.#onExit());
    // Who forgets to close it is not kept alive by it.
    worker.unref();
    if (this.#retentionMs !== undefined) this.#tell({ type: "keep-for", retentionMs: this.#retentionMs });
  }

  #onExit(): void {
    this.#worker = undefined;
    const sum = (key: keyof WorkerCounts): number => this.#before[key] + this.#counts[key];
    this.#before = { added: sum("added"), removed: sum("removed"), failures: sum("failures") };
    this.#counts = NO_COUNTS;
    if (this.#isClosed) return;
    this.#before = { ...this.#before, failures: this.#before.failures + 1 };
    this.#refuseAll("its thread died");
    this.#restart = this.#options.clock.after(RESTART_MS, () => this.#start());
  }

  #handle(message: WorkerMessage): void {
    if (message.type === "counts") this.#counts = message.counts;
    else if (message.type === "failed") {
      this.#options.logger.error("call records cannot be taken up", { error: message.error });
    } else this.#answer(message);
  }

  async #ask(question: Question): Promise<Answer> {
    if (this.#worker === undefined || this.#isClosed) {
      throw new RecordError("records-unavailable", "the table of call records cannot be read now");
    }
    if (this.#asked.size >= MAX_QUESTIONS) {
      throw new RecordError("too-many-queries", "too many questions about call records at a time");
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(ANSWER_MS, () =>
        reject(new RecordError("records-unavailable", "the table of call records does not answer")),
      );
      this.#asked.set(id, { resolve, reject, timer });
      this.#tell({ ...question, id });
    });
  }

  #answer(answer: Answer): void {
    const asked = this.#asked.get(answer.id);
    if (asked === undefined) return;
    this.#asked.delete(answer.id);
    asked.timer.cancel();
    if (answer.type !== "refused") return asked.resolve(answer);
    const code = answer.code === "bad-cursor" ? "bad-cursor" : "records-unavailable";
    asked.reject(new RecordError(code, answer.message));
  }

  #refuseAll(why: string): void {
    for (const [id, { reject, timer }] of this.#asked) {
      timer.cancel();
      this.#asked.delete(id);
      reject(new RecordError("records-unavailable", `the table of call records cannot be read: ${why}`));
    }
  }

  #tell(request: WorkerRequest): void {
    this.#worker?.postMessage(request);
  }
}
