import { closeSync, openSync, readSync, rmSync, statSync } from "node:fs";
import Database from "libsql";
import { recordIn } from "../record-reader.ts";
import { RecordError, type RecordPage, type RecordQuery } from "../record-table.ts";
import type { Position } from "./file-follower.ts";
import { deviceKey, keysOf, legValues, numberKey, recordValues } from "./record-rows.ts";
import { FORMAT, TABLES } from "./schema.ts";

type Connection = InstanceType<typeof Database>;
type Row = Readonly<Record<string, string | number | null>>;
interface Statement {
  run(...values: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: unknown[]): Row | undefined;
  all(...values: unknown[]): Row[];
}

/** How long another process that reads is waited for. */
const BUSY_MS = 2_000;
const MAX_COUNTED = 10_000;
/** Rows that are removed in one transaction. */
const REMOVED_AT_ONCE = 500;
const LAST_MS = Number.MAX_SAFE_INTEGER;

/** Call records in an SQLite file. Everything is synchronous: it has a thread of its own. */
export class RecordDatabase {
  readonly #path: string;
  readonly #inode: number;
  readonly #db: Connection;
  readonly #statements = new Map<string, Statement>();

  /**
   * Tables of another version are thrown away.
   * @throws SQLite's error, with its code, when the file cannot be opened or is none
   */
  constructor(path: string) {
    this.#path = path;
    this.#db = openTables(path);
    this.#inode = statSync(path).ino;
  }

