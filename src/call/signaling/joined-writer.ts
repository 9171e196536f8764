import type { Socket } from "node:net";
import type { Clock } from "../../common/index.ts";

/** Unsent bytes above which the edge counts as stuck. */
const STUCK_ABOVE_BYTES = 64 * 1024 * 1024;
/** So long after a write what cannot wait is written by itself; sooner, with what else comes in the turn. */
const JOIN_MS = 5;

export interface JoinedWriterOptions {
  readonly clock: Pick<Clock, "nowMs">;
  /** Runs before each write: what must be on file before the edge is told goes there. */
  readonly beforeWrite: () => void;
}

/**
 * Takes the place of a socket's `write` for drachtio-srf: joins what one event-loop turn writes into one write, and
 * makes frames of octets. drachtio-srf counts and writes UTF-8, but its text has one character per octet here.
 */
export class JoinedWriter {
  readonly #socket: Socket;
  readonly #write: Socket["write"];
  readonly #options: JoinedWriterOptions;
  #frames: string[] = [];
  #scheduled = false;
  #writtenAtMs = Number.NEGATIVE_INFINITY;

  constructor(socket: Socket, options: JoinedWriterOptions) {
    this.#socket = socket;
    this.#write = socket.write.bind(socket);
    this.#options = options;
    socket.write = (frame: unknown): boolean => {
      this.#queue(String(frame));
      return true;
    };
  }

  /** Writes now, unless it has just done so. */
  hasten(): void {
    if (this.#frames.length > 0 && this.#options.clock.nowMs() - this.#writtenAtMs >= JOIN_MS) this.#writeAll();
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#frames.length > 0) this.#writeAll();
  }

  #writeAll(): void {
    this.#writtenAtMs = this.#options.clock.nowMs();
    const text = this.#frames.length === 1 ? (this.#frames[0] ?? "") : this.#frames.join("");
    this.#frames = [];
    if (this.#socket.destroyed || !this.#socket.writable) return;
    this.#options.beforeWrite();
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
