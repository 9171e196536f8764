import { SwitchError, type MetricSample } from "../../common/index.ts";

/** Which calls are asked for; what is absent does not matter. Times are when calls began, wall-clock milliseconds. */
export interface RecordQuery {
  /** From then on. */
  readonly fromMs?: number;
  /** Before then. */
  readonly toMs?: number;
  /** The caller's, the dialed one, or one that the call went to; exact. */
  readonly number?: string;
  /** Of any party; exact. */
  readonly device?: string;
  /** 1 to 200. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string;
}

/** Records, the call that began last first. */
export interface RecordPage {
  /** JSON texts as they are in the record file. */
  readonly items: readonly string[];
  /** Absent: there are no more. */
  readonly next?: string;
  /** How many there are in all pages; counted up to 10,000. */
  readonly total: number;
}

/**
 * Call records to look things up in. What is in the record file comes to be in it by itself, also what was written while
 * nobody followed; a question is answered with all that was there when it came.
 * @throws {RecordError} `bad-cursor`; `records-unavailable` when the table cannot be read; `too-many-queries`
 */
export interface RecordTable {
  page(query: RecordQuery): Promise<RecordPage>;
  /** JSON text of the record; undefined when there is none. */
  find(callId: string): Promise<string | undefined>;
  /** Older records are removed. */
  keepFor(retentionMs: number): void;
  metrics(): MetricSample[];
  /** Takes up what the file has. May be called twice. */
  close(): Promise<void>;
}

export type RecordErrorCode = "bad-cursor" | "records-unavailable" | "too-many-queries";
export class RecordError extends SwitchError<RecordErrorCode> {}
