import { setImmediate as nextTurn } from "node:timers/promises";
import { RandomIds, silentLogger, SystemClock, type Clock } from "../../src/common/index.ts";
import {
  CommandAudit,
  CtiError,
  providerOperations,
  RpcConnection,
  SessionDoor,
  SessionTable,
  WebSocketListener,
  type CommandEntry,
  type CtiUser,
  type Operation,
  type RpcLimits,
} from "../../src/cti/index.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";
import { CtiClient } from "./cti-client.ts";

export interface CtiFixtureOptions {
  readonly clock?: Clock;
  readonly heartbeatMs?: number;
  readonly leaseMs?: number;
  readonly queue?: { readonly events: number; readonly bytes: number };
  readonly logBytes?: number;
  readonly allLogBytes?: number;
  readonly maxConnections?: number;
  /** What is otherwise with who signs in now. */
  readonly user?: () => Partial<CtiUser>;
  readonly rpc?: Partial<RpcLimits>;
  /** As of `WebSocketListener`. */
  readonly headMs?: number;
  readonly operations?: ReadonlyMap<string, Operation>;
}

/** A user who may do anything. */
export function anyUser(name: string, changes: Partial<CtiUser> = {}): CtiUser {
  return {
    name,
    permissions: [],
    maxOpenDevices: 100,
    maxConnections: 10,
    oneLinePerPort: false,
    mayUseDevice: () => true,
    mayDial: () => true,
    mayCall: () => true,
    ...changes,
  };
}

/** Sessions behind a real WebSocket listener; user and password are right when they are the same. */
export class CtiFixture {
  readonly audit: CommandEntry[] = [];
  readonly counts = { requests: 0, errors: 0, rateLimited: 0 };
  table: SessionTable;
  readonly #directory = new TemporaryDirectory("cti");
  readonly #options: CtiFixtureOptions;
  #listener: WebSocketListener;
  #port = 0;

  private constructor(options: CtiFixtureOptions) {
    this.#options = options;
    this.table = this.#tableOf();
    this.#listener = this.#listenerOf();
  }

  static async start(options: CtiFixtureOptions = {}): Promise<CtiFixture> {
    const fixture = new CtiFixture(options);
    await fixture.#listener.start();
    fixture.#port = fixture.#listener.port;
    return fixture;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/cti`;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that did not become WebSockets. */
  get refused(): number {
    return this.#listener.refused;
  }

  get folder(): string {
    return this.#directory.join("sessions");
  }

  connect(options?: object, protocol?: string): Promise<CtiClient> {
    return CtiClient.connect(this.url, options, protocol);
  }

  /** What would be so after a kill: everything anew, from the files alone. */
  async killAndRestart(): Promise<void> {
    await this.#listener.close();
    this.table = this.#tableOf();
    this.#listener = this.#listenerOf();
    await this.#listener.start();
    this.#port = this.#listener.port;
  }

  async close(): Promise<void> {
    this.table.release();
    await this.#listener.close();
    await nextTurn();
    this.#directory.close();
  }

  #tableOf(): SessionTable {
    const { clock = new SystemClock(), queue, logBytes, allLogBytes } = this.#options;
    return new SessionTable({
      folder: this.folder,
      clock,
      ids: new RandomIds(),
      logger: silentLogger,
      limits: {
        queue: queue ?? { events: 10_000, bytes: 4_194_304 },
        logBytes: logBytes ?? 16_777_216,
        allLogBytes: allLogBytes ?? 536_870_912,
        maxSessions: 100,
      },
      userOf: ({ user }) => this.#userOf(user),
    });
  }

  #listenerOf(): WebSocketListener {
    const {
      clock = new SystemClock(),
      heartbeatMs = 10_000,
      leaseMs = 30_000,
      rpc,
      operations,
      headMs,
    } = this.#options;
    const { table } = this;
    const audit = new CommandAudit({ append: (entry) => this.audit.push(entry) }, clock);
    const limits: RpcLimits = {
      messageBytes: 65_536,
      depth: 32,
      requestsPerSecond: 1_000,
      requestBurst: 1_000,
      pendingRequests: 256,
      openMs: 5_000,
      ...rpc,
    };
    const door = new SessionDoor({
      clock,
      table,
      audit,
      signIn: {
        signIn: (credentials) => {
          if (!("user" in credentials) || credentials.user !== credentials.password) {
            return Promise.reject(new CtiError("auth-failed", "wrong"));
          }
          return Promise.resolve(this.#userOf(credentials.user));
        },
      },
      prepare: () => Promise.resolve(),
      settings: () => ({
        node: "test",
        heartbeatMs,
        leaseMs,
        maxLeaseMs: 600_000,
        requestsPerSecond: limits.requestsPerSecond,
        requestBurst: limits.requestBurst,
        limits: { messageBytes: limits.messageBytes },
        eventTypes: [],
      }),
    });
    const all = new Map([...providerOperations(table), ...(operations ?? [])]);
    const shared = { door, operations: all, audit, limits, clock, ids: new RandomIds(), logger: silentLogger };
    return new WebSocketListener({
      address: "127.0.0.1",
      port: this.#port,
      maxMessageBytes: limits.messageBytes,
      ...(headMs === undefined ? {} : { headMs }),
      maxConnections: 100,
      clock,
      logger: silentLogger,
      refuse: () => undefined,
      onConnection: (connection) => new RpcConnection({ ...shared, counts: this.counts, connection }),
    });
  }

  #userOf(name: string): CtiUser {
    const { maxConnections, user } = this.#options;
    return anyUser(name, { ...(maxConnections === undefined ? {} : { maxConnections }), ...user?.() });
  }
}
