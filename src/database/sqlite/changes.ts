import type { ChangeEntry, ChangeRecord } from "../configuration-store.ts";
import type { Connection, Row } from "./connection.ts";

/** What is kept of changes to be looked at and undone: so many, and so much of what they did. The last one always is. */
export interface History {
  readonly maxChanges: number;
  readonly maxBytes: number;
}

export const HISTORY: History = { maxChanges: 10_000, maxBytes: 64 * 2 ** 20 };
const MAX_LIST = 1_000;

/** The changes that were made, by one connection. */
export class Changes {
  readonly #connection: Connection;
  readonly #history: History;

  constructor(connection: Connection, history: History) {
    this.#connection = connection;
    this.#history = history;
  }

  sequence(): number {
    const row = this.#connection.sql("SELECT coalesce(max(sequence), 0) AS last FROM change").get();
    return Number(row?.["last"] ?? 0);
  }

  get(sequence: number): ChangeRecord | undefined {
    const row = this.#connection.sql("SELECT * FROM change WHERE sequence = ?").get(sequence);
    return row === undefined ? undefined : changeOf(row);
  }

  isUndone(sequence: number): boolean {
    return this.#connection.sql("SELECT 1 AS yes FROM change WHERE undoes = ?").get(sequence) !== undefined;
  }

  after(sequence: number, limit: number, maxBytes = Number.MAX_SAFE_INTEGER): ChangeRecord[] {
    const before = this.#connection.sql("SELECT bytes_so_far FROM change WHERE sequence = ?").get(sequence);
    return this.#connection
      .sql("SELECT * FROM change WHERE sequence > ? AND bytes_so_far <= ? ORDER BY sequence LIMIT ?")
      .all(sequence, Number(before?.["bytes_so_far"] ?? 0) + maxBytes, bounded(limit))
      .map(changeOf);
  }

  before(sequence: number | undefined, limit: number): ChangeRecord[] {
    return this.#connection
      .sql("SELECT * FROM change WHERE sequence < ? ORDER BY sequence DESC LIMIT ?")
      .all(sequence ?? Number.MAX_SAFE_INTEGER, bounded(limit))
      .map(changeOf);
  }

  /** Adds a change and forgets old ones. */
  add({ sequence, atMs, author, summary, entries, undoes }: ChangeRecord): void {
    const { maxChanges, maxBytes } = this.#history;
    const text = JSON.stringify(entries);
    const last = this.#connection.sql("SELECT bytes_so_far FROM change WHERE sequence = ?").get(sequence - 1);
    const bytes = Number(last?.["bytes_so_far"] ?? 0) + Buffer.byteLength(text);
    this.#connection
      .sql("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(sequence, atMs, author, summary, text, undoes ?? null, bytes);
    const oldest = this.#connection
      .sql("SELECT sequence FROM change WHERE bytes_so_far > ? ORDER BY sequence LIMIT 1")
      .get(bytes - maxBytes);
    const keptFrom = Math.min(sequence, Math.max(sequence - maxChanges + 1, Number(oldest?.["sequence"] ?? 0)));
    this.#connection.sql("DELETE FROM change WHERE sequence < ?").run(keptFrom);
  }
}

function bounded(limit: number): number {
  return Math.min(Math.max(1, limit), MAX_LIST);
}

function changeOf(row: Row): ChangeRecord {
  const undoes = row["undoes"];
  return {
    sequence: Number(row["sequence"]),
    atMs: Number(row["at_ms"]),
    author: String(row["author"]),
    summary: String(row["summary"]),
    entries: JSON.parse(String(row["entries"])) as ChangeEntry[],
    ...(undoes === null || undoes === undefined ? {} : { undoes: Number(undoes) }),
  };
}
