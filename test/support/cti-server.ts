import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type {
  CallView,
  CtiEvent,
  DeviceView,
  ErrorEnvelope,
  LineView,
  MethodName,
  RouteView,
} from "../../src/protocol/index.ts";
import { Inbox } from "./inbox.ts";

/** What the server answers snapshots from; a test changes it as it likes. */
export interface CtiWorld {
  readonly calls: Map<string, CallView>;
  readonly devices: Map<string, DeviceView>;
  readonly lines: Map<string, LineView>;
  readonly routes: Map<string, RouteView>;
}

/** A request as it came. */
export interface CtiRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly session: string;
}

/** An event without its number. */
export type Unnumbered = CtiEvent extends infer Event ? (Event extends CtiEvent ? Omit<Event, "seq"> : never) : never;

type Params = Readonly<Record<string, unknown>>;
type Handler = (params: Params, session: FakeSession) => unknown;

/** A refusal that a handler throws. */
export class Refusal extends Error {
  readonly envelope: ErrorEnvelope;
  constructor(code: string, more: Partial<ErrorEnvelope> = {}) {
    super(code);
    const family = code.split("_")[0] ?? code;
    this.envelope = { code, family, message: `refused with ${code}`, outcome: "not_applied", retry: "never", ...more };
  }
}

/** A session with all its events, until they are forgotten. */
export class FakeSession {
  readonly id: string;
  epoch = 1;
  log: string[] = [];
  acked = 0;
  socket: WebSocket | undefined;
  readonly subscriptions = new Set<string>();
  readonly devices = new Set<string>();
  readonly results = new Map<string, object>();

  constructor(id: string) {
    this.id = id;
  }
  get seq(): number {
    return this.log.length;
  }
  add(event: Unnumbered): void {
    const text = JSON.stringify({ jsonrpc: "2.0", method: "event", params: { seq: this.log.length + 1, ...event } });
    this.log.push(text);
    this.socket?.send(text);
  }
}

/** A CTI server without a switch: real sockets, sessions, logs and keys; its world and its commands are a test's. */
export class CtiServer {
  readonly world: CtiWorld = { calls: new Map(), devices: new Map(), lines: new Map(), routes: new Map() };
  readonly sessions = new Map<string, FakeSession>();
  readonly requests = new Inbox<CtiRequest>(({ method }) => method);
  readonly handlers = new Map<MethodName, Handler>();
  /** Results as they are sent, whatever was done: JSON. */
  readonly answers = new Map<string, string>();
  /** How often each command was executed, by key. */
  readonly executed = new Map<string, number>();
  heartbeatMs = 10_000;
  /** Devices and lines of a page of the inventory. */
  pageSize = 1_000;
  readonly #server: WebSocketServer;
  readonly #name: string;
  #opened = 0;

