import { createServer, STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext, SecureContextOptions } from "node:tls";
import { WebSocketServer, type WebSocket } from "ws";
import { errorCodeOf, errorMessageOf, SwitchError, type Clock, type Logger } from "../../common/index.ts";
import { CLOSE, type Connection } from "../session/connection.ts";
import { UnopenedConnections } from "./unopened-connections.ts";
import { COMPRESSION, keepUsefulOffers } from "./web-socket-compression.ts";
import { WebSocketConnection } from "./web-socket-connection.ts";

/** The certificates that a secure listener shows; they may change. */
export interface TlsFace {
  readonly options: SecureContextOptions;
  contextFor(name: string): SecureContext;
  onChanged(listener: () => void): void;
}

/** Why an upgrade is refused: an HTTP status and a sentence. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
}

export interface WebSocketListenerOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absent: without TLS. */
  readonly tls?: TlsFace;
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  /** How long the head of a request, and the handshake of TLS, may take; default 10 s. */
  readonly headMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Refuses requests that pages of other origins make. */
  readonly refuse: (request: IncomingMessage) => UpgradeRefusal | undefined;
  /** A connection has come. What it says is told to what is returned. */
  readonly onConnection: (connection: Connection) => MessageHandler;
}

export interface MessageHandler {
  /** It has signed in. */
  readonly hasSession: boolean;
  receive(text: string): void;
  /** A frame came that is no message. */
  hear(): void;
  /** `isOurs`: we have ended it. */
  closed(isOurs: boolean): void;
}

/** Name of the sub-protocol: it carries the major version. */
export const SUB_PROTOCOL = "tandem.cti.v1";
const PATH = "/cti";
const MAX_HEAD_BYTES = 8_192;
const MAX_HEADERS = 64;
const HEAD_MS = 10_000;
/** How often it is looked for those whose time is over: by itself Node.js looks every 30 s. */
const LOOKS_IN_HEAD_TIME = 10;
/** Parts of one message: each costs more than its bytes. */
const MAX_FRAGMENTS = 1_024;

/** Takes WebSockets of applications on one address. @see RFC 6455 */
export class WebSocketListener {
  readonly #options: WebSocketListenerOptions;
  readonly #server: Server;
  readonly #upgrades: WebSocketServer;
  readonly #open = new Set<WebSocketConnection>();
  readonly #unopened: UnopenedConnections;
  #refused = 0;

