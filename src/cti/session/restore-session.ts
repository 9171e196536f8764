import { EventLog } from "./event-log.ts";
import { readSessionFile } from "./session-file.ts";
import type { SessionIdentity, SessionRecord } from "./session-record.ts";

/** What a file tells of a session. */
export interface RestoredSession {
  readonly identity: SessionIdentity;
  readonly log: EventLog;
  readonly facts: ReadonlyMap<string, unknown>;
  readonly hasFailed: boolean;
}

/** Reads the session of a file; undefined: the file has none, or cannot be read. */
export function restoreSession(path: string): RestoredSession | undefined {
  try {
    return replay(readSessionFile(path));
  } catch {
    return undefined;
  }
}

/** Undefined when the records do not begin with a session. */
export function replay([first, ...records]: readonly SessionRecord[]): RestoredSession | undefined {
  if (first?.type !== "session") return undefined;
  let { identity } = first;
  let hasFailed = false;
  const log = new EventLog(first);
  const facts = new Map<string, unknown>();
  for (const record of records) {
    switch (record.type) {
      case "session":
        return undefined;
      case "identity":
        identity = record.identity;
        break;
      case "events":
        // Between two there is no gap; what comes behind one is worth nothing.
        if (record.seq !== log.seq + 1) return { identity, log, facts, hasFailed };
        for (const body of record.bodies) log.add(body, record.position);
        break;
      case "acked":
        log.acknowledge(record.seq);
        break;
      case "fact":
        facts.set(record.key, record.value);
        break;
      case "fact-removed":
        facts.delete(record.key);
        break;
      case "failed":
        hasFailed = record.failed;
        break;
    }
  }
  return { identity, log, facts, hasFailed };
}
