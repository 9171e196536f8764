import { z } from "zod";
import { CtiError } from "../cti-error.ts";
import type { CommandAudit } from "./command-audit.ts";
import { CLOSE, type Connection } from "./connection.ts";
import type { CtiUser } from "./cti-user.ts";
import type { SignIn } from "./sign-in.ts";
import type { AttachMode, SessionTable } from "./session-table.ts";
import type { Session } from "./session.ts";

const name = z.string().min(1).max(64);
const openParams = z.strictObject({
  token: z.string().min(1).max(4_096).optional(),
  user: z.string().min(1).max(128).optional(),
  password: z.string().max(256).optional(),
  client: z.strictObject({ name, version: name.optional(), instance: name.optional() }),
  protocol: z.array(z.string().min(1).max(16)).min(1).max(16),
  heartbeatMs: z.int().min(1_000).max(120_000).optional(),
  leaseMs: z.int().min(2_000).max(600_000).optional(),
  resume: z.strictObject({ sessionId: name, epoch: name, lastSeq: z.int().min(0) }).optional(),
  group: name.optional(),
  takeOver: z.boolean().optional(),
});
/** Parameters of `provider.open`. */
export type OpenParams = z.infer<typeof openParams>;

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
}

/** A session that a connection has been given. */
export interface OpenedSession {
  readonly session: Session;
  readonly result: object;
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** To be called when the result has been sent: events follow. */
  readonly begin: () => void;
}

/** Where applications come in: signs in, and begins a session or goes on with one. */
export class SessionDoor {
  readonly #options: SessionDoorOptions;

  constructor(options: SessionDoorOptions) {
    this.#options = options;
  }

  /**
   * @param isThere false when the connection has gone meanwhile
   * @returns undefined when it has
   * @throws {CtiError}
   */
  async open(params: unknown, connection: Connection, isThere: () => boolean): Promise<OpenedSession | undefined> {
    const checked = checkedParams(params);
    if (!checked.protocol.includes(PROTOCOL)) {
      throw new CtiError("protocol-version", `the server speaks ${PROTOCOL}`, { expected: PROTOCOL });
    }
    const user = await this.#signIn(checked, connection);
    if (!isThere()) return undefined;
    const times = this.#timesOf(checked);
    const { resume, client, group } = checked;
    if (resume !== undefined) return this.#resume(checked, resume, user, connection, times);
    this.#checkConnections(user);
    const named = {
      name: client.name,
      ...(client.version === undefined ? {} : { version: client.version }),
      ...(client.instance === undefined ? {} : { instance: client.instance }),
    };
    const session = this.#options.table.open({
      user,
      client: named,
      ...(group === undefined ? {} : { group }),
      ...times,
    });
    return this.#opened(session, "new", () => {
      session.attach(connection, { afterSeq: 0, user, ...times });
      this.#options.audit.session(session, "opened");
      this.#options.table.opened(session);
    });
  }

  async #signIn({ token, user, password }: OpenParams, connection: Connection): Promise<CtiUser> {
    const { signIn, audit } = this.#options;
    if ((token === undefined) === (user === undefined) || (user === undefined) !== (password === undefined)) {
      throw new CtiError("validation-parameter", "expected either token, or user and password", { path: "/token" });
    }
    const credentials = token === undefined ? { user: user ?? "", password: password ?? "" } : { token };
    try {
      return await signIn.signIn(credentials, connection);
    } catch (error) {
      if (error instanceof CtiError) audit.refused(connection.address, user, error.code);
      throw error;
    }
  }

  #timesOf({ heartbeatMs, leaseMs }: OpenParams): { heartbeatMs: number; leaseMs: number } {
    const settings = this.#options.settings();
    const interval = Math.min(heartbeatMs ?? settings.heartbeatMs, settings.heartbeatMs);
    const lease = Math.min(leaseMs ?? settings.leaseMs, settings.maxLeaseMs);
    return { heartbeatMs: interval, leaseMs: Math.max(lease, 2 * interval) };
  }

  #resume(
    { takeOver }: OpenParams,
    { sessionId, epoch, lastSeq }: NonNullable<OpenParams["resume"]>,
    user: CtiUser,
    connection: Connection,
    times: { readonly heartbeatMs: number; readonly leaseMs: number },
  ): OpenedSession {
    const { table, audit } = this.#options;
    const session = table.get(sessionId);
    if (session?.user.name !== user.name) {
      throw new CtiError("session-resume-expired", "there is no such session any more");
    }
    this.#checkConnections(user, session);
    const former = session.connection;
    // One that is silent for an interval is most likely the one that was lost.
    if (former !== undefined && takeOver !== true && session.silentMs < session.heartbeatMs) {
      throw new CtiError("session-in-use", "another connection has the session");
    }
    if (former !== undefined) {
      session.detach(former);
      former.close(CLOSE.takenOver, "SESSION_TAKEN_OVER");
    }
    const hadFailed = session.phase === "failed";
    const mode: AttachMode = session.canResume(epoch, lastSeq) ? "resumed" : "resnapshot";
    if (mode === "resnapshot") table.restart(session);
    return this.#opened(
      session,
      mode,
      () => {
        session.attach(connection, { afterSeq: mode === "resumed" ? lastSeq : 0, user, ...times });
        audit.session(session, "resumed", mode);
        table.resumed(session, mode, hadFailed);
      },
      times,
    );
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

  #opened(
    session: Session,
    mode: AttachMode,
    begin: () => void,
    { heartbeatMs, leaseMs }: { readonly heartbeatMs: number; readonly leaseMs: number } = session,
  ): OpenedSession {
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
      user: user.name,
      permissions: user.permissions,
      heartbeatMs,
      leaseMs,
      limits: { ...limits, requestsPerSecond: perSecond, openDevices: user.maxOpenDevices },
      eventTypes,
    };
    const burst = Math.min(requestBurst, 2 * perSecond);
    return { session, result, rate: { perSecond, burst: Math.max(1, burst) }, begin };
  }
}

function checkedParams(params: unknown): OpenParams {
  const checked = openParams.safeParse(params);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].map(String).join("/");
  throw new CtiError("validation-parameter", issue?.message ?? "is not as it should be", { path: `/${path}` });
}
