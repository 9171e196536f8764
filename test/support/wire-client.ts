import { connect, type Socket } from "node:net";
import { randomUUID } from "node:crypto";
import { FrameDecoder } from "../../src/sip/wire/frame-decoder.ts";

/** A reply has the id of its command. */
const LONG_ID = 1_000_000;

/** One frame from the server: meta tokens and the message after them. */
export interface WireFrame {
  readonly tokens: readonly string[];
  readonly text: string;
}

/** A raw client of the drachtio wire protocol. */
export class WireClient {
  readonly frames: WireFrame[] = [];
  readonly #socket: Socket;
  readonly #waiters: { matches: (frame: WireFrame) => boolean; resolve: (frame: WireFrame) => void }[] = [];
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    const decoder = new FrameDecoder(1 << 20, {
      onFrame: (payload) => this.#onFrame(payload),
      onOversized: () => undefined,
      onBroken: (reason) => socket.destroy(new Error(reason)),
    });
    socket.on("data", (chunk: unknown) => decoder.push(String(chunk)));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
    });
  }

  static async connect(port: number): Promise<WireClient> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new WireClient(socket);
  }

  static async authenticated(port: number, secret: string, verbs: readonly string[] = []): Promise<WireClient> {
    const client = await WireClient.connect(port);
    await client.ask(`authenticate|${secret}|`);
    for (const verb of verbs) await client.ask(`route|${verb}`);
    return client;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  sendRaw(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Sends a command and resolves to its reply; tokens start behind the id it answers. */
  async ask(command: string): Promise<WireFrame> {
    const id = randomUUID();
    const payload = `${id}|${command}`;
    this.sendRaw(`${payload.length}#${payload}`);
    const frame = await this.take(({ tokens }) => tokens[1] === "response" && tokens[2] === id);
    return { tokens: frame.tokens.slice(3), text: frame.text };
  }

  /** The next `sip` frame whose message begins with `start`. */
  takeSip(start: string): Promise<WireFrame> {
    return this.take(({ tokens, text }) => tokens[1] === "sip" && text.startsWith(start));
  }

  take(matches: (frame: WireFrame) => boolean, withinMs = 2_000): Promise<WireFrame> {
    const index = this.frames.findIndex(matches);
    const found = index < 0 ? undefined : this.frames.splice(index, 1)[0];
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no such frame; have ${JSON.stringify(this.frames.map(({ tokens }) => tokens))}`));
      }, withinMs);
      this.#waiters.push({
        matches,
        resolve: (frame) => {
          clearTimeout(timer);
          resolve(frame);
        },
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Reads no more, has at least so many octets of replies sent to it, and ends its side. */
  leaveUnread(octets: number): void {
    this.#socket.pause();
    const payload = `${"x".repeat(LONG_ID)}|ping`;
    for (let left = octets; left > 0; left -= LONG_ID) this.sendRaw(`${payload.length}#${payload}`);
    this.#socket.end();
  }

  async closed(): Promise<void> {
    if (!this.#closed) await new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
  }

  #onFrame(payload: string): void {
    const end = payload.indexOf("\r\n");
    const frame = {
      tokens: (end < 0 ? payload : payload.slice(0, end)).split("|"),
      text: end < 0 ? "" : payload.slice(end + 2),
    };
    const index = this.#waiters.findIndex((waiter) => waiter.matches(frame));
    if (index >= 0) this.#waiters.splice(index, 1)[0]?.resolve(frame);
    else this.frames.push(frame);
  }
}
