import type { Socket } from "node:net";

/** Unsent bytes above which the edge counts as stuck. */
const STUCK_ABOVE_BYTES = 64 * 1024 * 1024;

/**
 * Takes the place of a socket's `write` for drachtio-srf: joins what one event-loop turn writes into one write, and
 * makes frames of octets. drachtio-srf counts and writes UTF-8, but its text has one character per octet here.
 */
export class JoinedWriter {
  readonly #socket: Socket;
  readonly #write: Socket["write"];
  readonly #beforeWrite: () => void;
  #frames: string[] = [];
  #scheduled = false;

  /** @param beforeWrite runs before each write: what must be on file before the edge is told goes there */
  constructor(socket: Socket, beforeWrite: () => void) {
    this.#socket = socket;
    this.#write = socket.write.bind(socket);
    this.#beforeWrite = beforeWrite;
    socket.write = (frame: unknown): boolean => {
      this.#queue(String(frame));
      return true;
    };
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#frames.length === 0) return;
    const text = this.#frames.length === 1 ? (this.#frames[0] ?? "") : this.#frames.join("");
    this.#frames = [];
    if (this.#socket.destroyed || !this.#socket.writable) return;
    this.#beforeWrite();
    this.#write(text, "latin1");
    if (this.#socket.writableLength > STUCK_ABOVE_BYTES) this.#socket.destroy();
  }

  #queue(frame: string): void {
    const payload = frame.slice(frame.indexOf("#") + 1);
    this.#frames.push(`${payload.length}#${payload}`);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }
}
