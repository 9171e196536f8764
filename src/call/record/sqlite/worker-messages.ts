import type { RecordPage, RecordQuery } from "../record-table.ts";

/** What the thread starts from. */
export interface WorkerStart {
  readonly databasePath: string;
  readonly recordsPath: string;
  readonly followEveryMs: number;
  readonly maxRows: number;
}

/** To the thread. Each with an `id` is answered. */
export type WorkerRequest =
  | { readonly type: "page"; readonly id: number; readonly query: RecordQuery }
  | { readonly type: "find"; readonly id: number; readonly callId: string }
  | { readonly type: "keep-for"; readonly retentionMs: number }
  | { readonly type: "close" };

export interface WorkerCounts {
  /** Records that were taken up. */
  readonly added: number;
  /** Records that were removed for their age. */
  readonly removed: number;
  /** Attempts that the file system or SQLite refused. */
  readonly failures: number;
}

/** From the thread. */
export type WorkerMessage =
  | { readonly type: "page"; readonly id: number; readonly page: RecordPage }
  | { readonly type: "found"; readonly id: number; readonly text: string | undefined }
  | { readonly type: "refused"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly type: "counts"; readonly counts: WorkerCounts }
  | { readonly type: "failed"; readonly error: string };