  constructor(options: WebSocketListenerOptions) {
    this.#options = options;
    this.#unopened = new UnopenedConnections(options.maxConnections);
    this.#upgrades = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: COMPRESSION,
      autoPong: false,
      // Somewhat more than is taken, so that what is a little too long is answered.
      maxPayload: 4 * options.maxMessageBytes,
      maxFragments: MAX_FRAGMENTS,
      handleProtocols: () => SUB_PROTOCOL,
    });
    this.#upgrades.on("wsClientError", (error, socket) =>
      this.#refuse(socket, { status: 400, message: error.message }),
    );
    this.#server = serverOf(options);
    this.#server.maxHeadersCount = MAX_HEADERS;
    this.#server.maxConnections = options.maxConnections;
    this.#server.on("connection", (socket: Socket) => this.#onConnection(socket));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#onUpgrade(request, socket, head),
    );
    this.#server.on("clientError", (_error, socket) => {
      this.#refused += 1;
      socket.destroy();
    });
  }

  /** The port that is listened on; 0 before `start`. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get connections(): number {
    return this.#open.size;
  }

  /** Connections that did not become WebSockets. */
  get refused(): number {
    return this.#refused;
  }

  /** @throws {SwitchError} `address-in-use`, `listen-failed` */
  async start(): Promise<void> {
    const { address: host, port, tls, logger } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, ipv6Only: true }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    }).catch((error: unknown) => {
      const code = errorCodeOf(error) === "EADDRINUSE" ? "address-in-use" : "listen-failed";
      const text = `CTI ${tls === undefined ? "ws" : "wss"} ${host}:${port}: ${errorMessageOf(error)}`;
      throw new SwitchError(code, text, { host, port }, { cause: error });
    });
    this.#server.on("error", (error) => logger.warn("CTI cannot accept", { error: error.message }));
  }

  /** Takes no more connections and ends those that are there; may be called twice. */
  async close(): Promise<void> {
    for (const connection of this.#open) connection.close(CLOSE.restart, "the service stops");
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #onConnection(socket: Socket): void {
    const { remoteAddress: address, remotePort: port } = socket;
    if (address === undefined || port === undefined) return void socket.destroy();
    if (!this.#unopened.admit(address, port)) {
      this.#refused += 1;
      return void socket.destroy();
    }
    socket.once("close", () => this.#unopened.closed(address, port));
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const refusal = refusalOf(request) ?? this.#options.refuse(request);
    if (refusal !== undefined) return this.#refuse(socket, refusal);
    keepUsefulOffers(request.headers);
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, socket, request));
  }

  #refuse(socket: Duplex, { status, message }: UpgradeRefusal): void {
    this.#refused += 1;
    const body = `${message}\n`;
    // Nobody reads it any more, and no time of HTTP runs: the peer's end would not be noticed.
    socket.once("finish", () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  #accept(webSocket: WebSocket, socket: Duplex, request: IncomingMessage): void {
    const { tls, clock, onConnection } = this.#options;
    const from = { address: request.socket.remoteAddress ?? "", isSecure: tls !== undefined };
    const connection = new WebSocketConnection(webSocket, socket, from, clock);
    const handler = onConnection(connection);
    this.#open.add(connection);
    this.#unopened.upgraded(from.address, request.socket.remotePort ?? 0, handler);
    webSocket.on("message", (data, isBinary) => {
      if (connection.isClosing) return;
      if (isBinary) return connection.close(1003, "text frames only");
      handler.receive((data as Buffer).toString("utf8"));
    });
    webSocket.on("ping", (data) => {
      if (connection.isClosing) return;
      connection.pong(data);
      handler.hear();
    });
    webSocket.on("pong", (data) => {
      // What is sent back without the application is no sign of its life.
      if (!connection.isClosing && !connection.ponged(data)) handler.hear();
    });
    // Its own close follows; what is no WebSocket message, or too long, is closed by us.
    webSocket.on("error", (error) => {
      if (errorCodeOf(error)?.startsWith("WS_ERR_") === true) connection.close(CLOSE.protocol, "not understood");
    });
    webSocket.once("close", () => {
      this.#open.delete(connection);
      handler.closed(connection.isClosing);
    });
  }
}

function serverOf({ tls, headMs = HEAD_MS }: WebSocketListenerOptions): Server {
  const limits = {
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: headMs,
    requestTimeout: headMs,
    connectionsCheckingInterval: Math.ceil(headMs / LOOKS_IN_HEAD_TIME),
  };
  const answer: Parameters<typeof createServer>[1] = (request, response) => {
    request.resume();
    response.writeHead(426, { Connection: "close", Upgrade: "websocket", "Content-Type": "text/plain" });
    response.end("CTI over WebSocket only\n");
  };
  if (tls === undefined) return createServer(limits, answer);
  const server = createTlsServer(
    {
      ...limits,
      ...tls.options,
      handshakeTimeout: headMs,
      SNICallback: (name, done) => done(null, tls.contextFor(name)),
    },
    answer,
  );
  tls.onChanged(() => server.setSecureContext(tls.options));
  return server;
}

function refusalOf({ url = "", headers, method }: IncomingMessage): UpgradeRefusal | undefined {
  if (method !== "GET" || url.split("?", 1)[0] !== PATH) return { status: 404, message: `CTI is at ${PATH}` };
  const asked = (headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
  if (asked.includes(SUB_PROTOCOL)) return undefined;
  return { status: 400, message: `the WebSocket sub-protocol is ${SUB_PROTOCOL}` };
}
