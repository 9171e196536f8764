import type { CtiUser } from "./cti-user.ts";
import type { EventLog } from "./event-log.ts";
import type { SessionIdentity } from "./session-record.ts";
import type { SessionTimes } from "./session-times.ts";

/** What a session begins with. */
export interface SessionStart {
  readonly identity: SessionIdentity;
  readonly user: CtiUser;
  readonly path: string;
  /** Of a session that goes on after a restart. */
  readonly restored?: {
    readonly log: EventLog;
    readonly facts: ReadonlyMap<string, unknown>;
    readonly hasFailed: boolean;
  };
}

/** How an application has come. */
export interface Attachment extends SessionTimes {
  readonly afterSeq: number;
  readonly user: CtiUser;
}
