/** Tables of the configuration. Bodies are JSON; references and unique keys are what is looked up in them. */
export const TABLES = `
  CREATE TABLE IF NOT EXISTS object (
    kind TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reference (
    target_kind TEXT NOT NULL, target_name TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (target_kind, target_name, kind, name, path)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS reference_of ON reference (kind, name);
  CREATE TABLE IF NOT EXISTS unique_key (
    scope TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (scope, key)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS unique_key_of ON unique_key (kind, name);
  CREATE TABLE IF NOT EXISTS change (
    sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, author TEXT NOT NULL, summary TEXT NOT NULL,
    entries TEXT NOT NULL, undoes INTEGER
  );
  CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Raised when stored bodies have to be read again by newer schemas. */
export const FORMAT = 1;
