import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  errorMessageOf,
  type Clock,
  type Ids,
  type Logger,
  type MetricSample,
  type Timer,
} from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import { CLOSE } from "./connection.ts";
import type { CtiUser } from "./cti-user.ts";
import { restoreSession } from "./restore-session.ts";
import type { SessionEvent } from "./session-event.ts";
import { Session, type SessionHost, type SessionLimits } from "./session.ts";
import type { ClientName, SessionIdentity } from "./session-record.ts";
import { sessionMetrics } from "./session-metrics.ts";
import type { SessionTimes } from "./session-times.ts";

/** `new`; `resumed`: what was missed follows; `resnapshot`: it is lost, and numbers begin anew. */
export type AttachMode = "new" | "resumed" | "resnapshot";

/** Why a session has ended. */
export type CloseReason =
  "application" | "lease-over" | "administrator" | "user-disabled" | "token-ended" | "state-lost";

/** Told of what becomes of sessions; what they throw is logged. */
export interface SessionHooks {
  readonly onOpened?: (session: Session) => void;
  /** Its application has come back; with `resnapshot` it knows nothing more. */
  readonly onResumed?: (session: Session, mode: AttachMode, hadFailed: boolean) => void;
  /** Its connection was lost, and it has not come back in the time that it has asked for. */
  readonly onAbsent?: (session: Session) => void;
  /** Nothing was heard for two intervals. */
  readonly onFailed?: (session: Session) => void;
  /** Its connection is lost, or nothing was heard for an interval; or it has been heard again. */
  readonly onSilent?: (session: Session, isSilent: boolean) => void;
  /** It is over; its facts are still there. */
  readonly onClosed?: (session: Session, reason: CloseReason) => void;
}

export interface SessionTableOptions {
  /** Folder of the sessions' files; made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly limits: SessionLimits & { readonly maxSessions: number; readonly allLogBytes: number };
  /** Who a session that is restored acts for; undefined: nobody any more. */
  readonly userOf: (identity: SessionIdentity) => CtiUser | undefined;
}

export interface NewSession extends SessionTimes {
  readonly user: CtiUser;
  readonly client: ClientName;
  readonly group?: string;
}

const RETRY_MS = 1_000;
const FILE_SUFFIX = ".session";

/** All sessions, those of an earlier process too. */
export class SessionTable {
  readonly #options: SessionTableOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #hooks: SessionHooks[] = [];
  readonly #host: SessionHost;
  readonly #bodies = new WeakMap<SessionEvent, string>();
  #dirty = new Set<Session>();
  #isScheduled = false;
  #waiting: (() => void)[] = [];
  #logBytes = 0;
  #failedWrites = 0;
  #retry: Timer | undefined;
  #counts = { events: 0, replaced: 0, cut: 0, shed: 0, failed: 0, closed: 0 };