  /** False when the file was deleted, or another has taken its place: what is written would be lost. */
  get isInPlace(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** How far the record file has been read; undefined: not at all. */
  get position(): Position | undefined {
    const row = this.#sql("SELECT file, offset FROM position").get();
    return row === undefined ? undefined : { file: String(row["file"]), offset: Number(row["offset"]) };
  }

  /** Takes up lines of the record file, all or none; returns how many records were new. */
  add(lines: readonly string[], position: Position): number {
    return this.#transaction(() => {
      let added = 0;
      for (const line of lines) added += this.#addLine(line);
      this.#sql("INSERT OR REPLACE INTO position (one, file, offset) VALUES (1, ?, ?)").run(
        position.file,
        position.offset,
      );
      return added;
    });
  }

  /** @throws {RecordError} `bad-cursor` */
  page({ fromMs = 0, toMs = LAST_MS, number, device, limit, after }: RecordQuery): RecordPage {
    const [beforeMs, beforeId] = after === undefined ? [LAST_MS, LAST_MS] : cursorOf(after);
    const keys = [number && numberKey(number), device && deviceKey(device)].flatMap((key) => key || []);
    const [first, second] = keys;
    const source = first === undefined ? "call_record AS k" : "call_key AS k";
    const where = [
      ...(first === undefined ? [] : ["k.key = ?"]),
      "k.started_ms >= ? AND k.started_ms < ?",
      ...(second === undefined
        ? []
        : ["EXISTS (SELECT 1 FROM call_key AS o WHERE o.key = ? AND o.started_ms = k.started_ms AND o.id = k.id)"]),
    ].join(" AND ");
    const values = [...keys.slice(0, 1), fromMs, toMs, ...keys.slice(1)];
    const rows = this.#sql(
      `SELECT r.id, r.started_ms, r.body FROM (SELECT k.id, k.started_ms FROM ${source} WHERE ${where}
       AND (k.started_ms, k.id) < (?, ?) ORDER BY k.started_ms DESC, k.id DESC LIMIT ?) AS f
       JOIN call_record AS r ON r.id = f.id ORDER BY f.started_ms DESC, f.id DESC`,
    ).all(...values, beforeMs, beforeId, limit + 1);
    const counted = this.#sql(
      `SELECT count(*) AS total FROM (SELECT 1 FROM ${source} WHERE ${where} LIMIT ${MAX_COUNTED})`,
    ).get(...values);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(({ body }) => String(body)),
      ...(last === undefined ? {} : { next: `${last["started_ms"]}.${last["id"]}` }),
      total: Number(counted?.["total"] ?? 0),
    };
  }

  /** JSON text of a record. */
  find(callId: string): string | undefined {
    const row = this.#sql("SELECT body FROM call_record WHERE call_id = ?").get(callId);
    return row === undefined ? undefined : String(row["body"]);
  }

  /** Removes some of the calls that began before `beforeMs`, or are more than `maxRows`; returns how many. */
  removeOld(beforeMs: number, maxRows: number): number {
    const newest = this.#sql("SELECT max(id) AS id FROM call_record").get()?.["id"] ?? 0;
    const lowestKept = Number(newest) - maxRows + 1;
    const rows = this.#sql(`SELECT id, body FROM call_record WHERE started_ms < ? LIMIT ${REMOVED_AT_ONCE}`).all(
      beforeMs,
    );
    const beyond = this.#sql(`SELECT id, body FROM call_record WHERE id < ? LIMIT ${REMOVED_AT_ONCE}`).all(lowestKept);
    const all = [...rows, ...beyond];
    if (all.length === 0) return 0;
    return this.#transaction(() => {
      for (const { id, body } of all) this.#remove(Number(id), String(body));
      return all.length;
    });
  }

  /** May be called twice. */
  close(): void {
    if (this.#db.open) this.#db.close();
  }

  #addLine(line: string): number {
    const record = recordIn(line);
    if (record === undefined) return 0;
    const { changes, lastInsertRowid } = this.#sql(
      `INSERT OR IGNORE INTO call_record (call_id, node, started_ms, answered_ms, ended_ms, duration_ms, caller_device,
       caller_number, called_number, callee_device, final_number, cause, sip_status, reason, ended_by, codec, body)
       VALUES (${places(17)})`,
    ).run(...recordValues(record, line));
    if (changes === 0) return 0;
    const addLeg = this.#sql(`INSERT OR IGNORE INTO call_leg VALUES (${places(24)})`);
    for (const leg of record.legs) addLeg.run(lastInsertRowid, ...legValues(leg));
    const addKey = this.#sql("INSERT OR IGNORE INTO call_key (key, started_ms, id) VALUES (?, ?, ?)");
    for (const key of keysOf(record)) addKey.run(key, record.startedAtMs, lastInsertRowid);
    return 1;
  }

  #remove(id: number, body: string): void {
    const record = recordIn(body);
    if (record !== undefined) {
      const removeKey = this.#sql("DELETE FROM call_key WHERE key = ? AND started_ms = ? AND id = ?");
      for (const key of keysOf(record)) removeKey.run(key, record.startedAtMs, id);
    }
    this.#sql("DELETE FROM call_leg WHERE id = ?").run(id);
    this.#sql("DELETE FROM call_record WHERE id = ?").run(id);
  }

  #transaction<Result>(run: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #sql(text: string): Statement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(text) as unknown as Statement;
    this.#statements.set(text, statement);
    return statement;
  }
}

function openTables(path: string): Connection {
  // Removing the file takes no time and no room, whatever is in it; dropping its tables would.
  if (![0, FORMAT].includes(formatOf(path))) {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  }
  // SQLite would make it readable by all.
  closeSync(openSync(path, "a", 0o600));
  const db = new Database(path, { timeout: BUSY_MS });
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = ${BUSY_MS}`);
    db.exec(`${TABLES} PRAGMA user_version = ${FORMAT}; PRAGMA wal_checkpoint(PASSIVE)`);
  } catch (error) {
    // Who tries again and again would run out of files. No statement is prepared: libsql keeps files open for those.
    db.close();
    throw error;
  }
  return db;
}

/** `user_version` in the file's header; 0 when there is none, or no such file. */
function formatOf(path: string): number {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return 0;
  const header = Buffer.alloc(64);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header.toString("latin1", 0, 15) === "SQLite format 3" ? header.readUInt32BE(60) : 0;
}

function places(count: number): string {
  return Array<string>(count).fill("?").join(", ");
}

function cursorOf(text: string): readonly [number, number] {
  const [, startedMs, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(text) ?? [];
  if (startedMs === undefined) throw new RecordError("bad-cursor", "`after` is not a `next` of a page before");
  return [Number(startedMs), Number(id)];
}
