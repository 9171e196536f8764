import { createServer, type Server, type Socket } from "node:net";
import { randomUUID } from "node:crypto";
import { FrameReader } from "../../src/call/signaling/frame-reader.ts";
import { Inbox } from "./inbox.ts";

export interface EdgeCommand {
  readonly id: string;
  /** Tokens behind the id. */
  readonly tokens: readonly string[];
  readonly text: string;
}

/** The server side of the drachtio wire protocol under a test's control: only logging on, routes and pings are automatic. */
export class ScriptedEdge {
  readonly commands = new Inbox<EdgeCommand>(({ tokens, text }) => `${tokens.join("|")} ${text.slice(0, 30)}`);
  readonly routes: string[] = [];
  /** What the client that logged on last gave. */
  tags = "";
  /** Chunks received: one a write of the client, mostly. */
  readonly chunks: string[] = [];
  acceptsSecret = true;
  answersPings = true;
  version = "v0.9.10";
  #server: Server | undefined;
  #socket: Socket | undefined;
  readonly #sockets = new Set<Socket>();

  static async start(port = 0): Promise<ScriptedEdge> {
    const edge = new ScriptedEdge();
    await edge.listen(port);
    return edge;
  }

  async listen(port: number): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    this.#server = server;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** The next `sip` command whose message begins with `start`. */
  command(start: string): Promise<EdgeCommand> {
    return this.commands.take(({ text }) => text.startsWith(start), start);
  }

  sendRaw(bytes: string): void {
    this.#socket?.write(bytes, "latin1");
  }

  sendFrame(payload: string): void {
    this.sendRaw(`${payload.length}#${payload}`);
  }

  /** Confirms a request: what was sent, and the transaction it has now. */
  confirm(command: EdgeCommand, transactionId: string, text = command.text): void {
    const meta = `OK|application|${text.length}|udp|127.0.0.1|5060|12:00:00.000000|${transactionId}|Msg sent:|`;
    this.sendFrame(`${randomUUID()}|response|${command.id}|${meta}\r\n${text}`);
  }

  refuse(command: EdgeCommand, reason: string): void {
    this.sendFrame(`${randomUUID()}|response|${command.id}|NOK|${reason}`);
  }

  /** Hands over a message from the network. */
  deliver(text: string, transactionId: string, dialogId: string, source = "network"): void {
    const meta = `sip|${source}|${text.length}|udp|192.0.2.7|5062|12:00:00.000000|${transactionId}|${dialogId}|`;
    this.sendFrame(`${randomUUID()}|${meta}\r\n${text}`);
  }

  /** Ends all connections; it goes on listening. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.disconnect();
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    const reader = new FrameReader(1 << 22, (payload) => this.#onFrame(payload));
    socket.on("data", (chunk: unknown) => {
      this.chunks.push(String(chunk));
      reader.push(String(chunk));
    });
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #onFrame(payload: string): void {
    const end = payload.indexOf("\r\n");
    const [id = "", ...tokens] = (end < 0 ? payload : payload.slice(0, end)).split("|");
    if (tokens[0] === "authenticate") {
      this.tags = tokens[2] ?? "";
      const verdict = this.acceptsSecret
        ? `OK|udp/127.0.0.1:5060|${this.version}|udp/127.0.0.1:5060`
        : "NO|incorrect secret";
      this.sendFrame(`${randomUUID()}|response|${id}|${verdict}`);
      return;
    }
    if (tokens[0] === "route") {
      this.routes.push(tokens[1] ?? "");
      this.sendFrame(`${randomUUID()}|response|${id}|OK`);
      return;
    }
    if (tokens[0] === "ping" && this.answersPings) {
      this.sendFrame(`${randomUUID()}|response|${id}|OK|pong`);
      return;
    }
    this.commands.put({ id, tokens, text: end < 0 ? "" : payload.slice(end + 2) });
  }
}
