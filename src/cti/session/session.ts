import { type Clock, withMore } from "../../common/index.ts";
import { CLOSE, type Connection } from "./connection.ts";
import type { CtiUser } from "./cti-user.ts";
import { Delivery } from "./delivery.ts";
import { EventLog } from "./event-log.ts";
import type { Queued } from "./flow-level.ts";
import { HeldEvents } from "./held-events.ts";
import { startClock, type ClockEffect, type SessionPhase } from "./session-clock.ts";
import { SessionFacts } from "./session-facts.ts";
import type { AppendOptions, SessionEvent } from "./session-event.ts";
import { SessionFile } from "./session-file.ts";
import type { ClientName, SessionIdentity, SessionRecord } from "./session-record.ts";
import type { Attachment, SessionStart } from "./session-start.ts";
import { SessionTimer } from "./session-timer.ts";

/** What sessions need of who has them. */
export interface SessionHost {
  readonly clock: Clock;
  readonly limits: SessionLimits;
  /** An event as JSON; the same object costs once. */
  readonly bodyOf: (event: SessionEvent) => string;
  /** It has something to write or to send. */
  readonly noteDirty: (session: Session) => void;
  readonly noteLogBytes: (difference: number) => void;
  /** An event that was held back was not told, since a later one has taken its place. */
  readonly onReplaced: () => void;
  /** Its application reads too slowly, and was cut off. */
  readonly onCut: (session: Session) => void;
  readonly onFileError: (session: Session, error: unknown) => void;
  /** It is waited for, or has been heard again. */
  readonly onSilent: (session: Session, isSilent: boolean) => void;
  /** A standby is to take its place. */
  readonly onAbsent: (session: Session) => void;
  readonly onFailed: (session: Session) => void;
  readonly onLeaseOver: (session: Session) => void;
}

export interface SessionLimits {
  readonly queue: Queued;
  /** Characters of events that are kept for an application. */
  readonly logBytes: number;
}

/** What one application is told, in order, whatever becomes of its connections and of this process. */
export class Session {
  readonly id: string;
  readonly client: ClientName;
  readonly group?: string;
  /** Journaled with the session, for parts that keep something by it; gone when it closes. */
  readonly facts: SessionFacts;
  readonly openedMs: number;
  readonly #host: SessionHost;
  readonly #file: SessionFile;
  readonly #log: EventLog;
  readonly #delivery: Delivery;
  readonly #held: HeldEvents;
  #user: CtiUser;
  #identity: SessionIdentity;
  readonly #timer: SessionTimer;
  #logBytes = 0;
  /** Events that are in no record yet: those of one signal make one, so that it is told wholly or not at all. */
  #group: { seq: number; position: number | undefined; bodies: string[] } | undefined;

