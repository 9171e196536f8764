import { clientError, errorOf, type CtiError } from "../cti-error.ts";
import type { SdkClock, SdkTimer } from "./sdk-clock.ts";
import type { OpenSocket, Socket } from "./socket.ts";

const CONNECT_MS = 3_000;
/** Two intervals without any frame: the server is dead. */
const SILENT_INTERVALS = 2;

/** What comes unasked. */
export interface Notification {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface LinkOptions {
  readonly url: string;
  readonly openSocket: OpenSocket;
  readonly clock: SdkClock;
  onOpen(): void;
  onNotification(notification: Notification): void;
  /** Once; nothing comes afterwards. `error`: what the server said is not the protocol. */
  onLost(reason: string, error?: CtiError): void;
}

/** What became of a request; `lost`: the link went before the answer came. */
export type Answer =
  | { readonly type: "result"; readonly result: Readonly<Record<string, unknown>> }
  | { readonly type: "refused"; readonly error: CtiError }
  | { readonly type: "lost" };

/** One connection with a server: requests and their answers, notifications, heartbeats both ways. */
export class Link {
  readonly #options: LinkOptions;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #socket: Socket | undefined;
  #state: "connecting" | "open" | "lost" = "connecting";
  #connectTimer: SdkTimer;
  #beat: SdkTimer | undefined;
  #nextId = 1;
  #lastHeardMs = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connectTimer = options.clock.after(CONNECT_MS, () => this.#lose(`no connection within ${CONNECT_MS} ms`));
    try {
      this.#socket = options.openSocket(options.url, {
        onOpen: () => this.#opened(),
        onText: (text) => this.#take(text),
        onClose: (code, reason) => this.#lose(reason === "" ? `closed with ${code}` : reason),
      });
    } catch (error) {
      // An address that the host takes for none, or will not have: who made the link hears of it as of any that failed.
      const reason = error instanceof Error ? error.message : String(error);
      queueMicrotask(() => this.#lose(reason));
    }
  }

  /** Calls `onBeat`, which sends something, each interval, and watches that the server does so too. */
  keepAlive(heartbeatMs: number, onBeat: () => void): void {
    this.#beat?.cancel();
    if (this.#state !== "open") return;
    const { clock } = this.#options;
    let beats = 0;
    const beat = (): void => {
      if (clock.nowMs() - this.#lastHeardMs >= heartbeatMs * SILENT_INTERVALS)
        return this.#lose("the server is silent");
      beats += 1;
      if (beats % 2 === 0) onBeat();
      this.#beat = clock.after(heartbeatMs / 2, beat);
    };
    this.#beat = clock.after(heartbeatMs / 2, beat);
  }

  /** `done` is called once, in the order in which answers and notifications come. */
  request(method: string, params: object, done: (answer: Answer) => void): void {
    if (this.#state !== "open") return done({ type: "lost" });
    const id = String(this.#nextId++);
    this.#waiting.set(id, done);
    this.#send({ jsonrpc: "2.0", id, method, params });
  }

  notify(method: string, params: object): void {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  /** Nothing is told of it any more. */
  close(): void {
    this.#end();
  }

  /** The server is of no use: it is given up, and said to be lost. */
  giveUp(reason: string): void {
    this.#lose(reason);
  }

  /** What the server says is not the protocol: it is given up for that. */
  reject(error: CtiError): void {
    this.#lose(error.envelope.message, error);
  }

  #opened(): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    this.#connectTimer.cancel();
    this.#lastHeardMs = this.#options.clock.nowMs();
    this.#options.onOpen();
  }

  #send(message: object): void {
    if (this.#state !== "open") return;
    this.#socket?.send(JSON.stringify(message));
  }

  #take(text: string): void {
    if (this.#state !== "open") return;
    this.#lastHeardMs = this.#options.clock.nowMs();
    const message = parse(text);
    if (message === undefined) return this.reject(noProtocol("the server sent what is no JSON-RPC"));
    const { id, method, params, result, error } = message;
    if (typeof method === "string") {
      const named = typeof params === "object" && params !== null ? (params as Notification["params"]) : {};
      return this.#options.onNotification({ method, params: named });
    }
    if (typeof id !== "string") {
      // It could not make out which request it refuses.
      return this.#lose(errorOf(error).message);
    }
    const done = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error !== undefined) return done?.({ type: "refused", error: errorOf(error) });
    if (isRecord(result)) return done?.({ type: "result", result });
    const wrong = noProtocol(`the server answered request ${id} with what is no object`);
    done?.({ type: "refused", error: wrong });
    this.reject(wrong);
  }

  #lose(reason: string, error?: CtiError): void {
    if (this.#state === "lost") return;
    this.#end();
    this.#options.onLost(reason, error);
  }

  #end(): void {
    this.#state = "lost";
    this.#connectTimer.cancel();
    this.#beat?.cancel();
    this.#socket?.close();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const done of waiting) done({ type: "lost" });
  }
}

interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

function noProtocol(message: string): CtiError {
  return clientError("CLIENT_PROTOCOL", message, "unknown");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
