import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { WebSocketSettings } from "./web-socket-settings.ts";

const MAX_HEAD_BYTES = 8_192;
const MAX_HEADERS = 100;
const SUB_PROTOCOL = "sip";

/** What is told of the peers that come through. */
export interface WebSocketDoorOptions {
  readonly settings: WebSocketSettings;
  readonly maxMessageBytes: number;
  onOpen(socket: Socket, webSocket: WebSocket): void;
  onRefused(reason: string): void;
}

/**
 * Opens WebSockets over sockets that peers have made, by the handshake of HTTP. Whoever admits the sockets bounds how long
 * it may take.
 * @see RFC 7118 4; RFC 6455 4.2
 */
export class WebSocketDoor {
  readonly #options: WebSocketDoorOptions;
  readonly #http: Server;
  readonly #upgrades: WebSocketServer;

  constructor(options: WebSocketDoorOptions) {
    this.#options = options;
    this.#upgrades = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
      handleProtocols: () => SUB_PROTOCOL,
    });
    this.#http = createServer({ maxHeaderSize: MAX_HEAD_BYTES }, (request, response) =>
      this.#onPlain(request, response),
    );
    this.#http.maxHeadersCount = MAX_HEADERS;
    this.#http.on("upgrade", (request, socket, head) => this.#onUpgrade(request, socket, head));
    this.#http.on("clientError", (error, socket) => {
      options.onRefused(error.message);
      socket.destroy();
    });
  }

  /** Takes a socket that was just accepted, TLS done where there is TLS. */
  enter(socket: Socket): void {
    this.#http.emit("connection", socket);
  }

  /** Somebody who wants a page. */
  #onPlain(request: IncomingMessage, response: ServerResponse): void {
    this.#options.onRefused("no upgrade");
    request.resume();
    response.writeHead(426, { Connection: "close", Upgrade: "websocket", "Content-Type": "text/plain" });
    response.end("SIP over WebSocket only\n");
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      const [status, reason] = refusal;
      this.#options.onRefused(reason);
      socket.on("error", () => undefined);
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${reason}\n`, () => {
        socket.destroy();
      });
      return;
    }
    this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      this.#options.onOpen(request.socket, webSocket);
    });
  }

  #refusalOf({ headers }: IncomingMessage): readonly [status: string, reason: string] | undefined {
    const { origins } = this.#options.settings;
    const { origin } = headers;
    if (origins !== undefined && origin !== undefined && !origins.includes(origin.toLowerCase())) {
      return ["403 Forbidden", "origin not allowed"];
    }
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
    return offered.includes(SUB_PROTOCOL) ? undefined : ["400 Bad Request", "the sub-protocol must be sip"];
  }
}
