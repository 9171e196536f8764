import { createSocket, type Socket } from "node:dgram";

interface Waiter {
  readonly matches: (text: string) => boolean;
  readonly resolve: (text: string) => void;
}

/** The far end of SIP over UDP: sends what a test writes, hands out what comes. Nothing is automatic. */
export class SipPeer {
  readonly address: string;
  readonly port: number;
  /** Everything received and not yet taken, oldest first. */
  readonly received: string[] = [];
  readonly #socket: Socket;
  readonly #waiters = new Set<Waiter>();
  #branch = 0;

  private constructor(socket: Socket) {
    const { address, port } = socket.address();
    this.#socket = socket;
    this.address = address;
    this.port = port;
    socket.on("message", (bytes) => this.#onMessage(bytes.toString("latin1")));
  }

  static async start(address = "127.0.0.1", port = 0): Promise<SipPeer> {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, address, resolve);
    });
    return new SipPeer(socket);
  }

  get uri(): string {
    return `sip:peer@${this.address}:${this.port}`;
  }

  /** A Via of this peer with a branch not used before. */
  via(): string {
    this.#branch += 1;
    return `SIP/2.0/UDP ${this.address}:${this.port};branch=z9hG4bK-${this.port}-${this.#branch}`;
  }

  /** Sends lines (joined by CRLF, with an empty line and `body` after them). */
  send(port: number, lines: readonly string[], body = ""): string {
    const length = lines.some((line) => line.startsWith("Content-Length")) ? [] : [`Content-Length: ${body.length}`];
    const text = [...lines, ...length, "", body].join("\r\n");
    this.sendText(port, text);
    return text;
  }

  sendText(port: number, text: string): void {
    this.#socket.send(Buffer.from(text, "latin1"), port, this.address.includes(":") ? "::1" : "127.0.0.1");
  }

  /** Answers a request that was received; `lines` are added to Via, From, To, Call-ID and CSeq. */
  respond(port: number, request: string, status: string, tag: string, lines: readonly string[] = [], body = ""): void {
    const kept = request.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route):/i.test(line));
    const to = headerOf(request, "To");
    const tagged = to.includes(";tag=") || tag === "" ? to : `${to};tag=${tag}`;
    this.send(port, [`SIP/2.0 ${status}`, ...kept, `To: ${tagged}`, ...lines], body);
  }

  /** The next message whose first line begins with `start`; others stay. Fails after `withinMs`. */
  async take(start: string, withinMs = 2_000): Promise<string> {
    const index = this.received.findIndex((text) => text.startsWith(start));
    if (index >= 0) return this.received.splice(index, 1)[0] ?? "";
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const seen = this.received.map((text) => text.split("\r\n")[0]).join(", ");
        reject(new Error(`no "${start}" within ${withinMs} ms; waiting: ${seen || "nothing"}`));
      }, withinMs);
      const waiter: Waiter = {
        matches: (text) => text.startsWith(start),
        resolve: (text) => {
          clearTimeout(timer);
          resolve(text);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  #onMessage(text: string): void {
    for (const waiter of this.#waiters) {
      if (!waiter.matches(text)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(text);
      return;
    }
    this.received.push(text);
  }
}

/** The first value of a header field, or an empty string. */
export function headerOf(text: string, name: string): string {
  const line = text.split("\r\n").find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line === undefined ? "" : line.slice(name.length + 1).trim();
}

/** The body of a message. */
export function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

/** All values of a header field, one a line. */
export function headersOf(text: string, name: string): string[] {
  const head = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
  const lines = head.filter((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return lines.map((line) => line.slice(name.length + 1).trim());
}
