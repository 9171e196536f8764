import type { ListQuery, Referrer, StoredObject } from "../configuration-store.ts";
import { DEVICE_KINDS, REFERENCES, type BodyOf, type Kind } from "../model/kinds.ts";
import { textsAt } from "../model/paths.ts";
import { uniqueKeysOf } from "../model/unique-keys.ts";
import type { PlanningView } from "../planning/draft.ts";
import type { Connection, Row } from "./connection.ts";

const MAX_LIST = 10_000;
/** Objects read at a time to find those that a filter says yes to. */
const FILTERED_PAGE = 1_000;
const deviceKinds: readonly Kind[] = DEVICE_KINDS;

/** Objects, their references and their unique keys, by one connection. */
export class Objects implements PlanningView {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get<K extends Kind>(kind: K, name: string): StoredObject<K> | undefined {
    const row = this.#connection.sql("SELECT * FROM object WHERE kind = ? AND name = ?").get(kind, name);
    return row === undefined ? undefined : objectOf<K>(row);
  }

  list<K extends Kind>(kind: K, { limit, after = "", where }: ListQuery): StoredObject<K>[] {
    const wanted = Math.min(Math.max(1, limit), MAX_LIST);
    const size = where === undefined ? wanted : Math.max(wanted, FILTERED_PAGE);
    const page = this.#connection.sql("SELECT * FROM object WHERE kind = ? AND name > ? ORDER BY name LIMIT ?");
    const found: StoredObject<K>[] = [];
    let last = after;
    for (;;) {
      const rows = page.all(kind, last, size);
      for (const row of rows) {
        const object = objectOf<K>(row);
        last = object.name;
        if (where?.(object) ?? true) found.push(object);
        if (found.length === wanted) return found;
      }
      if (rows.length < size) return found;
    }
  }

  count(kind: Kind): number {
    const row = this.#connection.sql("SELECT count(*) AS number FROM object WHERE kind = ?").get(kind);
    return Number(row?.["number"] ?? 0);
  }

  all<K extends Kind>(kind: K): StoredObject<K>[] {
    const rows = this.#connection.sql("SELECT * FROM object WHERE kind = ? ORDER BY name").all(kind);
    return rows.map(objectOf<K>);
  }

  referrers(kind: Kind, name: string): Referrer[] {
    const any = deviceKinds.includes(kind) ? "device" : kind;
    return this.#connection
      .sql("SELECT kind, name, path FROM reference WHERE target IN (?, ?) AND target_name = ?")
      .all(kind, any, name)
      .map((row) => ({ kind: row["kind"] as Kind, name: String(row["name"]), path: String(row["path"]) }));
  }

  holder(scope: string, key: string): { kind: Kind; name: string } | undefined {
    const row = this.#connection.sql("SELECT kind, name FROM unique_key WHERE scope = ? AND key = ?").get(scope, key);
    return row === undefined ? undefined : { kind: row["kind"] as Kind, name: String(row["name"]) };
  }

  administrators(): string[] {
    return this.#connection
      .sql("SELECT name FROM object WHERE kind = 'user' AND json_extract(body, '$.role') = 'administrator'")
      .all()
      .map((row) => String(row["name"]));
  }

  /** Takes the references and unique keys of a body away; those of all are gone before those of any are made. */
  unlink(kind: Kind, name: string, body: BodyOf<Kind>, stays: BodyOf<Kind> | undefined): void {
    const kept = new Set(stays === undefined ? [] : linksOf(kind, stays).map(linkKey));
    for (const link of linksOf(kind, body)) {
      if (kept.has(linkKey(link))) continue;
      if (link.table === "reference") {
        this.#connection
          .sql("DELETE FROM reference WHERE target = ? AND target_name = ? AND kind = ? AND name = ? AND path = ?")
          .run(link.of, link.text, kind, name, link.path);
      } else {
        this.#connection.sql("DELETE FROM unique_key WHERE scope = ? AND key = ?").run(link.of, link.text);
      }
    }
  }

  /** Makes references and unique keys of a body that it did not have before. */
  link(kind: Kind, name: string, body: BodyOf<Kind>, had: BodyOf<Kind> | undefined): void {
    const known = new Set(had === undefined ? [] : linksOf(kind, had).map(linkKey));
    for (const link of linksOf(kind, body)) {
      if (known.has(linkKey(link))) continue;
      if (link.table === "reference") {
        this.#connection
          .sql("INSERT OR IGNORE INTO reference VALUES (?, ?, ?, ?, ?)")
          .run(link.of, link.text, kind, name, link.path);
      } else {
        this.#connection.sql("INSERT INTO unique_key VALUES (?, ?, ?, ?)").run(link.of, link.text, kind, name);
      }
    }
  }

  put(kind: Kind, name: string, revision: number, body: unknown): void {
    this.#connection
      .sql("INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?)")
      .run(kind, name, revision, JSON.stringify(body));
  }

  remove(kind: Kind, name: string): void {
    this.#connection.sql("DELETE FROM object WHERE kind = ? AND name = ?").run(kind, name);
  }
}

interface Link {
  readonly table: "reference" | "unique_key";
  /** Target or scope. */
  readonly of: string;
  readonly text: string;
  readonly path: string;
}

function linksOf(kind: Kind, body: BodyOf<Kind>): Link[] {
  const references = REFERENCES[kind].flatMap(({ path, target }) =>
    textsAt(body, path).map(({ value }): Link => ({
      table: "reference",
      of: target,
      text: value,
      path: path.join("."),
    })),
  );
  const keys = uniqueKeysOf(kind, body).map(({ scope, key }): Link => ({
    table: "unique_key",
    of: scope,
    text: key,
    path: "",
  }));
  return [...references, ...keys];
}

function linkKey({ table, of, text, path }: Link): string {
  return `${table} ${of} ${path} ${text}`;
}

function objectOf<K extends Kind>(row: Row): StoredObject<K> {
  const body = JSON.parse(String(row["body"])) as BodyOf<K>;
  return { kind: row["kind"] as K, name: String(row["name"]), revision: Number(row["revision"]), body };
}
