import {
  errorCodeOf,
  errorMessageOf,
  type Clock,
  type Ids,
  type Logger,
  type Timer,
  withMore,
} from "../../common/index.ts";
import { isMethodName, validateParams, type MethodName, type MethodParams } from "../../protocol/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Meta, Operations } from "../operation.ts";
import { CLOSE, type Connection } from "../session/connection.ts";
import type { CommandAudit } from "../session/command-audit.ts";
import type { Intake } from "../session/intake.ts";
import type { SessionDoor } from "../session/session-door.ts";
import type { Session } from "../session/session.ts";
import { TokenBucket } from "../session/token-bucket.ts";
import { checkMeta } from "./check-meta.ts";
import { parseRequest, type RpcRequest } from "./parse-request.ts";
import { errorText, resultText, rpcError, type RpcError } from "./rpc-reply.ts";

export interface RpcLimits {
  /** Characters of one message. */
  readonly messageBytes: number;
  readonly depth: number;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Requests of a connection without a reply. */
  readonly pendingRequests: number;
  /** For the first `provider.open` that succeeds. */
  readonly openMs: number;
}

export interface RpcConnectionOptions {
  readonly connection: Connection;
  readonly door: SessionDoor;
  readonly operations: Operations;
  readonly audit: CommandAudit;
  readonly limits: RpcLimits;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly counts: RpcCounts;
}

/** Requests of all connections. */
export interface RpcCounts {
  requests: number;
  errors: number;
  rateLimited: number;
}

/** Sign-ins are dear: so many on one connection. */
const MAX_OPENS = 5;
/** Refusals that are answered at least. */
const MIN_REFUSED_PER_SECOND = 10;
const MIN_REFUSED_AT_ONCE = 100;
/** Before there is a session, that what is not read is bounded by. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** Requests of a session that are being done: so many times those of a connection, since who comes again asks again. */
const PENDING_SHARE = 4;
const OPEN = "provider.open";

/** JSON-RPC 2.0 over one connection of an application: first `provider.open`, then requests of its session. */
export class RpcConnection {
  readonly #options: RpcConnectionOptions;
  #session: Session | undefined;
  /** Of the session, once there is one. */
  #intake: Intake;
  /** Messages that are refused before they are requests: who goes on sending such is cut off. */
  readonly #patience: TokenBucket;
  /** Signs of life, which have no limit with other messages; nobody needs many. */
  readonly #signs: TokenBucket;
  #pending = 0;
  #opens = 0;
  #isOpening = false;
  #isClosed = false;
  #timer: Timer | undefined;

