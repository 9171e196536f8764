import type { Clock } from "../../common/index.ts";
import type { MethodParams } from "../../protocol/index.ts";
import { CtiError } from "../cti-error.ts";
import type { CommandAudit } from "./command-audit.ts";
import { CLOSE, type Connection } from "./connection.ts";
import { coversScope } from "./covers-scope.ts";
import type { CtiUser } from "./cti-user.ts";
import type { Intake } from "./intake.ts";
import type { SignIn } from "./sign-in.ts";
import type { AttachMode, SessionTable } from "./session-table.ts";
import type { Session } from "./session.ts";
import type { SessionTimes } from "./session-times.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Parameters of `provider.open`. */
export type OpenParams = MethodParams["provider.open"];

const PROTOCOL = "1.0";

export interface DoorSettings {
  /** Name of the node. */
  readonly node: string;
  /** Default and upper bound. */
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly maxLeaseMs: number;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** As `provider.open` tells them. */
  readonly limits: Readonly<Record<string, number>>;
  readonly eventTypes: readonly string[];
}

export interface SessionDoorOptions {
  readonly table: SessionTable;
  readonly signIn: SignIn;
  readonly audit: CommandAudit;
  readonly settings: () => DoorSettings;
  /** Resolves when a session can begin: what its application will ask for is known. */
  readonly prepare: () => Promise<void>;
  readonly clock: Clock;
}

/** A session that a connection has been given. */
export interface OpenedSession {
  readonly session: Session;
  readonly result: object;
  readonly intake: Intake;
  /** To be called when the result has been sent: events follow. */
  readonly begin: () => void;
}

/** Where applications come in: signs in, and begins a session or goes on with one. */
export class SessionDoor {
  readonly #options: SessionDoorOptions;
  readonly #intakes = new WeakMap<Session, Intake>();

  constructor(options: SessionDoorOptions) {
    this.#options = options;
  }

  /**
   * @param isThere false when the connection has gone meanwhile: nothing is opened then
   * @param give told of the session at once: until it has begun nobody else may be given one
   * @throws {CtiError}
   */
  async open(
    params: OpenParams,
    connection: Connection,
    isThere: () => boolean,
    give: (opened: OpenedSession) => void,
  ): Promise<void> {
    if (!params.protocol.includes(PROTOCOL)) {
      throw new CtiError("protocol-version", `the server speaks ${PROTOCOL}`, { expected: PROTOCOL });
    }
    const user = await this.#signIn(params, connection);
    if (!isThere()) return;
    const times = this.#timesOf(params);
    const { resume, client, group } = params;
    if (resume !== undefined) return give(this.#resume(params, resume, user, connection, times));
    checkStandby(times, group);
    this.#checkConnections(user);
    await this.#options.prepare();
    if (!isThere()) return;
    this.#checkConnections(user);
    const session = this.#options.table.open({
      user,
      client,
      ...(group === undefined ? {} : { group }),
      ...times,
    });
    const begin = (): void => {
      session.attach(connection, { afterSeq: 0, user, ...times });
      this.#options.audit.session(session, "opened");
      this.#options.table.opened(session);
    };
    give(this.#opened(session, "new", times, begin));
  }