  constructor({ identity, user, path, restored }: SessionStart, host: SessionHost) {
    this.id = identity.id;
    this.#user = user;
    this.client = identity.client;
    if (identity.group !== undefined) this.group = identity.group;
    this.openedMs = identity.openedMs;
    this.#identity = identity;
    this.#host = host;
    this.#log = restored?.log ?? new EventLog();
    const take = (record: SessionRecord): void => this.#write(record);
    this.facts = new SessionFacts(restored?.facts, take);
    this.#held = new HeldEvents(this.facts);
    for (const { position } of this.#held.all()) this.#log.notePosition(position);
    this.#file = new SessionFile({
      path,
      snapshot: () => this.#snapshot(),
      onError: (error) => host.onFileError(this, error),
    });
    this.#delivery = new Delivery({
      log: this.#log,
      limits: host.limits.queue,
      onLevel: (level) => this.#onLevel(level),
      onCut: () => {
        host.onCut(this);
        this.#timer.take({ type: "detached" });
      },
    });
    const { lostMs, heartbeatMs, leaseMs, standbyAfterMs } = identity;
    const standby = standbyAfterMs === undefined ? {} : { standbyAfterMs };
    const clock = startClock({ heartbeatMs, leaseMs, ...standby, isAttached: false }, host.clock.nowMs(), {
      hasFailed: restored?.hasFailed === true,
      ...(lostMs === undefined ? {} : { lostAgoMs: host.clock.wallMs() - lostMs }),
    });
    this.#timer = new SessionTimer(clock, host.clock, (effects, former) => this.#follow(effects, former));
    this.#countLog();
    host.noteDirty(this);
  }

  /** On whose behalf it acts; another one after a resume, of the same name. */
  get user(): CtiUser {
    return this.#user;
  }

  get epoch(): string {
    return this.#identity.epoch;
  }

  get phase(): SessionPhase {
    return this.#timer.now.phase;
  }

  get heartbeatMs(): number {
    return this.#timer.now.heartbeatMs;
  }

  get leaseMs(): number {
    return this.#timer.now.leaseMs;
  }

  /** How long nothing was heard, in ms. */
  get silentMs(): number {
    return this.#host.clock.nowMs() - this.#timer.now.lastHeardMs;
  }

  /** Number of the last event; those that are held back for an application that lags have none: see `settle`. */
  get seq(): number {
    return this.#log.seq;
  }

  get acked(): number {
    return this.#log.acked;
  }

  /** Position of the last signal that an event of it is taken down of. */
  get position(): number {
    return this.#log.position;
  }

  get connection(): Connection | undefined {
    return this.#delivery.connection;
  }

  /** What has not been sent, and what is kept to be sent again. */
  get load(): {
    readonly queued: Queued;
    readonly held: number;
    readonly level: string;
    readonly logBytes: number;
  } {
    const { queued, level } = this.#delivery;
    return { queued, held: this.#held.size, level, logBytes: this.#log.bytes };
  }

  /** True when all that was appended is on disk, or the disk takes nothing. */
  get isWritten(): boolean {
    return this.#group === undefined && this.#file.isWritten;
  }

  /** Tells the application something. @returns the number of the event, or of the last one when it is held back */
  append(event: SessionEvent, { position, conflateKey }: AppendOptions = {}): number {
    if (this.phase === "closed") return this.seq;
    const body = this.#host.bodyOf(event);
    if (conflateKey === undefined || !this.#hold(conflateKey, body, position)) this.#add(body, position);
    return this.seq;
  }

  /** Gives numbers to all that is held back. @returns the number of the last event: whatever was appended is in it */
  settle(): number {
    if (this.phase === "closed") return this.seq;
    for (let held = this.#held.first(); held !== undefined; held = this.#held.first()) {
      this.#add(held.body, held.position);
      // Before it is forgotten that it is held: it may be told twice, but not be lost.
      this.#closeGroup();
      this.#held.drop(held.key);
    }
    return this.seq;
  }

  /** The application has all events up to `seq`. */
  acknowledge(seq: number): void {
    const before = this.#log.acked;
    this.#log.acknowledge(seq);
    if (this.#log.acked === before) return;
    this.#countLog();
    this.#write({ type: "acked", seq: this.#log.acked });
  }

  /** True when all events after `seq` can be sent. */
  canResume(epoch: string, seq: number): boolean {
    return epoch === this.epoch && this.#log.hasAllAfter(seq);
  }

  /** The positions of signals begin anew: call control has lost them. */
  resetPosition(): void {
    this.#log.resetPosition();
    this.#file.renew();
    this.#host.noteDirty(this);
  }

  /** Takes a connection; events after `afterSeq` follow. */
  attach(connection: Connection, { afterSeq, user, ...times }: Attachment): void {
    const { token: _token, standbyAfterMs: _standbyAfterMs, lostMs: _lostMs, ...identity } = this.#identity;
    const { token } = user;
    this.#user = user;
    this.#identity = withMore(identity, { ...(token === undefined ? {} : { token }), ...times });
    this.acknowledge(afterSeq);
    this.#timer.take({ type: "attached", nowMs: this.#host.clock.nowMs(), ...times });
    this.#delivery.attach(connection, afterSeq);
    this.settle();
    this.#write({ type: "identity", identity: this.#identity });
  }

  /** What it has been told is worthless: numbers begin anew, and the application takes a snapshot. */
  restart(epoch: string): void {
    this.#identity = { ...this.#identity, epoch };
    this.#group = undefined;
    for (let held = this.#held.first(); held !== undefined; held = this.#held.first()) this.#held.drop(held.key);
    this.#log.restart();
    this.#countLog();
    this.#file.renew();
    this.#host.noteDirty(this);
  }

  /**
   * The connection is gone; another one that it has now is not meant.
   * @param isOurs we have ended it; what the application has asked for when it is lost does not count then
   */
  detach(connection: Connection, isOurs: boolean): void {
    if (this.#delivery.connection !== connection) return;
    const { clock } = this.#host;
    this.#delivery.detach();
    this.#timer.take({ type: "detached", ...(isOurs ? {} : { lostMs: clock.nowMs() }) });
    if (isOurs || this.#identity.standbyAfterMs === undefined) return;
    this.#identity = withMore(this.#identity, { lostMs: clock.wallMs() });
    this.#write({ type: "identity", identity: this.#identity });
  }

  /** The application was heard. */
  hear(): void {
    this.#timer.take({ type: "heard", nowMs: this.#host.clock.nowMs() });
  }

  /** Sends a reply when the events up to `afterSeq` have been sent. */
  reply(text: string, afterSeq: number): void {
    this.#delivery.reply(text, afterSeq);
    this.#host.noteDirty(this);
  }

  /** Tells the application that it is there. */
  beat(): void {
    this.#delivery.beat(this.seq);
  }

  /** Forgets all events that are kept: the application will have to take a snapshot. @returns what they took */
  shed(): number {
    const before = this.#log.bytes;
    this.#log.dropOldest(0);
    this.#countLog();
    return before;
  }

  /** Writes what is new. */
  write(): void {
    this.#closeGroup();
    this.#file.noteLive(this.#log.bytes + this.facts.bytes);
    this.#file.flush();
  }

  /** Sends what is written. */
  send(): void {
    this.#delivery.pump(this.seq);
  }

  /** Ends it for good. */
  close(code: number, reason: string): void {
    const { connection } = this.#delivery;
    this.#timer.take({ type: "close" });
    this.#delivery.detach();
    connection?.close(code, reason);
    this.#log.dropOldest(0);
    this.#countLog();
    this.#file.remove();
  }

  /** Lets go of it; another process goes on with it. */
  release(): void {
    const { connection } = this.#delivery;
    this.#timer.stop();
    this.write();
    this.send();
    this.#delivery.detach();
    connection?.close(CLOSE.restart, "the service stops");
    this.#file.close();
  }

  /** @returns false when it is to be told now */
  #hold(key: string, body: string, position: number | undefined): boolean {
    if (this.#delivery.level === "flowing") return false;
    const held = this.#held.hold(key, body, position);
    if (held === "full") return false;
    if (held === "replaced") this.#host.onReplaced();
    this.#log.notePosition(position);
    return true;
  }

  #add(body: string, position: number | undefined): void {
    const event = this.#log.add(body, position);
    if (this.#group === undefined || position === undefined || this.#group.position !== position) {
      this.#closeGroup();
      this.#group = { seq: event.seq, position, bodies: [] };
    }
    this.#group.bodies.push(body);
    if (this.#log.bytes > this.#host.limits.logBytes) this.#log.dropOldest(this.#host.limits.logBytes);
    this.#countLog();
    this.#host.noteDirty(this);
    this.#delivery.noteAdded(event);
  }

  #onLevel(level: string): void {
    if (level === "lagging" && this.#delivery.connection !== undefined) this.append({ type: "session.lagging" });
    if (level === "flowing") this.settle();
  }

  #closeGroup(): void {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined) return;
    const { seq, position, bodies } = group;
    this.#file.add({ type: "events", seq, ...(position === undefined ? {} : { position }), bodies });
  }

  /** In the order in which things happened: what is cut off at the end of the file came last. */
  #write(record: SessionRecord): void {
    this.#closeGroup();
    this.#file.add(record);
    this.#host.noteDirty(this);
  }

  #countLog(): void {
    this.#host.noteLogBytes(this.#log.bytes - this.#logBytes);
    this.#logBytes = this.#log.bytes;
  }

  *#snapshot(): Generator<SessionRecord> {
    const { position, first } = this.#log;
    yield { type: "session", identity: this.#identity, seq: first - 1, position };
    if (this.phase === "failed") yield { type: "failed", failed: true };
    for (const [key, value] of this.facts.entries()) yield { type: "fact", key, value };
    for (const { seq, body } of this.#log.all()) yield { type: "events", seq, bodies: [body] };
  }

  #follow(effects: readonly ClockEffect[], former: SessionPhase): void {
    for (const effect of effects) {
      switch (effect) {
        case "absent":
          this.#host.onAbsent(this);
          break;
        case "failed":
          this.#fail();
          break;
        case "resumed-after-failure":
          this.#write({ type: "failed", failed: false });
          break;
        case "lease-over":
          this.#host.onLeaseOver(this);
          break;
      }
    }
    const isSilent = this.phase === "silent";
    if (this.phase !== former && (isSilent || this.phase === "connected")) this.#host.onSilent(this, isSilent);
  }

  #fail(): void {
    const { connection } = this.#delivery;
    this.#write({ type: "failed", failed: true });
    this.#delivery.detach();
    connection?.close(CLOSE.silent, "nothing was heard for two heartbeat intervals");
    this.#host.onFailed(this);
  }
}
