import { connect, type Socket } from "node:net";
import { withinMs } from "./within-ms.ts";

/** An event as baresip's ctrl_tcp module writes it. */
export interface BaresipEvent {
  readonly type: string;
  readonly class: string;
  readonly accountaor: string;
  readonly direction?: "incoming" | "outgoing";
  readonly peeruri?: string;
  readonly id?: string;
  readonly param?: string;
}

interface BaresipReply {
  readonly response: true;
  readonly ok: boolean;
  readonly data: string;
  readonly token: string;
}

interface EventWaiter {
  readonly matches: (event: BaresipEvent) => boolean;
  readonly resolve: (event: BaresipEvent) => void;
}

/** The control connection of a baresip process: commands and events as JSON in netstrings. */
export class BaresipControl {
  readonly #socket: Socket;
  readonly #replies = new Map<string, (reply: BaresipReply) => void>();
  readonly #waiters = new Set<EventWaiter>();
  readonly #transcript: string[] = [];
  #unread: BaresipEvent[] = [];
  #received = Buffer.alloc(0);
  #nextToken = 1;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("error", () => undefined);
  }

  static connect(address: string, port: number): Promise<BaresipControl> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, address);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new BaresipControl(socket));
      });
    });
  }

  /** All that went over the connection, a line each. */
  get transcript(): string {
    return this.#transcript.join("\n");
  }

  /** Runs a command and resolves to what baresip would have printed. @throws {Error} when it refuses or is silent */
  async command(command: string, parameters = ""): Promise<string> {
    const token = String(this.#nextToken++);
    const text = JSON.stringify({ command, params: parameters, token });
    this.#note(`> ${text}`);
    const reply = new Promise<BaresipReply>((resolve) => this.#replies.set(token, resolve));
    this.#socket.write(`${Buffer.byteLength(text)}:${text},`);
    const { ok, data } = await withinMs(5_000, reply, () => `no reply to ${command}\n${this.transcript}`);
    if (!ok) throw new Error(`baresip refused ${command} ${parameters}: ${data}`);
    return data;
  }

  /**
   * Resolves to the first event that matches and that no earlier call has taken; events before it stay unread.
   * @throws {Error} with the transcript on time-out
   */
  event(matches: (event: BaresipEvent) => boolean, what: string, timeoutMs: number): Promise<BaresipEvent> {
    const index = this.#unread.findIndex(matches);
    const [found] = index < 0 ? [] : this.#unread.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    let waiter: EventWaiter | undefined;
    const event = new Promise<BaresipEvent>((resolve) => {
      waiter = { matches, resolve };
      this.#waiters.add(waiter);
    });
    return withinMs(timeoutMs, event, () => {
      if (waiter !== undefined) this.#waiters.delete(waiter);
      return `no ${what} from baresip\n${this.transcript}`;
    });
  }

  /** True when such an event has come and was not taken. */
  has(matches: (event: BaresipEvent) => boolean): boolean {
    return this.#unread.some(matches);
  }

  close(): void {
    this.#socket.destroy();
  }

  #note(line: string): void {
    this.#transcript.push(`${Math.round(performance.now())} ${line}`);
    if (this.#transcript.length > 500) this.#transcript.shift();
  }

  #onData(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      if (colon < 0) return;
      const start = colon + 1;
      const end = start + Number(this.#received.toString("latin1", 0, colon));
      if (this.#received.length <= end) return;
      const text = this.#received.toString("utf8", start, end);
      this.#received = this.#received.subarray(end + 1);
      this.#note(`< ${text}`);
      this.#onMessage(JSON.parse(text) as BaresipReply | BaresipEvent);
    }
  }

  #onMessage(message: BaresipReply | BaresipEvent): void {
    if ("response" in message) {
      this.#replies.get(message.token)?.(message);
      this.#replies.delete(message.token);
      return;
    }
    for (const waiter of this.#waiters) {
      if (!waiter.matches(message)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(message);
      return;
    }
    this.#unread.push(message);
    if (this.#unread.length > 1_000) this.#unread = this.#unread.slice(-500);
  }
}
