import { connect, type Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { ChannelError } from "./channel-error.ts";
import { LineConnection, type ChannelMessage } from "./line-connection.ts";

/** Options of a `ChannelClient`. */
export interface ChannelClientOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Delay between attempts to connect, in ms; default 100. Not used after `connectOnce`. */
  readonly retryDelayMs?: number;
  /** Default time to wait for a reply, in ms; default 2,000. */
  readonly requestTimeoutMs?: number;
  /** Requests that may be without a reply at a time; more fail with `not-connected`; default 10,000. */
  readonly maxPending?: number;
  readonly onConnected?: () => void;
  readonly onDisconnected?: () => void;
  readonly onEvent?: (event: string, params: unknown) => void;
}

/** How long a peer has to take what was sent to it before the client closed. */
const CLOSE_GRACE_MS = 500;

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  readonly timer: Timer;
}

/**
 * The client side of a `ChannelServer`. After `start` it connects, and connects again for as long as it is open.
 * Requests made while disconnected fail at once; nothing is queued and nothing is sent twice.
 */
export class ChannelClient {
  readonly #options: ChannelClientOptions;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | undefined;
  #connection: LineConnection | undefined;
  #retry: Timer | undefined;
  #nextId = 1;
  #closed = false;
  #once = false;

  constructor(options: ChannelClientOptions) {
    this.#options = options;
  }

  /** True while a connection is up. */
  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /**
   * Starts to connect in the background; may be called twice. The process is not kept alive by an idle connection.
   */
  start(): void {
    if (this.#socket === undefined) this.#connect(() => undefined);
  }

  /**
   * Connects once, for command-line use: resolves when connected; the connection keeps the process alive, and is not
   * made again when it is lost.
   * @throws {ChannelError} `not-connected`
   */
  connectOnce(): Promise<void> {
    this.#once = true;
    return new Promise((resolve, reject) => {
      this.#connect((error) => {
        if (error === undefined) return resolve();
        this.close();
        reject(new ChannelError("not-connected", `nobody listens at ${this.#options.path}`, {}, { cause: error }));
      });
    });
  }

  /**
   * Sends a request and resolves to its result.
   * @throws {ChannelError} the handler's code, `not-connected` or `timed-out`; after these two the request may or may
   * not have had its effect
   */
  request(method: string, params?: unknown, timeoutMs = this.#options.requestTimeoutMs ?? 2_000): Promise<unknown> {
    const connection = this.#connection;
    if (connection === undefined) {
      return Promise.reject(new ChannelError("not-connected", `not connected to ${this.#options.path}`));
    }
    if (this.#pending.size >= (this.#options.maxPending ?? 10_000)) {
      return Promise.reject(new ChannelError("not-connected", `too many requests wait at ${this.#options.path}`));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(timeoutMs, () => {
        this.#pending.delete(id);
        reject(new ChannelError("timed-out", `${method} had no reply within ${timeoutMs} ms`));
      });
      this.#pending.set(id, { resolve, reject, timer });
      connection.send({ id, method, params });
    });
  }

  /**
   * Ends the connection and fails what is pending; may be called twice. A peer that hangs keeps neither the process
   * nor, for longer than half a second, the socket.
   */
  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    if (this.#connection === undefined) {
      this.#socket?.destroy();
    } else {
      this.#connection.flush();
      this.#endSoon(this.#connection.socket);
    }
    this.#drop();
  }

  #endSoon(socket: Socket): void {
    socket.end();
    socket.unref();
    const grace = this.#options.clock.after(CLOSE_GRACE_MS, () => socket.destroy());
    socket.once("close", () => grace.cancel());
  }

  #connect(onFirst: (error: Error | undefined) => void): void {
    if (this.#closed) return;
    const socket = connect(this.#options.path);
    if (!this.#once) socket.unref();
    this.#socket = socket;
    const connection = new LineConnection(socket, (message) => this.#onMessage(message));
    let lastError = new Error("closed");
    socket.on("connect", () => {
      this.#connection = connection;
      onFirst(undefined);
      this.#options.onConnected?.();
    });
    socket.on("error", (error) => {
      lastError = error;
    });
    socket.on("close", () => {
      const wasConnected = this.#connection === connection;
      if (wasConnected) this.#drop();
      else onFirst(lastError);
      if (this.#closed) return;
      if (wasConnected) this.#options.onDisconnected?.();
      if (this.#once) return;
      this.#retry = this.#options.clock.after(this.#options.retryDelayMs ?? 100, () => this.#connect(() => undefined));
    });
  }

  #drop(): void {
    this.#connection = undefined;
    for (const pending of this.#pending.values()) {
      pending.timer.cancel();
      pending.reject(new ChannelError("not-connected", `lost the connection to ${this.#options.path}`));
    }
    this.#pending.clear();
  }

  #onMessage(message: ChannelMessage): void {
    if (message.event !== undefined) {
      this.#options.onEvent?.(message.event, message.params);
      return;
    }
    const pending = message.id === undefined ? undefined : this.#pending.get(message.id);
    if (pending === undefined || message.id === undefined) return;
    this.#pending.delete(message.id);
    pending.timer.cancel();
    const { error } = message;
    if (error === undefined) pending.resolve(message.result);
    else pending.reject(new ChannelError(error.code, error.message, error.details ?? {}));
  }
}
