import type { Socket } from "node:net";
import type { Clock } from "../../../common/index.ts";
import type { Link, LinkEvents } from "./link.ts";
import { StreamFramer } from "./stream-framer.ts";

/** What a stream link needs. */
export interface StreamLinkOptions {
  /** A TCP socket, or a TLS socket over one. */
  readonly socket: Socket;
  /** The socket's event after which it can be written to. */
  readonly openEvent: "connect" | "secureConnect";
  readonly clock: Clock;
  readonly maxMessageBytes: number;
}

/** SIP over a stream of octets: TCP, TLS. */
export class StreamLink implements Link {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #framer: StreamFramer;
  #partialSinceMs: number | undefined;
  #messagesInPiece = 0;

  constructor({ socket, openEvent, clock, maxMessageBytes }: StreamLinkOptions, events: LinkEvents) {
    this.#socket = socket;
    this.#clock = clock;
    this.#framer = new StreamFramer(maxMessageBytes, {
      onMessage: (text) => {
        this.#messagesInPiece += 1;
        events.onMessage(text);
      },
      onPing: () => events.onPing(),
      onBadStream: (reason, head) => events.onBadInput(reason, head),
    });
    socket.on(openEvent, () => events.onOpen());
    socket.on("data", (bytes) => this.#onData(bytes));
    socket.on("error", (error) => events.onError(error));
    socket.on("close", () => events.onClose());
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  get partialSinceMs(): number | undefined {
    return this.#partialSinceMs;
  }

  write(texts: readonly string[], onWritten: (error?: Error | null) => void): void {
    const text = texts.length === 1 ? (texts[0] ?? "") : texts.join("");
    this.#socket.write(text, "latin1", onWritten);
  }

  /** Only the peer that connected keeps a stream alive (RFC 5626 4.4.1). */
  ping(): void {
    return;
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#messagesInPiece = 0;
    this.#framer.push(bytes.toString("latin1"));
    if (!this.#framer.hasPartialMessage) this.#partialSinceMs = undefined;
    else if (this.#partialSinceMs === undefined || this.#messagesInPiece > 0) {
      this.#partialSinceMs = this.#clock.nowMs();
    }
  }
}
