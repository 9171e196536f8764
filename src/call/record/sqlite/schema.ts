/**
 * Tables of the call records. `call_record` has a row for each call and the record itself, `call_leg` one for each leg with
 * its media quality, `call_key` what calls are looked up by: `n:` and a number, `d:` and a device. All of it follows from
 * the record file; `position` says how far.
 */
export const TABLES = `
  CREATE TABLE IF NOT EXISTS call_record (
    id INTEGER PRIMARY KEY, call_id TEXT NOT NULL UNIQUE, node TEXT NOT NULL,
    started_ms INTEGER NOT NULL, answered_ms INTEGER, ended_ms INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
    caller_device TEXT NOT NULL, caller_number TEXT NOT NULL, called_number TEXT NOT NULL,
    callee_device TEXT, final_number TEXT NOT NULL,
    cause INTEGER NOT NULL, sip_status INTEGER NOT NULL, reason TEXT NOT NULL, ended_by TEXT NOT NULL, codec TEXT,
    body TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS call_record_by_time ON call_record (started_ms, id);
  CREATE TABLE IF NOT EXISTS call_leg (
    id INTEGER NOT NULL, leg INTEGER NOT NULL, party TEXT NOT NULL, outcome TEXT, device TEXT NOT NULL,
    number TEXT NOT NULL, trunk TEXT, sip_call_id TEXT NOT NULL, started_ms INTEGER NOT NULL, connected_ms INTEGER,
    disconnected_ms INTEGER, duration_ms INTEGER NOT NULL, cause INTEGER, sip_status INTEGER, codec TEXT,
    packets_received INTEGER, octets_received INTEGER, packets_sent INTEGER, octets_sent INTEGER, packets_lost INTEGER,
    jitter_ms REAL, latency_ms REAL, mos REAL, is_partial INTEGER,
    PRIMARY KEY (id, leg)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS call_key (
    key TEXT NOT NULL, started_ms INTEGER NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (key, started_ms, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS position (one INTEGER PRIMARY KEY CHECK (one = 1), file TEXT NOT NULL, offset INTEGER NOT NULL);
`;

/** Raised when the tables change: they are made anew from the record files. */
export const FORMAT = 1;
