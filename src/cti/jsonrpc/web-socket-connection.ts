import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock, Timer } from "../../common/index.ts";
import type { Connection } from "../session/connection.ts";

/** How long a peer has to answer the end of the connection. */
const CLOSE_MS = 2_000;
const DRAINED_BYTES = 64 * 1024;
/** With more unsent, pings wait: who sends many and reads nothing would fill the memory with answers. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** RFC 6455 5.5: a close frame has 125 bytes, two of them the code. */
const MAX_REASON = 120;

/** A WebSocket as a connection of a session. */
export class WebSocketConnection implements Connection {
  readonly address: string;
  readonly isSecure: boolean;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #onSent = (): void => this.#lookDrained();
  #onDrained: (() => void) | undefined;
  /** The last ping that has not been answered; those before it need no answer. RFC 6455 5.5.3. */
  #ping: Buffer | undefined;
  #grace: Timer | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, from: Pick<Connection, "address" | "isSecure">, clock: Clock) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
    this.address = from.address;
    this.isSecure = from.isSecure;
    webSocket.once("close", () => this.#grace?.cancel());
  }

  get unsentBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  /** What still comes is nobody's. */
  get isClosing(): boolean {
    return this.#grace !== undefined;
  }

  send(text: string): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(text, this.#onSent);
  }

  batch(run: () => void): void {
    this.#socket.cork();
    try {
      run();
    } finally {
      this.#socket.uncork();
    }
  }

  whenDrained(run: () => void): void {
    this.#onDrained = run;
    if (this.unsentBytes < DRAINED_BYTES) queueMicrotask(this.#onSent);
  }

  /** Answers a ping, once what is unsent is not too much. */
  pong(data: Buffer): void {
    this.#ping = data;
    this.#answerPing();
  }

  close(code: number, reason: string): void {
    if (this.#grace !== undefined) return;
    this.#webSocket.close(code, reason.slice(0, MAX_REASON));
    this.#grace = this.#clock.after(CLOSE_MS, () => this.#webSocket.terminate());
  }

  #answerPing(): void {
    const data = this.#ping;
    if (data === undefined || this.unsentBytes >= MAX_UNSENT_BYTES) return;
    this.#ping = undefined;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.pong(data, false, this.#onSent);
  }

  #lookDrained(): void {
    this.#answerPing();
    if (this.unsentBytes >= DRAINED_BYTES) return;
    const run = this.#onDrained;
    this.#onDrained = undefined;
    run?.();
  }
}
