import type { Socket } from "node:net";
import type { Application } from "../dialog/index.ts";
import { FrameDecoder } from "./frame-decoder.ts";

/** How long an ended connection waits for the application to read anything of what it was sent before. */
const LAST_READ_MS = 2_000;

/** Bounds of one application's connection. */
export interface WireConnectionLimits {
  /** Longest frame that is accepted. */
  readonly maxFrameBytes: number;
  /** Unsent bytes above which the application gets no new requests. */
  readonly slowAboveBytes: number;
  /** Unsent bytes above which the connection is ended. */
  readonly endAboveBytes: number;
}

/** What happens on a connection. */
export interface WireConnectionEvents {
  onFrame(connection: WireConnection, payload: string): void;
  onOversized(connection: WireConnection, start: string, lengthBytes: number): void;
  onBroken(connection: WireConnection, reason: string): void;
}

/** One application's connection: frames in, frames out; one write an event-loop turn. */
export class WireConnection implements Application {
  readonly name: string;
  readonly verbs = new Set<string>();
  authenticated = false;
  /** What the application calls itself and what it is for; the first is its instance id. */
  tags: readonly string[] = [];
  readonly #socket: Socket;
  readonly #limits: WireConnectionLimits;
  readonly #decoder: FrameDecoder;
  #outgoing: string[] = [];
  #scheduled = false;

  constructor(socket: Socket, name: string, limits: WireConnectionLimits, events: WireConnectionEvents) {
    this.#socket = socket;
    this.name = name;
    this.#limits = limits;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    this.#decoder = new FrameDecoder(limits.maxFrameBytes, {
      onFrame: (payload) => events.onFrame(this, payload),
      onOversized: (start, length) => events.onOversized(this, start, length),
      onBroken: (reason) => events.onBroken(this, reason),
    });
    socket.on("data", (chunk: unknown) => this.#decoder.push(String(chunk)));
    socket.on("end", () => this.#boundLastRead());
  }

  get instanceId(): string {
    return this.tags[0] ?? "";
  }

  /** Octets that the application has not read. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** True while so much is unsent that it should get no new work. */
  get isSlow(): boolean {
    return this.unsentBytes > this.#limits.slowAboveBytes;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Sends one payload of latin1 text. */
  send(payload: string): void {
    this.#outgoing.push(`${payload.length}#${payload}`);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  /** Sends what is queued and ends the connection; nothing that comes is looked at any more. */
  end(): void {
    this.#decoder.stop();
    this.#flush();
    this.#socket.end();
    this.#socket.destroySoon();
    this.#boundLastRead();
  }

  #boundLastRead(): void {
    this.#socket.setTimeout(LAST_READ_MS, () => this.#socket.destroy());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#outgoing.length === 0) return;
    const text = this.#outgoing.length === 1 ? (this.#outgoing[0] ?? "") : this.#outgoing.join("");
    this.#outgoing = [];
    if (!this.isOpen) return;
    this.#socket.write(text, "latin1");
    if (this.#socket.writableLength > this.#limits.endAboveBytes) {
      this.#socket.destroy(new Error("the application does not read"));
    }
  }
}
