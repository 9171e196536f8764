import {
  ChannelError,
  errorCodeOf,
  errorMessageOf,
  JsonText,
  type ChannelPeer,
  type Clock,
} from "../../../src/common/index.ts";
import type { ChannelHandler } from "../../../src/common/channel/channel-server.ts";
import type { CallControlLink, CallControlListener } from "../../../src/cti/call-control-link.ts";
import { CallControlRequests } from "../../../src/main/service/call-control-requests.ts";
import type { PlacedSignal } from "../../../src/signals/index.ts";
import { Stream, type MortalProcess } from "./mortal-process.ts";

/** As the channel's client does. */
const RETRY_MS = 100;
const REQUEST_MS = 2_000;

/** The control channel of one life of call control. */
export class VirtualChannelServer {
  readonly process: MortalProcess;
  readonly #handlers = new Map<string, ChannelHandler>();

  constructor(process: MortalProcess) {
    this.process = process;
  }

  handle(method: string, handler: ChannelHandler): void {
    this.#handlers.set(method, handler);
  }

  async call(method: string, params: unknown, peer: ChannelPeer): Promise<unknown> {
    const handler = this.#handlers.get(method);
    if (handler === undefined) throw new ChannelError("unknown-method", method);
    return await handler(params, peer);
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One connection: what goes over it is JSON. */
class ChannelConnection implements ChannelPeer {
  readonly unreadBytes = 0;
  readonly server: VirtualChannelServer;
  readonly #toServer: Stream;
  readonly #toClient: Stream;
  readonly #closed: (() => void)[] = [];
  readonly #onLine: (line: string) => void;
  readonly #onLost: () => void;
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  #isCut = false;
  #isClosed = false;

  constructor(
    server: VirtualChannelServer,
    clock: Clock,
    delayMs: () => number,
    { onLine, onLost }: { readonly onLine: (line: string) => void; readonly onLost: () => void },
  ) {
    this.server = server;
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#toServer = new Stream(clock, delayMs);
    this.#toClient = new Stream(clock, delayMs);
    this.#onLine = onLine;
    this.#onLost = onLost;
  }

  /** What is sent is on its way at once. */
  flush(): void {
    return undefined;
  }

  notify(event: string, params: unknown): void {
    const text = params instanceof JsonText ? params.text : JSON.stringify(params);
    this.#reply(`{"event":${JSON.stringify(event)},"params":${text}}`);
  }

  onDrained(): void {}

  onClosed(listener: () => void): void {
    this.#closed.push(listener);
  }

  close(): void {
    this.server.process.send(() => this.cut());
  }

  /** By the client. */
  ask(id: number, method: string, params: unknown): void {
    const text = JSON.stringify({ params });
    if (this.#isCut) return;
    this.#toServer.send(() => this.server.process.take(() => this.#perform(id, method, text)));
  }

  /** What is on its way is lost; each end notices in its time. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#toServer.cut();
    this.#toClient.cut();
    this.#clock.after(this.#delayMs(), () => this.#onLost());
    this.#clock.after(this.#delayMs(), () => this.server.process.take(() => this.#end()));
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#closed) listener();
  }

  #perform(id: number, method: string, text: string): void {
    const { params } = JSON.parse(text) as { readonly params?: unknown };
    this.server.call(method, params, this).then(
      (result) => this.#reply(JSON.stringify({ id, result })),
      (error: unknown) => {
        this.#reply(
          JSON.stringify({ id, error: { code: errorCodeOf(error) ?? "failed", message: errorMessageOf(error) } }),
        );
      },
    );
  }

  #reply(line: string): void {
    this.server.process.send(() => {
      if (!this.#isCut) this.#toClient.send(() => this.#onLine(line));
    });
  }
}

interface Line {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly event?: string;
  readonly params?: unknown;
}

/** The link of one life of CTIManager to call control, as `ChannelCallControl` is over a socket. */
export class VirtualLink extends CallControlRequests implements CallControlLink {
  readonly #process: MortalProcess;
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  readonly #server: () => VirtualChannelServer | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #connection: ChannelConnection | undefined;
  #listener: CallControlListener | undefined;
  #isConnected = false;
  #last = 0;

  /** @param server the call control that there is */
  constructor(
    process: MortalProcess,
    clock: Clock,
    delayMs: () => number,
    { server, manager }: { readonly server: () => VirtualChannelServer | undefined; readonly manager: string },
  ) {
    super(manager);
    this.#process = process;
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#server = server;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(listener: CallControlListener): void {
    this.#listener = listener;
    this.#connect();
  }

  close(): void {
    this.#listener = undefined;
    this.#connection?.cut();
  }

  /** The connection is lost, if there is one. */
  cut(): void {
    this.#connection?.cut();
  }

  #connect(): void {
    const server = this.#server();
    if (server === undefined || server.process.isDead) {
      this.#process.clock.after(RETRY_MS, () => this.#connect());
      return;
    }
    const connection = new ChannelConnection(server, this.#clock, this.#delayMs, {
      onLine: (line) => this.#process.take(() => this.#take(connection, line)),
      onLost: () => this.#process.take(() => this.#lost(connection)),
    });
    this.#connection = connection;
    this.#isConnected = true;
    this.#listener?.onConnected();
  }

  #lost(connection: ChannelConnection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#isConnected = false;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new ChannelError("not-connected", "the connection was lost"));
    this.#listener?.onDisconnected();
    this.#process.clock.after(RETRY_MS, () => this.#connect());
  }

  #take(connection: ChannelConnection, text: string): void {
    if (this.#connection !== connection) return;
    const { id, result, error, event, params } = JSON.parse(text) as Line;
    if (event === "cti-signals") {
      return this.#listener?.onSignals((params as { readonly signals: readonly PlacedSignal[] }).signals);
    }
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new ChannelError(error.code, error.message));
  }

  protected ask(method: string, params: object, timeoutMs = REQUEST_MS): Promise<unknown> {
    const connection = this.#connection;
    if (connection === undefined) return Promise.reject(new ChannelError("not-connected", "not connected"));
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      const timer = this.#process.clock.after(timeoutMs, () => {
        this.#waiting.delete(id);
        reject(new ChannelError("timed-out", `${method} had no reply within ${timeoutMs} ms`));
      });
      const end = (settle: () => void): void => {
        timer.cancel();
        settle();
      };
      this.#waiting.set(id, {
        resolve: (result) => end(() => resolve(result)),
        reject: (error) => end(() => reject(error)),
      });
      this.#process.send(() => connection.ask(id, method, params));
    });
  }
}
