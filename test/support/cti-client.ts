import { WebSocket } from "ws";

/** A message of JSON-RPC as it came. */
export interface CtiMessage {
  readonly id?: string | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** An error that CTIManager has answered with. */
export class CtiRefusal extends Error {
  readonly code: string;
  readonly number: number;
  readonly data: Readonly<Record<string, unknown>>;

  constructor({ code, message, data }: NonNullable<CtiMessage["error"]>) {
    super(`${String(data["code"])}: ${message}`);
    this.code = String(data["code"]);
    this.number = code;
    this.data = data;
  }
}

/** A CTI application without a library: JSON-RPC over a WebSocket, as it is on the wire. */
export class CtiClient {
  /** Everything that came, in order. */
  readonly messages: CtiMessage[] = [];
  /** Resolves when the connection is gone. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Told after each message. */
  onMessage: () => void = () => undefined;
  #taken = 0;
  readonly #webSocket: WebSocket;
  readonly #waiting = new Map<string, (message: CtiMessage) => void>();
  readonly #watchers = new Set<() => void>();
  #lastId = 0;

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on("message", (data) => this.#onMessage((data as Buffer).toString("utf8")));
    webSocket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      webSocket.once("close", (code, reason) => resolve({ code, reason: reason.toString("utf8") }));
    });
  }

  /** @param options of the WebSocket, such as `headers` or `ca` */
  static async connect(url: string, options: object = {}, protocol = "tandem.cti.v1"): Promise<CtiClient> {
    const webSocket = new WebSocket(url, protocol, options);
    const client = new CtiClient(webSocket);
    await new Promise<void>((resolve, reject) => {
      webSocket.once("open", resolve);
      webSocket.once("error", reject);
      webSocket.once("unexpected-response", (_request, response) => {
        reject(new Error(`HTTP ${response.statusCode}`));
        webSocket.terminate();
      });
    });
    return client;
  }

  /** Sends a request. @throws {CtiRefusal} */
  async request(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const id = String((this.#lastId += 1));
    const reply = new Promise<CtiMessage>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      void this.closed.then(({ code, reason }) => reject(new Error(`closed before ${method}: ${code} ${reason}`)));
    });
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const { result, error } = await reply;
    if (error !== undefined) throw new CtiRefusal(error);
    return result ?? {};
  }

  open(params: object): Promise<Readonly<Record<string, unknown>>> {
    return this.request("provider.open", { client: { name: "test" }, protocol: ["1.0"], ...params });
  }

  send(text: string): void {
    this.#webSocket.send(text);
  }

  sendBinary(bytes: Uint8Array): void {
    this.#webSocket.send(bytes);
  }

  sendPing(): void {
    this.#webSocket.ping();
  }

  /** Events that have come. */
  get events(): readonly Readonly<Record<string, unknown>>[] {
    return this.messages.flatMap(({ method, params }) => (method === "event" && params !== undefined ? [params] : []));
  }

  /** Events that have come since the last time. */
  takeEvents(): readonly Readonly<Record<string, unknown>>[] {
    const fresh = this.messages.slice(this.#taken);
    this.#taken = this.messages.length;
    return fresh.flatMap(({ method, params }) => (method === "event" && params !== undefined ? [params] : []));
  }

  /** Waits until what has come is as it should be. */
  async until(isDone: (client: this) => boolean, timeoutMs = 5_000): Promise<void> {
    if (isDone(this)) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (isDone(this)) done(resolve);
      };
      const timer = setTimeout(() => done(() => reject(new Error(`came: ${this.#summary()}`))), timeoutMs);
      const done = (then: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        then();
      };
      this.#watchers.add(look);
    });
  }

  /** Stops reading, as an application does that hangs. */
  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  /** The connection breaks. */
  destroy(): void {
    this.#webSocket.terminate();
  }

  async close(): Promise<void> {
    this.#webSocket.close();
    await this.closed;
  }

  #onMessage(text: string): void {
    const message = JSON.parse(text) as CtiMessage;
    this.messages.push(message);
    if (typeof message.id === "string") {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
    for (const look of [...this.#watchers]) look();
    this.onMessage();
  }

  #summary(): string {
    return JSON.stringify(this.messages.slice(-5)).slice(0, 500);
  }
}
