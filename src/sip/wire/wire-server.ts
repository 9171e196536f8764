import { timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import {
  errorMessageOf,
  SwitchError,
  type Clock,
  type Ids,
  type Logger,
  type MetricSample,
} from "../../common/index.ts";
import type {
  Application,
  ApplicationMessage,
  ApplicationPort,
  CallRecord,
  CommandReply,
  UserAgentCore,
} from "../dialog/index.ts";
import type { ProxyCore, ProxyReply } from "../proxy/index.ts";
import { ApplicationRoutes } from "./application-routes.ts";
import { claimReply, importReply } from "./takeover-commands.ts";
import { WireConnection, type WireConnectionLimits } from "./wire-connection.ts";
import { WireTime } from "./wire-time.ts";

/** What the version reads: the drachtio server whose behaviour this is. drachtio-srf wants at least v0.8.2. */
const VERSION = "v0.9.10-tandem";
const AUTHENTICATE_WITHIN_MS = 5_000;
const MAX_CONNECTIONS = 64;
const MAX_VERBS = 64;
/** The bounds of drachtio-srf. */
const MAX_TAGS = 20;
const TAG = /^[\x21-\x2b\x2d-\x7b\x7d\x7e]{1,32}$/;

/** Options of a `WireServer`. */
export interface WireServerOptions {
  /** A loopback address, unless the network between is trusted: the protocol is not encrypted. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** What an application must present. */
  readonly secret: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** `tcp/127.0.0.1:5060` and so on, as told to applications. */
  readonly hostPorts: () => string;
  readonly limits?: Partial<WireConnectionLimits>;
}

const DEFAULT_LIMITS: WireConnectionLimits = {
  maxFrameBytes: 1024 * 1024,
  slowAboveBytes: 8 * 1024 * 1024,
  endAboveBytes: 64 * 1024 * 1024,
};

/** Who carries out what applications ask for. */
export interface WireUsers {
  readonly core: UserAgentCore;
  readonly proxy: ProxyCore;
}

/** The server side of the drachtio wire protocol. */
export class WireServer implements ApplicationPort {
  readonly #options: WireServerOptions;
  readonly #limits: WireConnectionLimits;
  readonly #routes = new ApplicationRoutes();
  readonly #connections = new Set<WireConnection>();
  readonly #time: WireTime;
  #users: WireUsers | undefined;
  #server: Server | undefined;
  #nextName = 1;

  constructor(options: WireServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#time = new WireTime(options.clock);
  }

  /** The port it listens on; 0 before `listen`. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /**
   * Starts to take applications for `users`.
   * @throws {SwitchError} `address-in-use`, `listen-failed`
   */
  async listen(users: WireUsers): Promise<void> {
    this.#users = users;
    const { host, port } = this.#options;
    const server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => {
        const code = error.code === "EADDRINUSE" ? "address-in-use" : "listen-failed";
        reject(new SwitchError(code, `wire protocol on ${host}:${port}: ${error.message}`, { host, port }));
      });
      server.listen(port, host, resolve);
    });
    server.on("error", (error) => {
      this.#options.logger.error("application could not be taken", { error: error.message });
    });
    this.#server = server;
  }

  pick(verb: string, evenIfSlow = false): Application | undefined {
    return this.#routes.pick(verb, evenIfSlow);
  }

  byInstance(instanceId: string): Application | undefined {
    if (instanceId === "") return undefined;
    for (const connection of this.#connections) {
      if (connection.authenticated && connection.isOpen && connection.instanceId === instanceId) return connection;
    }
    return undefined;
  }

  isAlive(application: Application): boolean {
    return application instanceof WireConnection && this.#connections.has(application) && application.isOpen;
  }

  deliver(application: Application, message: ApplicationMessage): void {
    if (!(application instanceof WireConnection)) return;
    const { source, text, protocol, address, port, txnId, dialogId, receivedOn } = message;
    const bytes = address === "" ? 0 : text.length;
    const received = receivedOn === undefined ? "" : `${receivedOn.address}|${receivedOn.port}|`;
    application.send(
      `${this.#options.ids.uuid()}|sip|${source}|${bytes}|${protocol}|${address}|${port}|${this.#time.now()}|` +
        `${txnId}|${dialogId}|${received}\r\n${text}`,
    );
  }

  record(record: CallRecord): void {
    const application = this.#routes.pick(`cdr:${record.type}`);
    if (application === undefined) return;
    const detail = record.type === "attempt" ? "" : `|${record.detail}`;
    const facts = `cdr:${record.type}|${record.source}|${this.#time.now()}${detail}`;
    // Behind the message that it is about, or the reply to it.
    queueMicrotask(() => application.send(`${this.#options.ids.uuid()}|${facts}\r\n${record.text}`));
  }

  metrics(): MetricSample[] {
    const authenticated = [...this.#connections].filter((connection) => connection.authenticated).length;
    return [
      {
        name: "tandem_wire_applications",
        type: "gauge",
        help: "Applications that are connected and authenticated",
        value: authenticated,
      },
      {
        name: "tandem_wire_queue_bytes",
        type: "gauge",
        help: "Octets that applications have not read",
        value: [...this.#connections].reduce((sum, { unsentBytes }) => sum + unsentBytes, 0),
      },
    ];
  }

  /** Ends all connections and stops listening; may be called twice. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const connection of this.#connections) connection.end();
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const { clock, logger } = this.#options;
    if (this.#connections.size >= MAX_CONNECTIONS) {
      logger.warn("too many applications", { connections: this.#connections.size });
      socket.destroy();
      return;
    }
    const connection = new WireConnection(socket, `application-${this.#nextName}`, this.#limits, {
      onFrame: (from, payload) => this.#onFrame(from, payload),
      onOversized: (from, start, length) => this.#onOversized(from, start, length),
      onBroken: (from, reason) => this.#onBroken(from, reason),
    });
    this.#nextName += 1;
    this.#connections.add(connection);
    const deadline = clock.after(AUTHENTICATE_WITHIN_MS, () => {
      if (!connection.authenticated) connection.end();
    });
    socket.on("error", (error) => logger.info("application failed", { name: connection.name, error: error.message }));
    // It may still read what it was sent before.
    socket.on("end", () => this.#onGone(connection));
    socket.on("close", () => {
      deadline.cancel();
      this.#connections.delete(connection);
      this.#onGone(connection);
    });
  }

  #onGone(connection: WireConnection): void {
    this.#routes.removeAll(connection);
    if (!connection.authenticated) return;
    connection.authenticated = false;
    this.#options.logger.info("application disconnected", { name: connection.name });
    this.#users?.core.applicationGone(connection, connection.verbs);
  }

  #onOversized(connection: WireConnection, start: string, lengthBytes: number): void {
    this.#options.logger.warn("frame too long", { name: connection.name, lengthBytes });
    if (connection.authenticated) this.#reply(connection, start.split("|")[0] ?? "", "NOK|message too long");
    else connection.end();
  }

  #onBroken(connection: WireConnection, reason: string): void {
    this.#options.logger.warn("application broke the framing", { name: connection.name, reason });
    connection.end();
    this.#onGone(connection);
  }

  #onFrame(connection: WireConnection, payload: string): void {
    const end = payload.indexOf("\r\n");
    const meta = end < 0 ? payload : payload.slice(0, end);
    const text = end < 0 ? "" : payload.slice(end + 2);
    const [id = "", command = "", ...tokens] = meta.split("|");
    if (command === "authenticate") {
      this.#authenticate(connection, id, tokens);
    } else if (!connection.authenticated) {
      this.#options.logger.warn("command before authentication", { name: connection.name });
      connection.end();
    } else {
      try {
        this.#command(connection, id, command, tokens, text);
      } catch (error) {
        this.#options.logger.error("command failed", { name: connection.name, error: errorMessageOf(error) });
        this.#reply(connection, id, "NOK|Server error: command failed");
      }
    }
  }

  #authenticate(connection: WireConnection, id: string, [secret = "", given = ""]: readonly string[]): void {
    if (!isSame(secret, this.#options.secret)) {
      this.#options.logger.warn("application presented a wrong secret", { name: connection.name });
      this.#reply(connection, id, "NO|incorrect secret");
      connection.end();
      return;
    }
    const tags = given === "" ? [] : given.split(",");
    if (tags.length > MAX_TAGS || !tags.every((tag) => TAG.test(tag))) {
      this.#reply(connection, id, "NO|invalid tags");
      connection.end();
      return;
    }
    connection.authenticated = true;
    connection.tags = tags;
    const hostPorts = this.#options.hostPorts();
    this.#reply(connection, id, `OK|${hostPorts}|${VERSION}|${hostPorts}`);
    this.#options.logger.info("application connected", { name: connection.name });
  }

  #command(connection: WireConnection, id: string, command: string, tokens: readonly string[], text: string): void {
    const users = this.#users;
    switch (command) {
      case "ping":
        this.#reply(connection, id, "OK|pong");
        return;
      case "route":
        this.#route(connection, id, tokens[0] ?? "");
        return;
      case "remove_route":
        this.#removeRoute(connection, id, tokens[0] ?? "");
        return;
      case "sip":
        this.#sip(connection, id, tokens, text);
        return;
      case "proxy":
        this.#proxy(connection, id, tokens, text);
        return;
      case "claim":
        if (users !== undefined) this.#reply(connection, id, claimReply(users.core, connection, tokens, text));
        return;
      case "import":
        if (users !== undefined) this.#reply(connection, id, importReply(users.core, connection, text));
        return;
      default:
        this.#reply(connection, id, `NOK|unsupported command ${command.slice(0, 32)}`);
    }
  }

  #route(connection: WireConnection, id: string, verb: string): void {
    const isValid = /^[a-z]{2,16}(?::[a-z]{2,16})?$/.test(verb);
    if (!isValid || (connection.verbs.size >= MAX_VERBS && !connection.verbs.has(verb))) {
      this.#reply(connection, id, "NOK|invalid verb");
      return;
    }
    connection.verbs.add(verb);
    this.#routes.add(verb, connection);
    this.#reply(connection, id, "OK");
    this.#users?.core.applicationRouted(verb);
  }

  #removeRoute(connection: WireConnection, id: string, verb: string): void {
    connection.verbs.delete(verb);
    this.#routes.remove(verb, connection);
    this.#reply(connection, id, "OK");
  }

  #sip(connection: WireConnection, id: string, tokens: readonly string[], text: string): void {
    const [txnId = "", dialogId = "", nextHopUri = ""] = tokens;
    if (text.startsWith("SIP/2.0")) {
      const reply = this.#users?.core.respond(connection, txnId, text);
      if (reply !== undefined) this.#replyTo(connection, id, reply);
      return;
    }
    this.#users?.core.request({ application: connection, txnId, dialogId, nextHopUri, text }, (reply) =>
      this.#replyTo(connection, id, reply),
    );
  }

  #proxy(connection: WireConnection, id: string, [txnId = "", ...tokens]: readonly string[], text: string): void {
    this.#users?.proxy.proxy({ application: connection, txnId, tokens, text }, (reply) => {
      this.#reply(connection, id, this.#proxyResult(reply));
    });
  }

  #proxyResult(reply: ProxyReply): string {
    switch (reply.type) {
      case "refused":
        return `NOK|${reply.reason}`;
      case "done":
        return "OK|done";
      case "response": {
        const { text, protocol, address, port } = reply.response;
        const bytes = address === "" ? 0 : text.length;
        return `OK|network|${bytes}|${protocol}|${address}|${port}|${this.#time.now()}|||continue\r\n${text}`;
      }
    }
  }

  #replyTo(connection: WireConnection, id: string, reply: CommandReply): void {
    if (!reply.ok) {
      this.#reply(connection, id, `NOK|${reply.reason}`);
      return;
    }
    const { kind, text, protocol, address, port, txnId, dialogId } = reply;
    const dialog = kind === "response" ? `${dialogId}||` : "";
    const facts = `application|${text.length}|${protocol}|${address}|${port}|${this.#time.now()}|${txnId}|${dialog}`;
    this.#reply(connection, id, `OK|${facts}Msg sent:|\r\n${text}`);
  }

  #reply(connection: WireConnection, id: string, result: string): void {
    connection.send(`${this.#options.ids.uuid()}|response|${id}|${result}`);
  }
}

function isSame(given: string, expected: string): boolean {
  const left = Buffer.from(given, "latin1");
  const right = Buffer.from(expected, "utf8");
  return left.length === right.length && timingSafeEqual(left, right);
}
