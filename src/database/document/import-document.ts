import type { ChangeEntry, ChangeRecord, ConfigurationStore } from "../configuration-store.ts";
import { importOperations, type ImportCounts, type ImportMode, type ImportProgress } from "./import-operations.ts";

export interface ImportRequest {
  /** Plain data, as YAML or JSON gives it; nothing of it has been checked. */
  readonly document: unknown;
  readonly mode: ImportMode;
  readonly author: string;
  readonly summary: string;
  /** The node that this is, which is never deleted. */
  readonly node: string;
  /** Checks everything and does nothing. */
  readonly isDryRun?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** What an import did, or would do. `sequence`: the change it made, else the last one before it. */
export interface ImportResult extends ImportCounts {
  readonly sequence: number;
  /** The change; absent: nothing was different, or it was a dry run. */
  readonly record?: ChangeRecord;
}

/**
 * Makes the configuration as a document says, in one change.
 * @throws {DatabaseError} with the violations; nothing is done then
 */
export async function importDocument(store: ConfigurationStore, request: ImportRequest): Promise<ImportResult> {
  const { author, summary, isDryRun = false, onProgress = () => undefined } = request;
  const { operations, total: objects } = await importOperations(store, request.document, request.mode, request);
  const phase = isDryRun ? "check" : "apply";
  const total = operations.length;
  const tell = (share: number): void => onProgress({ phase, done: Math.floor(share * total), total });
  tell(0);
  const change = { author, summary, operations, onProgress: tell };
  const record = isDryRun ? undefined : await store.apply(change);
  const entries = isDryRun ? await store.check(change) : (record?.entries ?? []);
  tell(1);
  const counts = countsOf(entries, objects);
  return { sequence: record?.sequence ?? store.sequence(), ...counts, ...(record === undefined ? {} : { record }) };
}

function countsOf(entries: readonly ChangeEntry[], total: number): ImportCounts {
  const created = entries.filter(({ before }) => before === undefined).length;
  const removed = entries.filter(({ after }) => after === undefined).length;
  const changed = entries.length - created - removed;
  return { created, changed, removed, unchanged: total - created - changed };
}
