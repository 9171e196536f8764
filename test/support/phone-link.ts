import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { WebSocket } from "ws";
import { StreamFramer } from "../../src/sip/transport/connection/stream-framer.ts";

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** How a scripted phone is connected: text out, text in, one message each. */
export interface PhoneLink extends Place {
  /** As Via has it. */
  readonly protocol: "UDP" | "TCP" | "WS";
  onMessage: (text: string) => void;
  send(text: string): void;
  close(): Promise<void>;
}

const NOTHING = (): void => undefined;
const MAX_MESSAGE_BYTES = 65_535;
const MAX_DATAGRAM_BYTES = 1_300;

function framerOf(socket: Socket, onMessage: (text: string) => void): StreamFramer {
  const framer = new StreamFramer(MAX_MESSAGE_BYTES, {
    onMessage,
    onPing: NOTHING,
    onBadStream: (reason) => void socket.destroy(new Error(reason)),
  });
  socket.on("data", (bytes: Buffer) => framer.push(bytes.toString("latin1")));
  socket.on("error", NOTHING);
  return framer;
}

/** A socket for UDP; where TCP also listens on its port, what comes there counts too and is answered there. */
export class DatagramLink implements PhoneLink {
  readonly protocol = "UDP";
  readonly address: string;
  readonly port: number;
  onMessage: (text: string) => void = NOTHING;
  /** Transports and first lines of what came, in order. */
  readonly arrived: string[] = [];
  readonly #server: Place;
  readonly #socket: ReturnType<typeof createSocket>;
  readonly #connections = new Set<Socket>();
  /** The connections of requests by their topmost Via. */
  readonly #waysBack = new Map<string, Socket>();
  #closeListener: () => Promise<void> = () => Promise.resolve();
  #large: Socket | undefined;

  private constructor(server: Place, socket: ReturnType<typeof createSocket>) {
    const { address, port } = socket.address();
    this.#server = server;
    this.#socket = socket;
    this.address = address;
    this.port = port;
    socket.on("message", (bytes) => this.#take("UDP", bytes.toString("latin1")));
    socket.on("error", NOTHING);
  }

  static async open(server: Place, address = "127.0.0.1", port = 0): Promise<DatagramLink> {
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, address, resolve);
    });
    return new DatagramLink(server, socket);
  }

  /** Listens with TCP, too. @throws {Error} when the port is taken there */
  async listenWithTcp(): Promise<void> {
    const listener = createServer((socket) => {
      this.#connections.add(socket);
      framerOf(socket, (text) => {
        if (!text.startsWith("SIP/2.0 ")) this.#waysBack.set(topVia(text), socket);
        this.#take("TCP", text);
      });
    });
    listener.listen(this.port, this.address);
    await once(listener, "listening");
    this.#closeListener = async () => {
      listener.close();
      await once(listener, "close");
    };
  }

  /** Sends its own requests above 1,300 octets over a connection to `server` (RFC 3261 18.1.1). */
  async sendLargeWithTcp(server: Place): Promise<void> {
    const socket = connect({ host: server.address, port: server.port });
    await once(socket, "connect");
    this.#connections.add(socket);
    this.#large = socket;
    // The phone knows its requests by the Via that it wrote.
    framerOf(socket, (text) => this.#take("TCP", text.replace(/^(Via: SIP\/2\.0\/)TCP/m, "$1UDP")));
  }

  send(text: string): void {
    const isLarge = text.length > MAX_DATAGRAM_BYTES && !text.startsWith("SIP/2.0 ");
    if (isLarge && this.#large !== undefined) {
      this.#large.write(text.replace(/^(Via: SIP\/2\.0\/)UDP/m, "$1TCP"), "latin1");
      return;
    }
    const connection = text.startsWith("SIP/2.0 ") ? this.#waysBack.get(topVia(text)) : undefined;
    if (connection === undefined)
      this.#socket.send(Buffer.from(text, "latin1"), this.#server.port, this.#server.address);
    else connection.write(text, "latin1");
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await this.#closeListener();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #take(protocol: string, text: string): void {
    this.arrived.push(`${protocol} ${text.slice(0, text.indexOf("\r\n"))}`);
    this.onMessage(text);
  }
}

/** A connection to the switch. */
export class ConnectionLink implements PhoneLink {
  readonly protocol = "TCP";
  readonly address: string;
  readonly port: number;
  onMessage: (text: string) => void = NOTHING;
  readonly socket: Socket;
  /** How a message is written: a piece a turn of the event loop. Default: whole. */
  cut: (text: string) => readonly string[] = (text) => [text];
  readonly #pieces: string[] = [];
  #isHeld = false;
  #isPumping = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.address = socket.localAddress ?? "";
    this.port = socket.localPort ?? 0;
    framerOf(socket, (text) => this.onMessage(text));
  }

  static async open(server: Place): Promise<ConnectionLink> {
    const socket = connect({ host: server.address, port: server.port, noDelay: true });
    await once(socket, "connect");
    return new ConnectionLink(socket);
  }

  /** Keeps what is sent until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Writes at once, in one piece, all that was held, and what is sent later as it comes. */
  release(): void {
    this.#isHeld = false;
    this.socket.write(this.#pieces.splice(0).join(""), "latin1");
  }

  send(text: string): void {
    this.#pieces.push(...this.cut(text));
    this.#pump();
  }

  close(): Promise<void> {
    this.socket.destroy();
    return Promise.resolve();
  }

  #pump(): void {
    if (this.#isHeld || this.#isPumping) return;
    const piece = this.#pieces.shift();
    if (piece === undefined) return;
    this.socket.write(piece, "latin1");
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }
}

/** A browser's WebSocket. */
export class WebSocketLink implements PhoneLink {
  readonly protocol = "WS";
  readonly address = "browser.invalid";
  readonly port = 0;
  onMessage: (text: string) => void = NOTHING;
  readonly socket: WebSocket;
  /** The frames of a message. Default: one. */
  cut: (text: string) => readonly string[] = (text) => [text];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer) => this.onMessage(data.toString("latin1")));
    socket.on("error", NOTHING);
  }

  static async open(server: Place): Promise<WebSocketLink> {
    const socket = new WebSocket(`ws://${server.address}:${server.port}/`, "sip");
    await once(socket, "open");
    return new WebSocketLink(socket);
  }

  send(text: string): void {
    const frames = this.cut(text);
    for (const [index, frame] of frames.entries()) {
      this.socket.send(Buffer.from(frame, "latin1"), { binary: false, fin: index === frames.length - 1 });
    }
  }

  close(): Promise<void> {
    this.socket.terminate();
    return Promise.resolve();
  }
}

function topVia(text: string): string {
  const via = /^(?:via|v)[ \t]*:[ \t]*([^\r\n,]*)/im.exec(text)?.[1] ?? "";
  return /branch=([^;]*)/.exec(via)?.[1] ?? via;
}

/** Writes all that a phone sends in another way, such as with compact names. */
export function written(link: PhoneLink, style: (text: string) => string): PhoneLink {
  const send = link.send.bind(link);
  link.send = (text) => send(style(text));
  return link;
}