  /** Restores the sessions that an earlier process has left. */
  constructor(options: SessionTableOptions) {
    this.#options = options;
    const { clock, limits } = options;
    this.#host = {
      clock,
      limits,
      bodyOf: (event) => this.#bodyOf(event),
      noteDirty: (session) => this.#noteDirty(session),
      noteLogBytes: (difference) => (this.#logBytes += difference),
      onReplaced: () => (this.#counts.replaced += 1),
      onCut: (session) => this.#onCut(session),
      onFileError: (session, error) => this.#onFileError(session, error),
      onAbsent: (session) => this.#onAbsent(session),
      onFailed: (session) => this.#onFailed(session),
      onSilent: (session, isSilent) => this.#tell("onSilent", session, isSilent),
      onLeaseOver: (session) => this.close(session, "lease-over"),
    };
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(options.folder)) this.#restore(name);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Tells of what becomes of sessions from now on; those that are there are in `all`. */
  watch(hooks: SessionHooks): void {
    this.#hooks.push(hooks);
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  all(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  ofUser(user: string): Session[] {
    return [...this.#sessions.values()].filter((session) => session.user.name === user);
  }

  /** @throws {CtiError} `limit-connections` */
  open({ user, client, group, ...times }: NewSession): Session {
    const { ids, clock, limits } = this.#options;
    const { maxSessions: value } = limits;
    if (this.size >= value) {
      const limit = { name: "maxSessions", value, used: this.size };
      throw new CtiError("limit-connections", `${this.size} sessions are open`, { limit });
    }
    const identity: SessionIdentity = {
      id: ids.uuid(),
      epoch: ids.token(4),
      user: user.name,
      ...(user.token === undefined ? {} : { token: user.token }),
      client,
      ...(group === undefined ? {} : { group }),
      ...times,
      openedMs: clock.wallMs(),
    };
    const session = new Session({ identity, user, path: this.#pathOf(identity.id) }, this.#host);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Tells that a session has begun. */
  opened(session: Session): void {
    this.#tell("onOpened", session);
  }

  /** Tells that the application of a session has come back. */
  resumed(session: Session, mode: AttachMode, hadFailed: boolean): void {
    this.#tell("onResumed", session, mode, hadFailed);
  }

  /**
   * What all sessions were told is worthless, and positions begin anew: each has another epoch, and its application comes
   * back and takes a snapshot.
   */
  renewAll(): void {
    for (const session of this.#sessions.values()) {
      const { connection } = session;
      session.resetPosition();
      this.restart(session);
      if (connection === undefined) continue;
      session.detach(connection, true);
      connection.close(CLOSE.renewed, "resume to take a snapshot");
    }
  }

  /** Another epoch of a session whose events are lost. */
  restart(session: Session): void {
    session.restart(this.#options.ids.token(4));
  }

  /** Ends a session; its connection is told the reason. May be called twice. */
  close(session: Session, reason: CloseReason): void {
    if (this.#sessions.get(session.id) !== session) return;
    this.#tell("onClosed", session, reason);
    this.#sessions.delete(session.id);
    this.#dirty.delete(session);
    this.#counts.closed += 1;
    const isDone = reason === "application";
    session.write();
    session.send();
    session.close(isDone ? CLOSE.done : CLOSE.sessionClosed, isDone ? "closed" : `SESSION_CLOSED ${reason}`);
    this.#options.logger.info("CTI session closed", { session: session.id, user: session.user.name, reason });
  }

  /** Resolves when all that was appended until now is on disk, or the disk takes nothing. */
  flushed(): Promise<void> {
    if (this.#dirty.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Writes and sends now what else is written and sent at the end of the turn. */
  flush(): void {
    this.#isScheduled = false;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    for (const session of dirty) session.write();
    this.#shed();
    for (const session of dirty) session.send();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  metrics(): MetricSample[] {
    return sessionMetrics(this.all(), {
      logBytes: this.#logBytes,
      failedWrites: this.#failedWrites,
      ...this.#counts,
    });
  }

  /** Lets go of all sessions: the next process goes on with them. May be called twice. */
  release(): void {
    this.#retry?.cancel();
    for (const session of this.#sessions.values()) session.release();
    this.#sessions.clear();
    this.#dirty.clear();
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }

  #restore(name: string): void {
    const { folder, userOf, logger, limits } = this.#options;
    const path = join(folder, name);
    if (!name.endsWith(FILE_SUFFIX)) return rmSync(path, { force: true, recursive: true });
    const restored = restoreSession(path);
    const user = restored && userOf(restored.identity);
    if (restored === undefined || user === undefined || this.#sessions.size >= limits.maxSessions) {
      logger.warn("a CTI session is not restored", { file: name, user: restored?.identity.user });
      return rmSync(path, { force: true });
    }
    const { identity, ...rest } = restored;
    this.#sessions.set(identity.id, new Session({ identity, user, path, restored: rest }, this.#host));
  }

  #pathOf(id: string): string {
    return join(this.#options.folder, id + FILE_SUFFIX);
  }

  #bodyOf(event: SessionEvent): string {
    this.#counts.events += 1;
    const known = this.#bodies.get(event);
    if (known !== undefined) return known;
    const body = JSON.stringify(event);
    this.#bodies.set(event, body);
    return body;
  }

  #noteDirty(session: Session): void {
    this.#dirty.add(session);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      if (this.#isScheduled) this.flush();
    });
  }

  /** The longest log goes first: its application is away, or never acknowledges. */
  #shed(): void {
    while (this.#logBytes > this.#options.limits.allLogBytes) {
      let longest: Session | undefined;
      for (const session of this.#sessions.values()) {
        if (longest === undefined || session.load.logBytes > longest.load.logBytes) longest = session;
      }
      if (longest === undefined || longest.shed() === 0) return;
      this.#counts.shed += 1;
      this.#options.logger.warn("events of a CTI session are given up", { session: longest.id });
    }
  }

  #onFileError(session: Session, error: unknown): void {
    this.#failedWrites += 1;
    this.#options.logger.error("a CTI session cannot be written", {
      session: session.id,
      error: errorMessageOf(error),
    });
    this.#retry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      for (const each of this.#sessions.values()) if (!each.isWritten) this.#noteDirty(each);
    });
  }

  #onCut(session: Session): void {
    this.#counts.cut += 1;
    const { queued } = session.load;
    const facts = { session: session.id, user: session.user.name, queuedEvents: queued.events };
    this.#options.logger.warn("CTI application reads too slowly", facts);
  }

  #onAbsent(session: Session): void {
    this.#options.logger.warn("CTI application is absent", { session: session.id, user: session.user.name });
    this.#tell("onAbsent", session);
  }

  #onFailed(session: Session): void {
    this.#counts.failed += 1;
    this.#options.logger.warn("CTI application failed", { session: session.id, user: session.user.name });
    this.#tell("onFailed", session);
  }

  #tell<Name extends keyof SessionHooks>(name: Name, ...args: Parameters<NonNullable<SessionHooks[Name]>>): void {
    for (const hooks of this.#hooks) {
      try {
        (hooks[name] as ((...all: typeof args) => void) | undefined)?.(...args);
      } catch (error) {
        this.#options.logger.error("a CTI session was not followed", { hook: name, error: errorMessageOf(error) });
      }
    }
  }
}
