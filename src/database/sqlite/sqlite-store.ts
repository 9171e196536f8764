import Database from "libsql";
import { errorCodeOf, errorMessageOf, type Clock } from "../../common/index.ts";
import type {
  ChangeEntry,
  ChangeRecord,
  ChangeRequest,
  ConfigurationStore,
  ListQuery,
  Operation,
  Referrer,
  StoredObject,
} from "../configuration-store.ts";
import { DatabaseError } from "../database-error.ts";
import { DEVICE_KINDS, kindsOfTarget, REFERENCES, type BodyOf, type DeviceKind, type Kind } from "../model/kinds.ts";
import { textsAt } from "../model/paths.ts";
import { withHashedPasswords } from "../model/sealing.ts";
import { uniqueKeysOf } from "../model/unique-keys.ts";
import { plan, type PlanningView } from "../planning.ts";
import type { SecretKeeper } from "../secret-keeper.ts";
import { FORMAT, TABLES } from "./schema.ts";

export interface SqliteStoreOptions {
  /** The file, made with mode 0600 when missing; `:memory:` for none. */
  readonly path: string;
  readonly clock: Clock;
  readonly keeper: SecretKeeper;
}

type Row = Readonly<Record<string, string | number | null>>;
interface Statement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): Row | undefined;
  all(...values: unknown[]): Row[];
}

/** How long another process that writes is waited for. */
const BUSY_MS = 5_000;
const MAX_LIST = 10_000;
/** Changes that can be undone; older ones are forgotten. */
const KEPT_CHANGES = 10_000;

/** The configuration in an SQLite file that several processes may have open. */
export class SqliteStore implements ConfigurationStore {
  readonly #clock: Clock;
  readonly #keeper: SecretKeeper;
  readonly #db: InstanceType<typeof Database>;
  readonly #statements = new Map<string, Statement>();
  readonly #view: PlanningView;
  #isClosed = false;

