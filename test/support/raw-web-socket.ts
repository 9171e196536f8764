import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  /** More of the message follows. Default false. */
  readonly isOpen?: boolean;
  /** It claims to be compressed. */
  readonly isCompressed?: boolean;
  /** Default true, as clients have to. */
  readonly isMasked?: boolean;
  /** Length that it claims, where that is not the one that it has. */
  readonly claimed?: bigint;
}

/** A WebSocket client that sends whatever bytes a test likes. @see RFC 6455 5.2 */
export class RawWebSocket {
  readonly #socket: Socket;
  #unread: Buffer;
  #closeCode: number | undefined;
  /** Resolves when the connection is gone, to the close code of the server; undefined: it said none. */
  readonly closed: Promise<number | undefined>;

  private constructor(socket: Socket, unread: Buffer) {
    this.#socket = socket;
    this.#unread = unread;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.once("close", () => resolve(this.#closeCode)));
    this.#take(Buffer.alloc(0));
  }

  static async open(port: number): Promise<RawWebSocket> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(upgradeText(randomBytes(16).toString("base64")));
    let head = Buffer.alloc(0);
    while (!head.includes("\r\n\r\n")) head = Buffer.concat([head, ((await once(socket, "data")) as [Buffer])[0]]);
    if (!head.toString("latin1").startsWith("HTTP/1.1 101")) throw new Error(head.toString("latin1"));
    return new RawWebSocket(socket, head.subarray(head.indexOf("\r\n\r\n") + 4));
  }

  frame(opcode: number, payload: Buffer | string = "", options: FrameOptions = {}): void {
    this.#socket.write(frameOf(opcode, Buffer.from(payload as string), options));
  }

  /** Many frames in one go. */
  frames(count: number, opcode: number, payload: string, options: FrameOptions = {}): void {
    const one = frameOf(opcode, Buffer.from(payload), options);
    this.#socket.write(Buffer.concat(Array.from({ length: count }, () => one)));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Looks for the close frame; frames of a server are not masked. */
  #take(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (;;) {
      const [first, second] = [this.#unread[0], this.#unread[1]];
      if (first === undefined || second === undefined) return;
      const extra = second === 126 ? 2 : second === 127 ? 8 : 0;
      if (this.#unread.length < 2 + extra) return;
      const length =
        extra === 0 ? second : extra === 2 ? this.#unread.readUInt16BE(2) : Number(this.#unread.readBigUInt64BE(2));
      if (this.#unread.length < 2 + extra + length) return;
      const payload = this.#unread.subarray(2 + extra, 2 + extra + length);
      if ((first & 0x0f) === OPCODE.close && length >= 2) this.#closeCode = payload.readUInt16BE(0);
      this.#unread = this.#unread.subarray(2 + extra + length);
    }
  }
}

/** The head of an upgrade; `more` are further lines. */
export function upgradeText(key: string, more: readonly string[] = []): string {
  const lines = [
    "GET /cti HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Protocol: tandem.cti.v1",
    ...more,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function frameOf(opcode: number, payload: Buffer, options: FrameOptions): Buffer {
  const { isOpen = false, isCompressed = false, isMasked = true, claimed = BigInt(payload.length) } = options;
  const first = (isOpen ? 0 : 0x80) | (isCompressed ? 0x40 : 0) | opcode;
  const masked = isMasked ? 0x80 : 0;
  const head = Buffer.alloc(10);
  head[0] = first;
  let length = 2;
  if (claimed < 126n) head[1] = masked | Number(claimed);
  else if (claimed < 65_536n) {
    head[1] = masked | 126;
    length = head.writeUInt16BE(Number(claimed), 2);
  } else {
    head[1] = masked | 127;
    length = head.writeBigUInt64BE(claimed, 2);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head.subarray(0, length), Buffer.alloc(isMasked ? 4 : 0), payload]);
}
