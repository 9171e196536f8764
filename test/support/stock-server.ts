import { connect, createServer, type Server, type Socket } from "node:net";
import { FrameReader } from "../../src/call/signaling/frame-reader.ts";
import { parseSipMessage, tagOf } from "../../src/sip/message/index.ts";
import { EdgeFixture, SECRET } from "./edge-fixture.ts";

const VERSION = "|v0.9.10-tandem|";
const NOT_THERE = "SIP/2.0 481 Call/Transaction Does Not Exist\r\n\r\n";

/**
 * An embedded edge that behaves towards applications as a stock drachtio server does where dialogs are concerned: it
 * says that it is one, knows no extension, drops Route header fields, and answers 481 to requests in dialogs whose
 * application is gone, all of which it then forgets.
 */
export class StockServer {
  /** Methods of requests that got 481 because their dialog was unknown. */
  readonly unknown: string[] = [];
  /** Commands that a stock server does not have. */
  readonly extensions: string[] = [];
  readonly #fixture: EdgeFixture;
  readonly #server: Server;
  readonly #applications = new Set<Socket>();
  /** Resolves when the dialogs of the last application are forgotten. */
  #ready: Promise<void> = Promise.resolve();
  #isStopping = false;

  private constructor(fixture: EdgeFixture) {
    this.#fixture = fixture;
    this.#server = createServer((socket) => void this.#accept(socket));
  }

  static async start(): Promise<StockServer> {
    const server = new StockServer(await EdgeFixture.start());
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get secret(): string {
    return SECRET;
  }

  /** The port that applications connect to. */
  get wirePort(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get sipPort(): number {
    return this.#fixture.sipPort;
  }

  get dialogs(): number {
    return this.#fixture.edge.listDialogs().length;
  }

  /** Resolves when the application is gone, and its dialogs with it. */
  forgotten(): Promise<void> {
    return this.#ready;
  }

  /** Ends the connections of applications, which lose their dialogs by it. */
  dropApplications(): void {
    for (const socket of this.#applications) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.dropApplications();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#ready;
    await this.#fixture.stop();
  }

  async #accept(socket: Socket): Promise<void> {
    this.#applications.add(socket);
    socket.setEncoding("latin1");
    socket.on("error", () => undefined);
    const isGone = new Promise<void>((resolve) => socket.once("close", resolve));
    await this.#ready;
    if (socket.destroyed || this.#isStopping) {
      socket.destroy();
      return;
    }
    const edge = connect(this.#fixture.edge.wirePort, "127.0.0.1");
    edge.setEncoding("latin1");
    edge.on("error", () => undefined);
    const answered = new Set<string>();
    const fromApplication = new FrameReader(1 << 20, (payload) => this.#toEdge(edge, payload));
    const fromEdge = new FrameReader(1 << 20, (payload) => this.#toApplication(socket, edge, payload, answered));
    socket.on("data", (chunk: unknown) => void fromApplication.push(String(chunk)));
    edge.on("data", (chunk: unknown) => void fromEdge.push(String(chunk)));
    this.#ready = isGone.then(() => this.#forget(socket, edge));
  }

  async #forget(socket: Socket, edge: Socket): Promise<void> {
    this.#applications.delete(socket);
    edge.destroy();
    if (!this.#isStopping) await this.#fixture.restartAsKilled(() => this.#fixture.forget());
  }

  #toEdge(edge: Socket, payload: string): void {
    const command = payload.split("|", 2)[1] ?? "";
    if (command === "claim" || command === "import") this.extensions.push(command);
    write(edge, payload.replace(/\r\nRoute:[^\r]*/gi, ""));
  }

  #toApplication(socket: Socket, edge: Socket, payload: string, answered: Set<string>): void {
    const end = payload.indexOf("\r\n");
    const tokens = (end < 0 ? payload : payload.slice(0, end)).split("|");
    if (tokens[1] === "response" && answered.delete(tokens[2] ?? "")) return;
    const method = tokens[1] === "sip" ? this.#unknownDialog(tokens, payload.slice(end + 2)) : undefined;
    if (method === undefined) {
      write(socket, payload.replace(VERSION, "|v0.9.10|"));
      return;
    }
    this.unknown.push(method);
    const id = `unknown-${this.unknown.length}`;
    answered.add(id);
    if (method !== "ACK") write(edge, `${id}|sip|${tokens[8] ?? ""}|\r\n${NOT_THERE}`);
  }

  /** The method of a request in a dialog that nobody has. */
  #unknownDialog(tokens: readonly string[], text: string): string | undefined {
    const parsed = parseSipMessage(text);
    if (tokens[2] !== "network" || !parsed.ok || parsed.value.kind !== "request") return undefined;
    if (tagOf(parsed.value.get("to") ?? "") === undefined) return undefined;
    const isKnown = this.#fixture.edge.listDialogs().some(({ dialogId }) => dialogId === tokens[9]);
    return isKnown || parsed.value.method === "CANCEL" ? undefined : parsed.value.method;
  }
}

function write(socket: Socket, payload: string): void {
  socket.write(`${payload.length}#${payload}`, "latin1");
}
