import type { ChangeEntry, ConfigurationStore } from "../configuration-store.ts";
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
}

/**
 * Makes the configuration as a document says, in one change.
 * @throws {DatabaseError} with the violations; nothing is done then
 */
export async function importDocument(store: ConfigurationStore, request: ImportRequest): Promise<ImportResult> {
  const { author, summary, isDryRun = false, onProgress = () => undefined } = request;
  const { operations, total } = await importOperations(store, request.document, request.mode, request);
  const phase = isDryRun ? "check" : "apply";
  onProgress({ phase, done: 0, total: operations.length });
  const change = { author, summary, operations };
  const record = isDryRun ? undefined : await store.apply(change);
  const entries = isDryRun ? await store.check(change) : (record?.entries ?? []);
  onProgress({ phase, done: operations.length, total: operations.length });
  return { sequence: record?.sequence ?? store.sequence(), ...countsOf(entries, total) };
}

function countsOf(entries: readonly ChangeEntry[], total: number): ImportCounts {
  const created = entries.filter(({ before }) => before === undefined).length;
  const removed = entries.filter(({ after }) => after === undefined).length;
  const changed = entries.length - created - removed;
  return { created, changed, removed, unchanged: total - created - changed };
}
