import type { Clock, Logger, MetricSample } from "../../../common/index.ts";
import type { CallRecord } from "../../record/call-record.ts";
import { findRecord, lastRecords, recordIn } from "../../record/record-reader.ts";
import type { RecordSettings } from "../../record/record-settings.ts";
import { RecordError, type RecordPage, type RecordQuery, type RecordTable } from "../../record/record-table.ts";
import { RecordWriter, type FileLimits } from "../../record/record-writer.ts";
import type { RecordContext } from "./record-context.ts";
import { recordOf, type EndedCall } from "./record-of.ts";

export interface CallRecordsOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly context: RecordContext;
  readonly settings?: Partial<RecordSettings> | undefined;
  /** Absent: there is only the file. */
  readonly table?: RecordTable | undefined;
}

const DEFAULTS: RecordSettings = {
  enabled: true,
  logZeroDuration: true,
  maxFileMegabytes: 100,
  retentionDays: 90,
  diagnostics: true,
};
const MEGABYTE = 1024 * 1024;
const DAY_MS = 86_400_000;

/** The records of ended calls: what is written of them, and where they are looked up. */
export class CallRecords {
  readonly context: RecordContext;
  readonly #path: string;
  readonly #writer: RecordWriter;
  readonly #table: RecordTable | undefined;
  #settings: RecordSettings;

  constructor({ path, clock, logger, context, settings = {}, table }: CallRecordsOptions) {
    this.context = context;
    this.#path = path;
    this.#table = table;
    this.#settings = { ...DEFAULTS, ...settings };
    this.#writer = new RecordWriter({ path, clock, logger, limits: limitsOf(this.#settings) });
    this.#table?.keepFor(limitsOf(this.#settings).retentionMs);
  }

  /** Takes effect at once; what is absent stays as it is. */
  applySettings(settings: Partial<RecordSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
    const limits = limitsOf(this.#settings);
    this.#writer.applyLimits(limits);
    this.#table?.keepFor(limits.retentionMs);
  }

  /** Resolves when the record is on file, was given up, or is none to be written. */
  async write(ended: EndedCall): Promise<void> {
    const { enabled, logZeroDuration, diagnostics } = this.#settings;
    if (!enabled || (!logZeroDuration && ended.progress.answeredAtMs === undefined)) return;
    const record = recordOf(ended, this.context);
    await this.#writer.write(diagnostics ? record : withoutQuality(record));
  }

  /** Of the calls that ended last, newest first. */
  last(count: number): Promise<CallRecord[]> {
    return lastRecords(this.#path, count);
  }

  async find(callId: string): Promise<CallRecord | undefined> {
    const found = await findRecord(this.#path, callId);
    if (found !== undefined || this.#table === undefined) return found;
    return recordIn((await this.#table.find(callId)) ?? "");
  }

  /** @throws {RecordError} */
  page(query: RecordQuery): Promise<RecordPage> {
    if (this.#table === undefined) throw new RecordError("records-unavailable", "this node has no table of records");
    return this.#table.page(query);
  }

  metrics(): MetricSample[] {
    return [...this.#writer.metrics(), ...(this.#table?.metrics() ?? [])];
  }

  /** Resolves when everything is written. May be called twice. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#table?.close();
  }
}

function limitsOf({ maxFileMegabytes, retentionDays }: RecordSettings): FileLimits {
  return { maxFileBytes: maxFileMegabytes * MEGABYTE, retentionMs: retentionDays * DAY_MS };
}

function withoutQuality(record: CallRecord): CallRecord {
  const legs = record.legs.map(({ quality: _quality, ...leg }) => leg);
  return { ...record, legs, sides: [] };
}
