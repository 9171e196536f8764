import { closeSync, openSync } from "node:fs";
import { errorMessageOf } from "../../common/index.ts";
import { DatabaseError, type Violation } from "../database-error.ts";
import { KINDS, SCHEMAS, type BodyOf, type Kind } from "../model/kinds.ts";
import { withoutUndefined } from "../model/paths.ts";
import { uniqueKeysOf } from "../model/unique-keys.ts";
import { Connection } from "./connection.ts";
import { DEFAULTS, withLaterDefaults, withoutFormerFields } from "./former-fields.ts";
import { Objects } from "./objects.ts";
import { APPLICATION_ID, FORMAT, schemaDigest, TABLES } from "./schema.ts";

/** How long another process that opens or changes the file is waited for. */
const BUSY_MS = 10_000;
/** Pauses between attempts at what SQLite does not wait for by itself. */
const PAUSE_MS = 20;
const MAX_VIOLATIONS = 100;

/**
 * Opens a file of ours, makes it when it is missing or empty, and brings what an older version wrote up to date.
 * @param path `:memory:` for none
 * @throws {DatabaseError} `database-failed`: not there to be opened, not a database, another program's, another format, or
 * with objects that this version does not know
 */
export function openFile(path: string): Connection {
  if (path !== ":memory:") makeFile(path);
  const connection = new Connection(path, BUSY_MS);
  try {
    setUp(connection, path);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Another connection to a file that is open already. Once it is open too, its statements wait for no other process: that
 * would stop this one.
 */
export function openForWriting(path: string): Connection {
  const connection = new Connection(path, BUSY_MS);
  try {
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec("PRAGMA busy_timeout = 0");
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Passwords are in it as hashes: it is for its owner alone, and so is what SQLite puts beside it. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o600));
  } catch (error) {
    throw new DatabaseError("database-failed", `${path}: ${errorMessageOf(error)}`, [], error);
  }
}

function setUp(connection: Connection, path: string): void {
  checkOwner(connection, path);
  useWriteAheadLog(connection);
  connection.exec("PRAGMA synchronous = FULL");
  const digest = schemaDigest();
  // What is as it should be is opened at once, however long another process is writing.
  if (isUpToDate(connection, path, digest)) return;
  connection.exec("BEGIN IMMEDIATE");
  try {
    if (checkOwner(connection, path) === "new") makeTables(connection, digest);
    else bringUpToDate(connection, path, digest);
    connection.exec("COMMIT");
  } catch (error) {
    connection.rollback();
    throw error;
  }
}

function isUpToDate(connection: Connection, path: string, digest: string): boolean {
  if (checkOwner(connection, path) === "new") return false;
  return connection.sql("SELECT value FROM setting WHERE key = 'schema'").get()?.["value"] === digest;
}

/** @throws {DatabaseError} when the file is not ours, or of another format */
function checkOwner(connection: Connection, path: string): "new" | "ours" {
  // First, since another process may make tables and id, at once, between these reads.
  const tables = Number(connection.sql("SELECT count(*) AS number FROM sqlite_master").get()?.["number"]);
  const id = numberOf(connection, "application_id");
  const format = numberOf(connection, "user_version");
  if (id === APPLICATION_ID) {
    if (format === FORMAT) return "ours";
    throw new DatabaseError("database-failed", `${path} has format ${format}; this version of Tandem knows ${FORMAT}`);
  }
  if (id === 0 && tables === 0) return "new";
  throw new DatabaseError("database-failed", `${path} is a database of another program`);
}

function numberOf(connection: Connection, pragma: string): number {
  return Number(connection.sql(`PRAGMA ${pragma}`).get()?.[pragma]);
}

/** SQLite does not wait for another process that does the same at the same time. */
function useWriteAheadLog(connection: Connection): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let left = BUSY_MS / PAUSE_MS; ; left -= 1) {
    try {
      connection.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== "database-busy" || left === 0) throw error;
    }
    Atomics.wait(pause, 0, 0, PAUSE_MS);
  }
}

function makeTables(connection: Connection, digest: string): void {
  connection.exec(TABLES);
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}`);
  connection.sql("INSERT INTO setting VALUES ('schema', ?)").run(digest);
  putDefaults(connection);
}

function putDefaults(connection: Connection): void {
  connection.sql("INSERT OR REPLACE INTO setting VALUES ('defaults', ?)").run(String(DEFAULTS));
}

/** Reads all bodies by the schemas of this version, when another one wrote them: what has come since is filled in, what the model has no more is left out. */
function bringUpToDate(connection: Connection, path: string, digest: string): void {
  if (isUpToDate(connection, path, digest)) return;
  const objects = new Objects(connection);
  const violations: Violation[] = [];
  const defaults = connection.sql("SELECT value FROM setting WHERE key = 'defaults'").get()?.["value"];
  const isOfBefore = Number(defaults ?? 0) < DEFAULTS;
  connection.exec("DELETE FROM reference; DELETE FROM unique_key");
  for (const kind of KINDS) {
    for (const { name, revision, body } of objects.all(kind)) {
      const kept = withoutFormerFields(kind, body);
      if (kept === undefined) {
        objects.remove(kind, name);
        continue;
      }
      const result = SCHEMAS[kind].safeParse(isOfBefore ? withLaterDefaults(kind, kept) : kept);
      if (result.success) {
        const now = withoutUndefined(result.data) as BodyOf<typeof kind>;
        objects.put(kind, name, revision, now);
        const clashes = clashesOf(objects, kind, name, now);
        if (clashes.length === 0) objects.link(kind, name, now, undefined);
        else violations.push(...clashes);
      } else if (violations.length < MAX_VIOLATIONS) {
        for (const issue of result.error.issues) {
          violations.push({ code: "bad-object", kind, name, path: issue.path, message: issue.message });
        }
      }
    }
  }
  const [first] = violations;
  if (first !== undefined) {
    const place = `${first.kind} ${first.name} ${first.path.map(String).join(".")}`.trimEnd();
    const message = `${path} was written by another version of Tandem and is not understood: ${place}: ${first.message}`;
    throw new DatabaseError("database-failed", message, violations);
  }
  connection.sql("INSERT OR REPLACE INTO setting VALUES ('schema', ?)").run(digest);
  putDefaults(connection);
}

/** What was not the same for the version that wrote it. */
function clashesOf(objects: Objects, kind: Kind, name: string, body: BodyOf<Kind>): Violation[] {
  const seen = new Set<string>();
  return uniqueKeysOf(kind, body).flatMap(({ scope, key, path }): Violation[] => {
    const text = `${scope} ${key}`;
    const other = seen.has(text) ? { kind, name } : objects.holder(scope, key);
    seen.add(text);
    if (other === undefined) return [];
    return [{ code: "rule-violated", kind, name, path, message: `${other.kind} ${other.name} has the same ${text}` }];
  });
}
