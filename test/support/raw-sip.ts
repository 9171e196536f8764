import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { withinMs } from "./within-ms.ts";

/** An address and port to send raw bytes to. */
export interface RawTarget {
  readonly host: string;
  readonly port: number;
}

/** A complete OPTIONS request whose Via names `localPort`. */
export function optionsRequest(transport: "UDP" | "TCP", localPort: number, target: RawTarget): string {
  const id = `${localPort}-${Math.round(performance.now() * 1_000)}`;
  return [
    `OPTIONS sip:${target.host}:${target.port} SIP/2.0`,
    `Via: SIP/2.0/${transport} 127.0.0.1:${localPort};branch=z9hG4bK${id};rport`,
    `From: <sip:ping@127.0.0.1>;tag=${id}`,
    `To: <sip:${target.host}:${target.port}>`,
    `Call-ID: ${id}`,
    "CSeq: 1 OPTIONS",
    "Max-Forwards: 70",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
}

/** Sends datagrams from one socket and resolves to the first one that comes back; `undefined` when none does. */
export async function exchangeUdp(
  target: RawTarget,
  datagrams: (localPort: number) => readonly Buffer[],
  waitMs: number,
): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, "127.0.0.1", resolve);
    });
    const reply = new Promise<string>((resolve) => {
      socket.once("message", (message) => resolve(message.toString("latin1")));
    });
    for (const datagram of datagrams(socket.address().port)) {
      await new Promise<void>((resolve, reject) => {
        socket.send(datagram, target.port, target.host, (error) => (error === null ? resolve() : reject(error)));
      });
    }
    return await withinMs(waitMs, reply, () => "no reply").catch(() => undefined);
  } finally {
    socket.close();
  }
}

/** A TCP connection whose input is kept and whose end is awaited. */
export class RawTcp {
  readonly socket: Socket;
  readonly #closed: Promise<void>;
  #received = "";

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      this.#received = (this.#received + chunk.toString("latin1")).slice(-100_000);
      socket.emit("received");
    });
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  static connect(target: RawTarget, localAddress = "127.0.0.1"): Promise<RawTcp> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: target.host, port: target.port, localAddress });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawTcp(socket));
      });
    });
  }

  /** The same over a socket that is connected, such as a TLS socket. */
  static over(socket: Socket): RawTcp {
    return new RawTcp(socket);
  }

  get received(): string {
    return this.#received;
  }

  get open(): boolean {
    return !this.socket.destroyed && this.socket.readyState === "open";
  }

  /** Waits until the other side has closed. @throws {Error} when it does not in time */
  closed(timeoutMs: number): Promise<void> {
    return withinMs(timeoutMs, this.#closed, () => `the connection is still open; received: ${this.#received}`);
  }

  /** Waits for something that matches. @throws {Error} when it does not come in time */
  matching(pattern: RegExp, timeoutMs: number): Promise<string> {
    const found = new Promise<string>((resolve) => {
      const check = (): void => {
        const match = pattern.exec(this.#received);
        if (match === null) return;
        this.socket.off("received", check);
        resolve(match[0]);
      };
      this.socket.on("received", check);
      check();
    });
    return withinMs(timeoutMs, found, () => `nothing matches ${String(pattern)}; received: ${this.#received}`);
  }

  close(): void {
    this.socket.destroy();
  }
}
