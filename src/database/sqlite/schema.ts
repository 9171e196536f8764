import { createHash } from "node:crypto";
import { z } from "zod";
import { REFERENCES, SCHEMAS } from "../model/kinds.ts";

/** Tables of the configuration. Bodies are JSON; references and unique keys are what is looked up in them. */
export const TABLES = `
  CREATE TABLE object (
    kind TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, name)
  ) WITHOUT ROWID;
  CREATE TABLE reference (
    target TEXT NOT NULL, target_name TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (target, target_name, kind, name, path)
  ) WITHOUT ROWID;
  CREATE TABLE unique_key (
    scope TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (scope, key)
  ) WITHOUT ROWID;
  CREATE TABLE change (
    sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, author TEXT NOT NULL, summary TEXT NOT NULL,
    entries TEXT NOT NULL, undoes INTEGER, bytes_so_far INTEGER NOT NULL
  );
  CREATE INDEX change_undoes ON change (undoes) WHERE undoes IS NOT NULL;
  CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Marks a file as ours: `Tndm`. */
export const APPLICATION_ID = 0x54_6e_64_6d;

/** Of the tables; raised when they change. */
export const FORMAT = 1;

/** Raised when unique keys are made in another way. */
const KEYS = 2;

/** Another one than that of a file: its bodies are to be read again, and its references and keys made anew. */
export function schemaDigest(): string {
  const schemas = Object.entries(SCHEMAS).map(([kind, schema]) => [kind, z.toJSONSchema(schema, { io: "input" })]);
  return createHash("sha256")
    .update(JSON.stringify([KEYS, schemas, REFERENCES]))
    .digest("hex");
}
