import type { Socket } from "node:net";
import { jsonWith } from "../json-text.ts";
import { ChannelError } from "./channel-error.ts";

/** One message of the line protocol, as `ChannelServer` documents it. */
export interface ChannelMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: Record<string, unknown> };
  readonly event?: string;
}

/** Longest accepted line in bytes. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** A peer that leaves this much unread is cut off. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** Frames a socket into JSON lines, and joins the lines of one event-loop turn into one write. */
export class LineConnection {
  readonly socket: Socket;
  #received: string[] = [];
  #receivedLength = 0;
  #outgoing: string[] = [];
  #outgoingLength = 0;
  #scheduled = false;

  constructor(socket: Socket, onMessage: (message: ChannelMessage) => void) {
    this.socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (chunk: unknown) => this.#onData(String(chunk), onMessage));
  }

  /** Octets, about, that the peer has not taken. */
  get unreadBytes(): number {
    return this.socket.writableLength + this.#outgoingLength;
  }

  send(message: ChannelMessage): void {
    if (this.socket.destroyed) return;
    const { event, params } = message;
    const text = event === undefined ? JSON.stringify(message) : jsonWith({ event }, "params", params);
    this.#outgoing.push(text);
    this.#outgoingLength += text.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes what is queued now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#outgoing.length === 0) return;
    const text = this.#outgoing.join("\n") + "\n";
    this.#outgoing = [];
    this.#outgoingLength = 0;
    if (this.socket.destroyed) return;
    this.socket.write(text);
    if (this.socket.writableLength > MAX_UNREAD_BYTES) {
      this.socket.destroy(new ChannelError("peer-too-slow", "the peer does not read"));
    }
  }

  #onData(chunk: string, onMessage: (message: ChannelMessage) => void): void {
    const end = chunk.lastIndexOf("\n");
    if (end < 0) {
      this.#received.push(chunk);
      this.#receivedLength += chunk.length;
      if (this.#receivedLength > MAX_LINE_BYTES) this.socket.destroy(new ChannelError("bad-frame", "line too long"));
      return;
    }
    const text = this.#received.join("") + chunk.slice(0, end);
    const rest = chunk.slice(end + 1);
    this.#received = rest === "" ? [] : [rest];
    this.#receivedLength = rest.length;
    for (const line of text.split("\n")) {
      const message = parseMessage(line);
      if (message === undefined) {
        this.socket.destroy(new ChannelError("bad-frame", "not a JSON object"));
        return;
      }
      onMessage(message);
    }
  }
}

function parseMessage(line: string): ChannelMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