  constructor(options: RpcConnectionOptions) {
    this.#options = options;
    const { clock, limits, connection } = options;
    const bucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, clock.nowMs());
    this.#intake = { bucket, pending: 0 };
    const perSecond = Math.max(limits.requestsPerSecond, MIN_REFUSED_PER_SECOND);
    const burst = Math.max(limits.requestBurst, MIN_REFUSED_AT_ONCE);
    this.#patience = new TokenBucket(perSecond, burst, clock.nowMs());
    this.#signs = new TokenBucket(perSecond, burst, clock.nowMs());
    this.#timer = clock.after(limits.openMs, () => connection.close(CLOSE.protocol, "no session was opened in time"));
  }

  /** The session that it has, or had. */
  get session(): Session | undefined {
    return this.#session;
  }

  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** Something came that is no message, such as a ping. */
  hear(): void {
    if (!this.#isBearable()) return;
    if (this.#isCurrent) this.#session?.hear();
  }

  /** A message came. */
  receive(text: string): void {
    if (this.#isClosed || (this.#session !== undefined && !this.#isCurrent)) return;
    this.#session?.hear();
    const { limits, counts } = this.#options;
    counts.requests += 1;
    if (text.length > limits.messageBytes) {
      const facts = { limit: { name: "messageBytes", value: limits.messageBytes, used: text.length } };
      return this.#refuseUnread(undefined, new CtiError("protocol-too-big", "the message is too long", facts));
    }
    const parsed = parseRequest(text, limits.depth);
    if (!parsed.ok) return this.#refuseUnread(parsed.id, new CtiError(parsed.code, parsed.reason));
    const { request } = parsed;
    const isHeartbeat = request.method === HEARTBEAT;
    if (isHeartbeat && !this.#isBearable()) return;
    const waitMs = isHeartbeat ? 0 : this.#intake.bucket.take(this.#options.clock.nowMs());
    if (waitMs > 0) return this.#refuseRate(request, waitMs);
    if (request.id === undefined) return this.#notified(request);
    void this.#answer(request.id, request);
  }

  /** The connection is gone, since `isOurs`: we have ended it. May be called twice. */
  closed(isOurs: boolean): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#session?.detach(this.#options.connection, isOurs);
  }

  /** False: there have been far too many signs of life, and the connection is closed. */
  #isBearable(): boolean {
    const { clock, connection } = this.#options;
    if (this.#signs.take(clock.nowMs()) === 0) return true;
    connection.close(CLOSE.policy, "too many signs of life");
    return false;
  }

  get #isCurrent(): boolean {
    return this.#session?.connection === this.#options.connection;
  }

  #refuseRate({ id }: RpcRequest, retryAfterMs: number): void {
    this.#options.counts.rateLimited += 1;
    this.#refuseUnread(id, new CtiError("limit-rate", "too many requests", { retryAfterMs }));
  }

  #refuseUnread(id: string | undefined, error: CtiError): void {
    const { clock, connection } = this.#options;
    if (this.#patience.take(clock.nowMs()) === 0) return this.#refuse(id, error);
    connection.close(CLOSE.policy, "too many messages had to be refused");
  }

  /** Only what changes nothing in calls may go without a reply; what is wrong is answered all the same. */
  #notified(request: RpcRequest): void {
    const { method } = request;
    if (method === HEARTBEAT) return;
    if (method !== ACK)
      return this.#refuseUnread(undefined, new CtiError("protocol-malformed", `${method} needs an id`));
    this.#perform(undefined, request).catch((error: unknown) => this.#refuse(undefined, error, request));
  }

  async #answer(id: string, request: RpcRequest): Promise<void> {
    const { pendingRequests: value } = this.#options.limits;
    const intake = this.#intake;
    if (this.#pending >= value || intake.pending >= PENDING_SHARE * value) {
      const limit = { name: "pendingRequests", value, used: Math.max(this.#pending, intake.pending) };
      return this.#refuse(id, new CtiError("limit-rate", "too many requests wait", { retryAfterMs: 100, limit }));
    }
    this.#pending += 1;
    intake.pending += 1;
    try {
      if (request.method === OPEN) await this.#open(id, request);
      else await this.#perform(id, request);
    } catch (error) {
      this.#refuse(id, error, request);
    } finally {
      this.#pending -= 1;
      intake.pending -= 1;
    }
  }

  /** The reply goes first: what was missed follows it. */
  async #open(id: string, { params }: RpcRequest): Promise<void> {
    const { door, connection } = this.#options;
    if (this.#session !== undefined || this.#isOpening) {
      throw new CtiError("session-already-open", "the connection has a session");
    }
    this.#opens += 1;
    if (this.#opens > MAX_OPENS) return connection.close(CLOSE.protocol, "too many sign-ins");
    this.#isOpening = true;
    try {
      const isThere = (): boolean => !this.#isClosed;
      await door.open(checked(OPEN, params), connection, isThere, ({ session, result, intake, begin }) => {
        this.#session = session;
        this.#intake = intake;
        connection.send(resultText(id, withMore(result, { methods: [...this.#options.operations.keys()].sort() })));
        begin();
        this.#beatLater(session);
      });
    } finally {
      this.#isOpening = false;
    }
  }

  async #perform(id: string | undefined, request: RpcRequest): Promise<void> {
    const session = this.#session;
    const { operations, audit } = this.#options;
    const { method } = request;
    const operation = operations.get(method);
    if (session === undefined) throw new CtiError("protocol-order", "the first request is provider.open");
    if (operation === undefined) throw new CtiError("protocol-unknown-method", `there is no method ${method}`);
    if (!session.user.mayCall(method)) {
      throw new CtiError("access-feature", `the token does not allow ${method}`);
    }
    if (operation.isCommand && session.user.scope?.isMonitorOnly === true) {
      throw new CtiError("access-monitor-only", "the token allows to watch only");
    }
    const { meta = {}, ...params } = checked(method, request.params) as Parameters;
    checkMeta(operation, method, meta, this.#options.clock.wallMs());
    const record = operation.isCommand ? audit.begin(session, method, params, meta) : undefined;
    try {
      const result = await operation.handle(session, params, meta);
      record?.("ok");
      if (id !== undefined) this.#reply(session, id, result);
    } catch (error) {
      record?.(wireErrorOf(error).data.code);
      throw error;
    }
  }

  /** Events that are held back may be effects of the command, and are given numbers before it is answered. */
  #reply(session: Session, id: string, result: object): void {
    const before = session.seq;
    const seq = session.settle();
    const all = seq > before && "seq" in result ? { ...result, seq } : result;
    const after = (all as { readonly seq?: unknown }).seq;
    if (this.#isCurrent) session.reply(resultText(id, all), typeof after === "number" ? Math.min(after, seq) : 0);
    else this.#options.connection.send(resultText(id, all));
  }

  #refuse(id: string | undefined, error: unknown, request?: RpcRequest): void {
    const { logger, ids, counts, connection } = this.#options;
    counts.errors += 1;
    let wire = wireErrorOf(error);
    if (!(error instanceof CtiError)) {
      const traceId = ids.token(8);
      wire = { ...wire, data: withMore(wire.data, { traceId }) };
      const facts = { method: request?.method, code: errorCodeOf(error), error: errorMessageOf(error), traceId };
      logger.error("a CTI request failed", facts);
    }
    const text = errorText(id, wire);
    const session = this.#session;
    if (session !== undefined && this.#isCurrent) session.reply(text, 0);
    else if (connection.unreadBytes < MAX_UNREAD_BYTES) connection.send(text);
    else connection.close(CLOSE.policy, "answers are not read");
  }

  #beatLater(session: Session): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(session.heartbeatMs, () => {
      if (!this.#isCurrent) return;
      session.beat();
      this.#beatLater(session);
    });
  }
}

const HEARTBEAT = "provider.heartbeat";
const ACK = "provider.ack";

interface Parameters extends Readonly<Record<string, unknown>> {
  readonly meta?: Meta;
}

/** @throws {CtiError} `validation-parameter`, `protocol-unknown-method` */
function checked<Name extends MethodName>(method: Name | (string & {}), params: unknown): MethodParams[Name] {
  if (!isMethodName(method)) throw new CtiError("protocol-unknown-method", `there is no method ${method}`);
  const check = validateParams(method, params);
  if (check.ok) return check.params as MethodParams[Name];
  const { path, problem } = check;
  throw new CtiError("validation-parameter", `${path === "" ? "params" : path} ${problem}`, { path });
}

/** What is no deliberate failure is a defect of ours. */
function wireErrorOf(error: unknown): RpcError {
  if (error instanceof CtiError) return rpcError(error.code, error.message, error.facts);
  return rpcError("internal-bug", "the request failed; what has been done is not known", { outcome: "unknown" });
}