  /** @throws {DatabaseError} `database-failed` when the file cannot be opened or is another version's */
  constructor({ path, clock, keeper }: SqliteStoreOptions) {
    this.#clock = clock;
    this.#keeper = keeper;
    this.#db = failingClearly(path, () => new Database(path, { timeout: BUSY_MS }));
    failingClearly(path, () => {
      this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = ${BUSY_MS}`);
      this.#db.exec(TABLES);
    });
    this.#checkFormat(path);
    this.#view = {
      get: (kind, name) => this.get(kind, name),
      referrers: (kind, name) => this.referrers(kind, name),
      holder: (scope, key) => {
        const row = this.#sql("SELECT kind, name FROM unique_key WHERE scope = ? AND key = ?").get(scope, key);
        return row === undefined ? undefined : { kind: row["kind"] as Kind, name: String(row["name"]) };
      },
    };
  }

  sequence(): number {
    return Number(this.#sql("SELECT coalesce(max(sequence), 0) AS last FROM change").get()?.["last"] ?? 0);
  }

  get<K extends Kind>(kind: K, name: string): StoredObject<K> | undefined {
    const row = this.#sql("SELECT * FROM object WHERE kind = ? AND name = ?").get(kind, name);
    return row === undefined ? undefined : objectOf<K>(row);
  }

  getDevice(name: string): StoredObject<DeviceKind> | undefined {
    for (const kind of DEVICE_KINDS) {
      const found = this.get(kind, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  list<K extends Kind>(kind: K, { limit, after = "", where }: ListQuery): StoredObject<K>[] {
    const wanted = Math.min(Math.max(1, limit), MAX_LIST);
    const found: StoredObject<K>[] = [];
    let last = after;
    for (;;) {
      const rows = this.#sql("SELECT * FROM object WHERE kind = ? AND name > ? ORDER BY name LIMIT ?").all(
        kind,
        last,
        wanted,
      );
      for (const row of rows) {
        const object = objectOf<K>(row);
        last = object.name;
        if (where?.(object) ?? true) found.push(object);
        if (found.length === wanted) return found;
      }
      if (rows.length < wanted) return found;
    }
  }

  count(kind: Kind): number {
    return Number(this.#sql("SELECT count(*) AS number FROM object WHERE kind = ?").get(kind)?.["number"] ?? 0);
  }

  all<K extends Kind>(kind: K): StoredObject<K>[] {
    return this.#sql("SELECT * FROM object WHERE kind = ? ORDER BY name")
      .all(kind)
      .map(objectOf<K>);
  }

  referrers(kind: Kind, name: string): Referrer[] {
    return this.#sql("SELECT kind, name, path FROM reference WHERE target_kind = ? AND target_name = ?")
      .all(kind, name)
      .map((row) => ({ kind: row["kind"] as Kind, name: String(row["name"]), path: String(row["path"]) }));
  }

  async check({ operations }: ChangeRequest): Promise<readonly ChangeEntry[]> {
    return plan(await this.#hashed(operations), this.#view, this.#keeper);
  }

  async apply(request: ChangeRequest): Promise<ChangeRecord | undefined> {
    return this.#change(request, request.operations, undefined);
  }

  async undo(sequence: number, author: string): Promise<ChangeRecord> {
    const change = this.changesAfter(sequence - 1, 1)[0];
    const isUndone = this.#sql("SELECT 1 AS yes FROM change WHERE undoes = ?").get(sequence) !== undefined;
    if (change?.sequence !== sequence || isUndone) {
      throw new DatabaseError(
        "nothing-to-undo",
        isUndone ? `change ${sequence} has been undone` : `there is no change ${sequence}`,
      );
    }
    const operations = change.entries.map((entry) => this.#inverseOf(entry, sequence));
    const undone = await this.#change({ author, summary: `undo change ${sequence}` }, operations, sequence);
    if (undone === undefined) throw new DatabaseError("nothing-to-undo", `change ${sequence} changed nothing`);
    return undone;
  }

  changesAfter(sequence: number, limit: number, maxBytes = Number.MAX_SAFE_INTEGER): ChangeRecord[] {
    const sizes = this.#sql(
      "SELECT octet_length(entries) AS bytes FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?",
    ).all(sequence, limit);
    let bytes = 0;
    const tooMuch = sizes.findIndex((row) => (bytes += Number(row["bytes"])) > maxBytes);
    return this.#sql("SELECT * FROM change WHERE sequence > ? ORDER BY sequence LIMIT ?")
      .all(sequence, tooMuch === -1 ? limit : tooMuch)
      .map(changeOf);
  }

  changesBefore(sequence: number | undefined, limit: number): ChangeRecord[] {
    const before = sequence ?? Number.MAX_SAFE_INTEGER;
    return this.#sql("SELECT * FROM change WHERE sequence < ? ORDER BY sequence DESC LIMIT ?")
      .all(before, limit)
      .map(changeOf);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#statements.clear();
    this.#db.close();
  }

  async #change(
    { author, summary }: Pick<ChangeRequest, "author" | "summary">,
    operations: readonly Operation[],
    undoes: number | undefined,
  ): Promise<ChangeRecord | undefined> {
    const hashed = await this.#hashed(operations);
    return this.#transaction(() => {
      const entries = plan(hashed, this.#view, this.#keeper);
      if (entries.length === 0) return undefined;
      const atMs = this.#clock.wallMs();
      const sequence = this.sequence() + 1;
      for (const entry of entries) this.#write(entry, sequence);
      this.#sql("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)").run(
        sequence,
        atMs,
        author,
        summary,
        JSON.stringify(entries),
        undoes ?? null,
      );
      this.#sql("DELETE FROM change WHERE sequence <= ?").run(sequence - KEPT_CHANGES);
      return { sequence, atMs, author, summary, entries, ...(undoes === undefined ? {} : { undoes }) };
    });
  }

  async #hashed(operations: readonly Operation[]): Promise<Operation[]> {
    const hashed: Operation[] = [];
    for (const operation of operations) {
      if (operation.type === "delete") hashed.push(operation);
      else hashed.push({ ...operation, body: await withHashedPasswords(operation.kind, operation.body, this.#keeper) });
    }
    return hashed;
  }

  #inverseOf({ kind, name, before }: ChangeEntry, sequence: number): Operation {
    const current = this.get(kind, name);
    const guard = { ifRevision: sequence };
    if (before === undefined) return { type: "delete", kind, name, ...guard };
    if (current === undefined) return { type: "create", kind, body: before };
    return { type: "replace", kind, name, body: before, ...guard };
  }

  #write({ kind, name, after }: ChangeEntry, sequence: number): void {
    this.#sql("DELETE FROM reference WHERE kind = ? AND name = ?").run(kind, name);
    this.#sql("DELETE FROM unique_key WHERE kind = ? AND name = ?").run(kind, name);
    if (after === undefined) {
      this.#sql("DELETE FROM object WHERE kind = ? AND name = ?").run(kind, name);
      return;
    }
    this.#sql("INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?)").run(kind, name, sequence, JSON.stringify(after));
    for (const { path, target } of REFERENCES[kind]) {
      for (const { value } of textsAt(after, path)) {
        for (const targetKind of kindsOfTarget(target)) {
          this.#sql("INSERT OR IGNORE INTO reference VALUES (?, ?, ?, ?, ?)").run(
            targetKind,
            value,
            kind,
            name,
            path.join("."),
          );
        }
      }
    }
    for (const { scope, key } of uniqueKeysOf(kind, after as BodyOf<Kind>)) {
      this.#sql("INSERT OR REPLACE INTO unique_key VALUES (?, ?, ?, ?)").run(scope, key, kind, name);
    }
  }

  #transaction<Result>(work: () => Result): Result {
    try {
      this.#db.exec("BEGIN IMMEDIATE");
    } catch (error) {
      throw failureOf(error);
    }
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error instanceof DatabaseError ? error : failureOf(error);
    }
  }

  #sql(text: string): Statement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(text) as Statement;
    this.#statements.set(text, statement);
    return statement;
  }

  #checkFormat(path: string): void {
    this.#sql("INSERT OR IGNORE INTO setting VALUES ('format', ?)").run(String(FORMAT));
    const format = Number(this.#sql("SELECT value FROM setting WHERE key = 'format'").get()?.["value"]);
    if (format === FORMAT) return;
    this.close();
    throw new DatabaseError("database-failed", `${path} has format ${format}; this version of Tandem knows ${FORMAT}`);
  }
}

function objectOf<K extends Kind>(row: Row): StoredObject<K> {
  const body = JSON.parse(String(row["body"])) as BodyOf<K>;
  return { kind: row["kind"] as K, name: String(row["name"]), revision: Number(row["revision"]), body };
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

function failingClearly<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new DatabaseError("database-failed", `${path}: ${errorMessageOf(error)}`, [], error);
  }
}

function failureOf(error: unknown): DatabaseError {
  const code = errorCodeOf(error)?.startsWith("SQLITE_BUSY") === true ? "database-busy" : "database-failed";
  return new DatabaseError(code, errorMessageOf(error), [], error);
}
