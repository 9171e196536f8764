import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { StreamFramer } from "../../src/sip/transport/connection/stream-framer.ts";
import { Inbox } from "./inbox.ts";
import { headerOf } from "./sip-peer.ts";

/** The far end of SIP over TCP or TLS: sends what a test writes, hands out what comes. */
export class StreamPeer {
  readonly #socket: Socket;
  readonly #inbox = new Inbox<string>((text) => text.slice(0, text.indexOf("\r\n")));
  #branch = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    const framer = new StreamFramer(65_535, {
      onMessage: (text) => this.#inbox.put(text),
      onPing: () => undefined,
      onBadStream: (reason) => void socket.destroy(new Error(reason)),
    });
    socket.on("data", (bytes: Buffer) => framer.push(bytes.toString("latin1")));
    socket.on("error", () => undefined);
  }

  static async connect(protocol: "tcp" | "tls", host: string, port: number): Promise<StreamPeer> {
    const socket =
      protocol === "tls" ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
    await once(socket, protocol === "tls" ? "secureConnect" : "connect");
    return new StreamPeer(socket);
  }

  get port(): number {
    return this.#socket.localPort ?? 0;
  }

  /** `address:port` of this end, IPv6 in brackets. */
  get place(): string {
    const { localAddress = "" } = this.#socket;
    return `${localAddress.includes(":") ? `[${localAddress}]` : localAddress}:${this.port}`;
  }

  /** A branch not used before. */
  branch(): string {
    this.#branch += 1;
    return `z9hG4bK-${this.port}-${this.#branch}`;
  }

  /** Sends lines (joined by CRLF, with Content-Length, an empty line and `body` after them). */
  send(lines: readonly string[], body = ""): void {
    this.#socket.write([...lines, `Content-Length: ${body.length}`, "", body].join("\r\n"), "latin1");
  }

  /** Answers a request that was received; `lines` are added to Via, From, To, Call-ID and CSeq. */
  respond(request: string, status: string, lines: readonly string[] = []): void {
    const kept = request.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route):/i.test(line));
    const to = headerOf(request, "To");
    this.send([`SIP/2.0 ${status}`, ...kept, `To: ${to.includes(";tag=") ? to : `${to};tag=peer`}`, ...lines]);
  }

  /** The next message whose first line begins with `start`. */
  take(start: string, withinMs?: number): Promise<string> {
    return this.#inbox.take((text) => text.startsWith(start), start, withinMs);
  }

  /** Sends text as it is. */
  write(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Resolves when the connection is no more. */
  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, "close");
  }

  close(): void {
    this.#socket.destroy();
  }
}