  private constructor(server: WebSocketServer, name: string) {
    this.#server = server;
    this.#name = name;
    server.on("connection", (socket) => this.#serve(socket));
  }

  static async start(name = "cti", port = 0): Promise<CtiServer> {
    const server = new WebSocketServer({ host: "127.0.0.1", port, path: "/cti", handleProtocols: firstOf });
    await once(server, "listening");
    return new CtiServer(server, name);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
  get url(): string {
    return `ws://127.0.0.1:${this.port}/cti`;
  }
  get connections(): number {
    return this.#server.clients.size;
  }
  /** The session that was opened last. */
  get session(): FakeSession {
    const session = [...this.sessions.values()].at(-1);
    if (session === undefined) throw new Error("no session has been opened");
    return session;
  }

  /** Tells all sessions. */
  emit(...events: Unnumbered[]): void {
    for (const event of events) for (const session of this.sessions.values()) session.add(event);
  }
  /** All connections break. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }
  /** Logs are lost: sessions go on in a new epoch. */
  forgetLogs(): void {
    for (const session of this.sessions.values()) {
      session.epoch += 1;
      session.log = [];
    }
  }
  /** The next request of a method, now or later. */
  request(method: MethodName): Promise<CtiRequest> {
    return this.requests.take((one) => one.method === method, method);
  }
  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: WebSocket): void {
    let session: FakeSession | undefined;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const { id, method, params = {} } = JSON.parse(data.toString("utf8")) as Message;
      if (method === "provider.open") {
        session = this.#open(socket, id ?? "", params);
        return;
      }
      this.requests.put({ method, params, session: session?.id ?? "" });
      if (session === undefined) return;
      // Only heartbeats may be notifications.
      if (id === undefined && method !== "provider.heartbeat") return socket.close(1008, `${method} needs an id`);
      if (method === "provider.ack") session.acked = params["seq"] as number;
      if (id !== undefined) void this.#answer(socket, session, id, method, params);
    });
    socket.on("close", () => {
      if (session?.socket === socket) session.socket = undefined;
    });
  }

  #open(socket: WebSocket, id: string, params: Params): FakeSession | undefined {
    this.requests.put({ method: "provider.open", params, session: "" });
    const handler = this.handlers.get("provider.open");
    try {
      // It may refuse, and leaves the rest to what is below.
      if (handler !== undefined) void handler(params, new FakeSession("none"));
    } catch (error) {
      socket.send(refusalText(id, error));
      return undefined;
    }
    const resume = params["resume"] as { sessionId: string; epoch: string; lastSeq: number } | undefined;
    const held = resume && this.sessions.get(resume.sessionId);
    if (resume !== undefined && held === undefined) {
      socket.send(refusalText(id, new Refusal("SESSION_RESUME_EXPIRED")));
      return undefined;
    }
    const session = held ?? new FakeSession(`${this.#name}-${(this.#opened += 1)}`);
    this.sessions.set(session.id, session);
    const isResumed = resume?.epoch === String(session.epoch);
    const mode = held === undefined ? "new" : isResumed ? "resumed" : "resnapshot";
    session.socket = socket;
    const from = isResumed ? (resume?.lastSeq ?? 0) : session.seq;
    socket.send(this.#resultText(id, "provider.open", this.#opening(session, mode)));
    for (const text of session.log.slice(from)) socket.send(text);
    return session;
  }

  #opening(session: FakeSession, mode: string): object {
    return {
      sessionId: session.id,
      epoch: String(session.epoch),
      mode,
      seq: session.seq,
      protocol: "1.0",
      node: this.#name,
      serverMs: Date.now(),
      user: "cti",
      permissions: [],
      heartbeatMs: this.heartbeatMs,
      leaseMs: 30_000,
      limits: {},
      methods: [],
      eventTypes: [],
    };
  }

  async #answer(socket: WebSocket, session: FakeSession, id: string, method: string, params: Params): Promise<void> {
    try {
      const result = await this.#result(session, method, params);
      socket.send(this.#resultText(id, method, result));
    } catch (error) {
      socket.send(refusalText(id, error));
    }
  }

  #resultText(id: string, method: string, result: object): string {
    const scripted = this.answers.get(method);
    const text = scripted ?? JSON.stringify(result);
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${text}}`;
  }

  async #result(session: FakeSession, method: string, params: Params): Promise<object> {
    const key = (params["meta"] as { key?: string } | undefined)?.key;
    const known = key === undefined ? undefined : session.results.get(key);
    if (known !== undefined) return { ...known, replayed: true };
    const handler = this.handlers.get(method as MethodName);
    const made: unknown =
      handler === undefined ? this.#standard(session, method, params) : await handler(params, session);
    const result = { seq: session.seq, ...(made as object) };
    if (key === undefined) return result;
    session.results.set(key, result);
    this.executed.set(key, (this.executed.get(key) ?? 0) + 1);
    return result;
  }

  #standard(session: FakeSession, method: string, params: Params): object {
    const { calls, devices, lines, routes } = this.world;
    switch (method) {
      case "events.subscribe": {
        const subscriptionId = `sub-${session.subscriptions.size + 1}-${session.epoch}`;
        session.subscriptions.add(subscriptionId);
        const isAll = (params["topics"] as { kind: string }[]).some(({ kind }) => kind !== "provider");
        const all = { calls: list(calls), devices: list(devices), lines: list(lines), routes: list(routes) };
        return { subscriptionId, ...(isAll ? all : { calls: [], devices: [], lines: [], routes: [] }) };
      }
      case "events.unsubscribe":
        session.subscriptions.delete(params["subscriptionId"] as string);
        return {};
      case "provider.inventory":
        return this.#page(params["after"] as string | undefined);
      case "device.open": {
        const device = devices.get(params["device"] as string);
        if (device === undefined) throw new Refusal("NOT_FOUND_DEVICE");
        session.devices.add(device.name);
        const owns = device.kind === "phone" ? {} : { fence: 1 };
        return { device: { ...device, operations: [] }, calls: list(calls), ...owns };
      }
      case "device.close":
        session.devices.delete(params["device"] as string);
        return {};
      default:
        return {};
    }
  }

  #page(after: string | undefined): object {
    const from = Number(after ?? 0);
    const to = from + this.pageSize;
    const [devices, lines] = [list(this.world.devices), list(this.world.lines)];
    const isMore = to < Math.max(devices.length, lines.length);
    return { devices: devices.slice(from, to), lines: lines.slice(from, to), ...(isMore ? { next: String(to) } : {}) };
  }
}

interface Message {
  readonly id?: string;
  readonly method: string;
  readonly params?: Params;
}

function refusalText(id: string, error: unknown): string {
  const data =
    error instanceof Refusal ? error.envelope : new Refusal("INTERNAL_BUG", { message: String(error) }).envelope;
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code: 1_000, message: data.message, data } });
}

function list<Value>(map: Map<string, Value>): Value[] {
  return [...map.values()];
}

function firstOf(protocols: Set<string>): string | false {
  return [...protocols][0] ?? false;
}