  async #signIn({ token, user, password }: OpenParams, connection: Connection): Promise<CtiUser> {
    const { signIn, audit } = this.#options;
    if ((token === undefined) === (user === undefined) || (user === undefined) !== (password === undefined)) {
      throw new CtiError("validation-combination", "expected either token, or user and password", { path: "/token" });
    }
    const credentials = token === undefined ? { user: user ?? "", password: password ?? "" } : { token };
    try {
      return await signIn.signIn(credentials, connection);
    } catch (error) {
      if (error instanceof CtiError) audit.refused(connection.address, user, error.code);
      throw error;
    }
  }

  #timesOf({ heartbeatMs, leaseMs, standbyAfterMs }: OpenParams): SessionTimes {
    const settings = this.#options.settings();
    const interval = Math.min(heartbeatMs ?? settings.heartbeatMs, settings.heartbeatMs);
    const lease = Math.min(leaseMs ?? settings.leaseMs, settings.maxLeaseMs);
    return {
      heartbeatMs: interval,
      leaseMs: Math.max(lease, 2 * interval),
      ...(standbyAfterMs === undefined ? {} : { standbyAfterMs: Math.min(standbyAfterMs, 2 * interval) }),
    };
  }

  #resume(
    { takeOver }: OpenParams,
    { sessionId, epoch, lastSeq }: NonNullable<OpenParams["resume"]>,
    user: CtiUser,
    connection: Connection,
    times: SessionTimes,
  ): OpenedSession {
    const { table, audit } = this.#options;
    const session = table.get(sessionId);
    // What it was told, and what it has open, is not for who may do less.
    if (session?.user.name !== user.name || !coversScope(user.scope, session.user.scope)) {
      throw new CtiError("session-resume-expired", "there is no such session any more");
    }
    checkStandby(times, session.group);
    this.#checkConnections(user, session);
    const former = session.connection;
    // One that is silent for an interval is most likely the one that was lost.
    if (former !== undefined && takeOver !== true && session.silentMs < session.heartbeatMs) {
      throw new CtiError("session-in-use", "another connection has the session");
    }
    if (former !== undefined) {
      session.detach(former, true);
      former.close(CLOSE.takenOver, "SESSION_TAKEN_OVER");
    }
    const hadFailed = session.phase === "failed";
    const mode: AttachMode = session.canResume(epoch, lastSeq) ? "resumed" : "resnapshot";
    if (mode === "resnapshot") table.restart(session);
    return this.#opened(session, mode, times, () => {
      session.attach(connection, { afterSeq: mode === "resumed" ? lastSeq : 0, user, ...times });
      audit.session(session, "resumed", mode);
      table.resumed(session, mode, hadFailed);
    });
  }

  /** Sessions whose applications are away count, too, but twice as many may be there. */
  #checkConnections(user: CtiUser, resumed?: Session): void {
    const others = this.#options.table.ofUser(user.name).filter((session) => session !== resumed);
    const connected = others.filter(({ connection }) => connection !== undefined).length;
    const value = user.maxConnections;
    if (connected < value && others.length < 2 * value) return;
    const limit = { name: "maxConnections", value, used: connected };
    throw new CtiError("limit-connections", `user ${user.name} has ${connected} connections`, { limit });
  }

  #opened(session: Session, mode: AttachMode, times: SessionTimes, begin: () => void): OpenedSession {
    const { node, limits, eventTypes, requestsPerSecond, requestBurst } = this.#options.settings();
    const { user } = session;
    const perSecond = Math.min(requestsPerSecond, user.scope?.requestsPerSecond ?? Infinity);
    const result = {
      sessionId: session.id,
      epoch: session.epoch,
      mode,
      seq: session.seq,
      protocol: PROTOCOL,
      node,
      serverMs: Math.trunc(this.#options.clock.wallMs()),
      user: user.name,
      permissions: user.permissions,
      ...times,
      limits: { ...limits, requestsPerSecond: perSecond, openDevices: user.maxOpenDevices },
      eventTypes,
    };
    const burst = Math.max(1, Math.min(requestBurst, 2 * perSecond));
    return { session, result, intake: this.#intakeOf(session, perSecond, burst), begin };
  }

  #intakeOf(session: Session, perSecond: number, burst: number): Intake {
    const known = this.#intakes.get(session);
    known?.bucket.change(perSecond, burst);
    if (known !== undefined) return known;
    const bucket = new TokenBucket(perSecond, burst, this.#options.clock.nowMs());
    const intake: Intake = { bucket, pending: 0 };
    this.#intakes.set(session, intake);
    return intake;
  }
}

/** @throws {CtiError} `validation-combination`: nobody stands in for a session without a group */
function checkStandby({ standbyAfterMs }: SessionTimes, group: string | undefined): void {
  if (standbyAfterMs === undefined || group !== undefined) return;
  throw new CtiError("validation-combination", "standbyAfterMs needs a group", { path: "/standbyAfterMs" });
}
