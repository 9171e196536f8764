import { chmodSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { SystemClock, type Clock } from "../clock.ts";
import { errorCodeOf, errorMessageOf, SwitchError } from "../switch-error.ts";
import type { Logger } from "../logger.ts";
import { LineConnection, type ChannelMessage } from "./line-connection.ts";

/** Answers one method; what it returns, or resolves to, is the reply's `result` and must be JSON. */
export type ChannelHandler = (params: unknown, peer: ChannelPeer) => unknown;

/** The other end of one connection to a `ChannelServer`, the same object for each of its requests. */
export interface ChannelPeer {
  /** Sends an event to this peer only; `params` may be a `JsonText`. */
  notify(event: string, params: unknown): void;
  /** Writes what was sent to it in this event-loop turn; else that is written at its end. */
  flush(): void;
  /** Octets, about, that were sent to it and that it has not taken. */
  readonly unreadBytes: number;
  /** `listener` is told whenever it has taken all that was sent to it after it had been slow. */
  onDrained(listener: () => void): void;
  /** `listener` is told once, when the connection is gone. */
  onClosed(listener: () => void): void;
  /** Ends the connection at once. */
  close(): void;
}

/** Options of a `ChannelServer`; `maxPeers` defaults to 64, `clock` to that of the operating system. */
export interface ChannelServerOptions {
  /** Path of the Unix socket; at most 100 bytes, since the operating system allows about 107. */
  readonly path: string;
  readonly logger: Logger;
  readonly maxPeers?: number;
  readonly clock?: Clock;
}

/** How long a peer has to read what was sent to it before the server closed. */
const CLOSE_GRACE_MS = 500;

/**
 * Request, reply and event between processes of one node over a Unix socket, as JSON lines: a request is
 * `{"id":1,"method":"m","params":{}}`, its reply `{"id":1,"result":{}}` or
 * `{"id":1,"error":{"code","message","details"}}`, an event `{"event":"e","params":{}}`.
 * The socket file is readable by its owner only.
 */
export class ChannelServer {
  readonly #options: ChannelServerOptions;
  readonly #handlers = new Map<string, ChannelHandler>();
  readonly #peers = new Set<LineConnection>();
  #server: Server | undefined;

  constructor(options: ChannelServerOptions) {
    this.#options = options;
  }

  /** Number of connected peers. */
  get peerCount(): number {
    return this.#peers.size;
  }

  /** Sets the handler of a method, before or after `listen`. */
  handle(method: string, handler: ChannelHandler): void {
    this.#handlers.set(method, handler);
  }

  /**
   * Starts to listen. A socket file whose owner died is replaced.
   * @throws {SwitchError} `path-too-long`; `already-running` when somebody answers at the path
   */
  async listen(): Promise<void> {
    const { path } = this.#options;
    if (Buffer.byteLength(path) > 100) {
      throw new SwitchError("path-too-long", `socket path exceeds 100 bytes: ${path}`, { path });
    }
    if (await isAnswering(path)) throw new SwitchError("already-running", `somebody listens at ${path}`, { path });
    removeFile(path);
    const server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => {
        server.off("error", reject);
        resolve();
      });
    });
    // Without a listener a failed accept (no descriptor left) would end the process.
    server.on("error", (error) => this.#options.logger.warn("channel cannot accept", { path, error: error.message }));
    chmodSync(path, 0o600);
    this.#server = server;
  }

  /** Sends an event to every connected peer. */
  broadcast(event: string, params: unknown): void {
    for (const peer of this.#peers) peer.send({ event, params });
  }

  /** Ends all connections and stops listening; may be called twice. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const peers = [...this.#peers];
    for (const peer of peers) {
      peer.flush();
      peer.socket.destroySoon();
    }
    const grace = (this.#options.clock ?? new SystemClock()).after(CLOSE_GRACE_MS, () => {
      for (const peer of peers) peer.socket.destroy();
    });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    grace.cancel();
  }

  #accept(socket: Socket): void {
    if (this.#peers.size >= (this.#options.maxPeers ?? 64)) {
      this.#options.logger.warn("channel refused a peer", { path: this.#options.path, peers: this.#peers.size });
      socket.destroy();
      return;
    }
    const connection: LineConnection = new LineConnection(socket, (message) => {
      this.#onMessage(connection, peer, message);
    });
    const peer = peerOf(connection);
    this.#peers.add(connection);
    socket.on("error", (error) => this.#options.logger.debug("channel peer failed", { error: error.message }));
    socket.on("close", () => this.#peers.delete(connection));
  }

  #onMessage(connection: LineConnection, peer: ChannelPeer, message: ChannelMessage): void {
    const { id, method, params } = message;
    if (id === undefined || method === undefined) return;
    const handler = this.#handlers.get(method);
    if (handler === undefined) {
      connection.send({ id, error: { code: "unknown-method", message: `unknown method ${method}` } });
      return;
    }
    void this.#answer(connection, id, async () => handler(params, peer));
  }

  async #answer(connection: LineConnection, id: number, act: () => Promise<unknown>): Promise<void> {
    try {
      const result = await act();
      connection.send({ id, result: result ?? null });
    } catch (error) {
      const deliberate: SwitchError | undefined = error instanceof SwitchError ? error : undefined;
      const code = deliberate?.code ?? "failed";
      const details = deliberate?.details ?? {};
      if (code === "failed") this.#options.logger.error("channel handler failed", { error: errorMessageOf(error) });
      connection.send({ id, error: { code, message: errorMessageOf(error), details } });
    }
  }
}

function peerOf(connection: LineConnection): ChannelPeer {
  const { socket } = connection;
  return {
    notify: (event, params) => connection.send({ event, params }),
    flush: () => connection.flush(),
    get unreadBytes() {
      return connection.unreadBytes;
    },
    onDrained: (listener) => void socket.on("drain", listener),
    onClosed: (listener) => void socket.once("close", listener),
    close: () => void socket.destroy(),
  };
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Anything else (a full backlog, say) means that somebody holds the socket.
    socket.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(errorCodeOf(error) ?? "")));
  });
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCodeOf(error) !== "ENOENT") throw error;
  }
}
