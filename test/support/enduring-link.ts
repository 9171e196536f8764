import { createSocket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import { StreamFramer } from "../../src/sip/transport/connection/stream-framer.ts";

export type LinkProtocol = "udp" | "tcp" | "tls" | "ws" | "wss";

export interface LinkServer {
  readonly protocol: LinkProtocol;
  readonly address: string;
  readonly port: number;
}

export interface LinkEvents {
  onMessage(text: string): void;
  /** It is connected, for the first time or again. */
  onUp(): void;
  /** The connection is gone; another is being made. */
  onDown(): void;
}

/** How a phone reaches the switch: a datagram socket, or a connection that is made again whenever it is lost. */
export interface EnduringLink {
  readonly protocol: LinkProtocol;
  readonly isUp: boolean;
  /** `host:port` of this end: what Via and Contact say. */
  readonly place: string;
  /** Sends a message, or nothing while there is no connection. */
  send(text: string): void;
  close(): Promise<void>;
}

/** Between two attempts to connect: the phone's own pace, not a wait of a test. */
const RECONNECT_MS = 50;
const MAX_MESSAGE = 65_535;

/** Opens a link; events come from the next turn on. */
export async function openEnduringLink(server: LinkServer, events: LinkEvents): Promise<EnduringLink> {
  return server.protocol === "udp" ? openDatagrams(server, events) : new Connection(server, events);
}

async function openDatagrams(server: LinkServer, events: LinkEvents): Promise<EnduringLink> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, server.address, resolve);
  });
  // While the edge is away the host says so; the message is repeated as after any loss.
  socket.on("error", () => undefined);
  socket.on("message", (bytes) => events.onMessage(bytes.toString("latin1")));
  setImmediate(() => events.onUp());
  return {
    protocol: "udp",
    isUp: true,
    place: `${server.address}:${socket.address().port}`,
    send: (text) => socket.send(Buffer.from(text, "latin1"), server.port, server.address),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

interface OpenConnection {
  readonly localPort: number;
  send(text: string): void;
  end(): void;
}

class Connection implements EnduringLink {
  readonly protocol: LinkProtocol;
  readonly #server: LinkServer;
  readonly #events: LinkEvents;
  /** A browser's host name means nothing to anybody else (RFC 7118 5). */
  readonly #invalidHost = `${randomBytes(6).toString("hex")}.invalid`;
  #open: OpenConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #place = "";

  constructor(server: LinkServer, events: LinkEvents) {
    this.protocol = server.protocol;
    this.#server = server;
    this.#events = events;
    this.#connect();
  }

  get isUp(): boolean {
    return this.#open !== undefined;
  }

  get place(): string {
    return this.#place;
  }

  send(text: string): void {
    this.#open?.send(text);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#open?.end();
    return Promise.resolve();
  }

  #connect(): void {
    const { protocol } = this.#server;
    const onUp = (open: OpenConnection): void => {
      if (this.#isClosed) return open.end();
      this.#open = open;
      const isWeb = protocol === "ws" || protocol === "wss";
      this.#place = isWeb ? this.#invalidHost : `${this.#server.address}:${open.localPort}`;
      this.#events.onUp();
    };
    const onEnd = (): void => {
      const wasUp = this.#open !== undefined;
      this.#open = undefined;
      if (wasUp) this.#events.onDown();
      if (!this.#isClosed) this.#retry = setTimeout(() => this.#connect(), RECONNECT_MS);
    };
    if (protocol === "ws" || protocol === "wss") this.#connectWeb(protocol, onUp, onEnd);
    else this.#connectStream(protocol === "tls", onUp, onEnd);
  }

  #connectStream(secure: boolean, onUp: (open: OpenConnection) => void, onEnd: () => void): void {
    const { address: host, port } = this.#server;
    const socket = secure ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
    const framer = new StreamFramer(MAX_MESSAGE, {
      onMessage: (text) => this.#events.onMessage(text),
      onPing: () => undefined,
      onBadStream: (reason) => void socket.destroy(new Error(reason)),
    });
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => framer.push(bytes.toString("latin1")));
    socket.on("error", () => undefined);
    socket.once("close", onEnd);
    socket.once(secure ? "secureConnect" : "connect", () =>
      onUp({
        localPort: socket.localPort ?? 0,
        send: (text) => void socket.write(text, "latin1"),
        end: () => void socket.destroy(),
      }),
    );
  }

  #connectWeb(protocol: "ws" | "wss", onUp: (open: OpenConnection) => void, onEnd: () => void): void {
    const { address, port } = this.#server;
    const socket = new WebSocket(`${protocol}://${address}:${port}/`, "sip", { rejectUnauthorized: false });
    socket.on("message", (data: Buffer) => this.#events.onMessage(data.toString("latin1")));
    socket.on("error", () => undefined);
    socket.once("close", onEnd);
    socket.once("open", () =>
      onUp({
        localPort: 0,
        send: (text) => socket.send(Buffer.from(text, "latin1"), { binary: false }),
        end: () => socket.terminate(),
      }),
    );
  }
}
