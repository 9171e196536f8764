import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock, Timer } from "../../common/index.ts";
import type { Connection } from "../session/connection.ts";
import { isWorthCompressing } from "./web-socket-compression.ts";

/** How long a peer has to answer the end of the connection. */
const CLOSE_MS = 2_000;
const DRAINED_BYTES = 128 * 1024;
/** After so many it is asked, by a ping, how far the peer has read: what the system holds for it, it has not read. */
const MARK_BYTES = 64 * 1024;
/** A mark, as what a ping carries: what was sent by then, in decimal. */
const MARK = /^\d{1,15}$/;
/** With more that the system has not taken, pings wait: who sends many and reads nothing would fill the memory with answers. */
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
  /** Octets, about, that were sent in all, by the last mark, and by the last mark that was read. */
  #sent = 0;
  #marked = 0;
  #read = 0;

  constructor(webSocket: WebSocket, socket: Duplex, from: Pick<Connection, "address" | "isSecure">, clock: Clock) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#clock = clock;
    this.address = from.address;
    this.isSecure = from.isSecure;
    webSocket.once("close", () => this.#grace?.cancel());
  }

  get unreadBytes(): number {
    return Math.max(this.#webSocket.bufferedAmount, this.#sent - this.#read);
  }

  /** What still comes is nobody's. */
  get isClosing(): boolean {
    return this.#grace !== undefined;
  }

  send(text: string): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    this.#webSocket.send(text, { compress: isWorthCompressing(text) }, this.#onSent);
    this.#sent += text.length;
    if (this.#sent - this.#marked < MARK_BYTES) return;
    this.#marked = this.#sent;
    this.#webSocket.ping(String(this.#sent), false);
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
    if (this.unreadBytes < DRAINED_BYTES) queueMicrotask(this.#onSent);
  }

  /** Answers a ping, once the system has taken what was sent. */
  pong(data: Buffer): void {
    this.#ping = data;
    this.#answerPing();
  }

  /** The peer has read what was sent before a ping. @returns false when it was none of ours, or has been answered */
  ponged(data: Buffer): boolean {
    const mark = data.toString("latin1");
    const isOurs = MARK.test(mark) && Number(mark) > this.#read && Number(mark) <= this.#marked;
    if (!isOurs) return false;
    this.#read = Math.max(this.#read, Number(mark));
    this.#lookDrained();
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#grace !== undefined) return;
    this.#webSocket.close(code, reason.slice(0, MAX_REASON));
    this.#grace = this.#clock.after(CLOSE_MS, () => this.#webSocket.terminate());
  }

  #answerPing(): void {
    const data = this.#ping;
    if (data === undefined || this.#webSocket.bufferedAmount >= MAX_UNSENT_BYTES) return;
    this.#ping = undefined;
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.pong(data, false, this.#onSent);
  }

  #lookDrained(): void {
    this.#answerPing();
    if (this.unreadBytes >= DRAINED_BYTES) return;
    const run = this.#onDrained;
    this.#onDrained = undefined;
    run?.();
  }
}
