import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { type Clock, errorCodeOf } from "../../../common/index.ts";
import type { Link, LinkEvents } from "../connection/link.ts";

/** RFC 6455 7.4.1: the message is not what it should be. */
const INVALID_PAYLOAD = 1_007;
const PING_LENGTH = 4;

/** What a WebSocket link needs. */
export interface WebSocketLinkOptions {
  readonly webSocket: WebSocket;
  /** What the WebSocket runs over. */
  readonly socket: Socket;
  readonly clock: Clock;
}

/**
 * SIP over a WebSocket: each of its messages is one SIP message or a keep-alive, in text or binary frames.
 * @see RFC 7118 5
 */
export class WebSocketLink implements Link {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  #partialSinceMs: number | undefined;
  #isWhole = false;

  constructor({ webSocket, socket, clock }: WebSocketLinkOptions, events: LinkEvents) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    webSocket.on("message", (data) => {
      this.#isWhole = true;
      this.#onMessage(octetsOf(data), events);
    });
    for (const sign of ["ping", "pong"] as const) {
      webSocket.on(sign, () => {
        this.#isWhole = true;
        events.onAlive();
      });
    }
    webSocket.on("error", (error) => {
      const isOfFrames = errorCodeOf(error)?.startsWith("WS_ERR") === true;
      if (isOfFrames) events.onBadInput(error.message, "");
      else events.onError(error);
    });
    webSocket.on("close", () => events.onClose());
    // Behind the WebSocket's own listener: by now it has told what the piece completed. The first octets of another
    // message behind that are not seen until more of them come.
    socket.on("data", () => {
      if (this.#isWhole) this.#partialSinceMs = undefined;
      else this.#partialSinceMs ??= clock.nowMs();
      this.#isWhole = false;
    });
  }

  get unsentBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get partialSinceMs(): number | undefined {
    return this.#partialSinceMs;
  }

  write(texts: readonly string[], onWritten: (error?: Error | null) => void): void {
    const last = texts.length - 1;
    this.#socket.cork();
    texts.forEach((text, index) => {
      const octets = Buffer.from(text, "latin1");
      this.#webSocket.send(octets, { binary: !isUtf8(octets) }, index === last ? onWritten : undefined);
    });
    this.#socket.uncork();
  }

  ping(): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping();
  }

  end(): void {
    this.#webSocket.close(INVALID_PAYLOAD, "no SIP message");
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  #onMessage(octets: Buffer, events: LinkEvents): void {
    let start = 0;
    while (octets[start] === 0x0d || octets[start] === 0x0a) start += 1;
    const text = octets.toString("latin1", start);
    if (text === "") {
      if (start >= PING_LENGTH) events.onPing();
      else events.onAlive();
    } else if (text.includes("\r\n\r\n")) events.onMessage(text);
    else events.onBadInput("head without an end", text);
  }
}

function octetsOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
