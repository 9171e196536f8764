import Database from "libsql";
import { errorCodeOf, errorMessageOf } from "../../common/index.ts";
import { DatabaseError } from "../database-error.ts";

export type Row = Readonly<Record<string, string | number | null>>;

/** A prepared statement. */
export interface Statement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): Row | undefined;
  all(...values: unknown[]): Row[];
}

/** One connection to the file; what goes wrong is a `DatabaseError`. */
export class Connection {
  readonly #path: string;
  readonly #db: InstanceType<typeof Database>;
  readonly #statements = new Map<string, Statement>();
  #isClosed = false;

  /**
   * @param busyMs how long a statement waits, with the process, for another process
   * @throws {DatabaseError} `database-failed`
   */
  constructor(path: string, busyMs: number) {
    this.#path = path;
    try {
      this.#db = new Database(path, { timeout: busyMs });
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  exec(text: string): void {
    this.#guarded(() => void this.#db.exec(text));
  }

  /** A statement that is prepared once. */
  sql(text: string): Statement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const prepared = this.#guarded(() => this.#db.prepare(text) as Statement);
    const statement: Statement = {
      run: (...values) => this.#guarded(() => prepared.run(...values)),
      get: (...values) => this.#guarded(() => prepared.get(...values)),
      all: (...values) => this.#guarded(() => prepared.all(...values)),
    };
    this.#statements.set(text, statement);
    return statement;
  }

  /** Takes back what was begun; what has ended by itself is no error. */
  rollback(): void {
    try {
      if (!this.#isClosed) this.#db.exec("ROLLBACK");
    } catch {
      // SQLite ends a transaction itself when the disk is full or fails.
    }
  }

  /** May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#statements.clear();
    this.#db.close();
  }

  #guarded<Result>(work: () => Result): Result {
    if (this.#isClosed) throw new DatabaseError("database-failed", `${this.#path} is closed`);
    try {
      return work();
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  #failureOf(error: unknown): DatabaseError {
    const code = errorCodeOf(error)?.startsWith("SQLITE_BUSY") === true ? "database-busy" : "database-failed";
    return new DatabaseError(code, `${this.#path}: ${errorMessageOf(error)}`, [], error);
  }
}
