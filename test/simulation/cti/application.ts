import type { Clock } from "../../../src/common/index.ts";
import type { CtiEvent, DeviceView } from "../../../src/protocol/index.ts";
import type { Snapshot } from "../../../src/sdk/replica/replica.ts";
import type { Chance } from "../chance.ts";
import { ApplicationSocket } from "./application-socket.ts";
import { HEARTBEAT_MS, type CtiManagerLife } from "./cti-manager-life.ts";
import type { Answer, KeyLedger } from "./key-ledger.ts";
import { KnownState } from "./known-state.ts";

export type Topic = Readonly<Record<string, string>>;

export interface ApplicationOptions {
  readonly user: string;
  readonly group?: string;
  readonly topics: readonly Topic[];
  readonly clock: Clock;
  readonly chance: Chance;
  readonly delayMs: () => number;
  readonly ledger: KeyLedger;
  /** The CTIManager that there is; undefined: none is. */
  readonly server: () => CtiManagerLife | undefined;
  /** Told of each event that it has taken up. */
  readonly onEvent?: (event: CtiEvent) => void;
}

/** A request of an application, until it has the answer that it wants. */
interface Request {
  readonly method: string;
  readonly params: object;
  /** Of a command. */
  readonly key?: string;
  triesLeft: number;
  /** It is sent once more though it has been answered. */
  repeats: number;
  readonly onDone: (answer: Answer) => void;
}

interface Message {
  readonly id?: string;
  readonly method?: string;
  readonly params?: CtiEvent;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string; readonly data: Readonly<Record<string, unknown>> };
}

const RETRY_MS = 300;
const TRIES = 200;

/**
 * An application that knows of calls by events alone. When its connection is lost it connects again, resumes its session,
 * and sends again what it has no answer to, by the same key.
 */
export class Application {
  readonly known: KnownState;
  readonly options: ApplicationOptions;
  lastSeq = 0;
  events = 0;
  resumes = 0;
  sessionId = "";
  /** It neither reads nor writes. */
  isAway = false;
  #epoch = "";
  #socket: ApplicationSocket | undefined;
  #isOpen = false;
  #isClosed = false;
  #last = 0;
  readonly #sent = new Map<string, Request>();
  readonly #waiting = new Set<Request>();

  constructor(options: ApplicationOptions) {
    this.options = options;
    this.known = new KnownState(() => options.clock.wallMs());
    this.#connect();
    this.#beat();
  }

  get isConnected(): boolean {
    return this.#isOpen;
  }

  /** What it has asked for and has no answer to. */
  get open(): string[] {
    return [...this.#sent.values(), ...this.#waiting].map(
      ({ method, params }) => `${method} ${JSON.stringify(params)}`,
    );
  }

  /** Subscribes; what it knew of calls before is replaced. */
  subscribe(): Promise<void> {
    const { topics } = this.options;
    return new Promise((resolve) => {
      this.#ask("events.subscribe", { topics }, undefined, (answer) => {
        if (answer.kind !== "done") throw new Error(`cannot subscribe: ${answer.text}`);
        resolve();
      });
    });
  }

  request(method: string, params: object): Promise<Answer> {
    return new Promise((resolve) => this.#ask(method, params, undefined, resolve));
  }

  /** @param repeats how often it is sent again though there is an answer */
  command(method: string, params: object, repeats: number): void {
    this.#last += 1;
    const key = `k${this.#last}`;
    const keyMs = this.options.clock.wallMs();
    this.#ask(method, { ...params, meta: { key, keyMs } }, key, () => undefined, repeats);
  }

  /** Its connection is lost. */
  cut(): void {
    this.#socket?.cut();
  }

  /** It hangs: nothing comes from it for a while, and it takes nothing. */
  hang(forMs: number): void {
    this.isAway = true;
    this.cut();
    this.options.clock.after(forMs, () => (this.isAway = false));
  }

  /** It is of no interest any more. */
  close(): void {
    this.#isClosed = true;
    this.cut();
  }

  #ask(method: string, params: object, key: string | undefined, onDone: Request["onDone"], repeats = 0): void {
    const request: Request = {
      method,
      params,
      ...(key === undefined ? {} : { key }),
      triesLeft: TRIES,
      repeats,
      onDone,
    };
    this.#send(request);
  }

  #send(request: Request): void {
    const { ledger } = this.options;
    if (!this.#isOpen || this.#socket === undefined) {
      this.#waiting.add(request);
      return;
    }
    const { method, params, key } = request;
    if (key !== undefined) ledger.sent(`${this.sessionId}:${key}`, method);
    this.#last += 1;
    const id = `r${this.#last}`;
    this.#sent.set(id, request);
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  #later(request: Request): void {
    request.triesLeft -= 1;
    if (request.triesLeft <= 0) throw new Error(`${request.method} ${JSON.stringify(request.params)} has no answer`);
    this.#waiting.add(request);
    this.options.clock.after(RETRY_MS, () => {
      if (this.#isOpen && this.#waiting.delete(request)) this.#send(request);
    });
  }

  #beat(): void {
    this.options.clock.after(HEARTBEAT_MS / 2, () => {
      if (this.#isClosed) return;
      const params = { seq: this.lastSeq };
      if (this.#isOpen) this.#socket?.send(JSON.stringify({ jsonrpc: "2.0", method: "provider.ack", params }));
      this.#beat();
    });
  }

  #connect(): void {
    const { clock, delayMs, server, user, group, chance } = this.options;
    if (this.#isClosed) return;
    const life = this.isAway ? undefined : server();
    if (life === undefined || life.process.isDead) {
      clock.after(50 + chance.below(200), () => this.#connect());
      return;
    }
    const socket: ApplicationSocket = new ApplicationSocket(life, clock, delayMs, {
      onMessage: (text) => this.#take(socket, JSON.parse(text) as Message),
      onClosed: (code) => this.#lost(socket, code),
    });
    this.#socket = socket;
    const { sessionId, lastSeq } = this;
    const params = {
      user,
      password: "secret",
      client: { name: "simulation" },
      protocol: ["1.0"],
      heartbeatMs: HEARTBEAT_MS,
      leaseMs: 600_000,
      ...(group === undefined ? {} : { group }),
      ...(sessionId === "" ? {} : { resume: { sessionId, epoch: this.#epoch, lastSeq }, takeOver: true }),
    };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: "open", method: "provider.open", params }));
  }

  #lost(socket: ApplicationSocket, code: number | undefined): void {
    if (this.#socket !== socket) return;
    if (code === 4_001 || code === 4_004 || code === 1_002) throw new Error(`the session was closed: ${code}`);
    this.#socket = undefined;
    this.#isOpen = false;
    for (const request of this.#sent.values()) this.#waiting.add(request);
    this.#sent.clear();
    this.options.clock.after(this.options.chance.below(RETRY_MS), () => this.#connect());
  }

  #take(socket: ApplicationSocket, { id, method, params, result, error }: Message): void {
    if (this.#socket !== socket) return;
    if (id === "open") return this.#opened(result, error?.message);
    if (method === "event" && params !== undefined) return this.#event(params);
    const request = this.#sent.get(id ?? "");
    if (request === undefined || id === undefined) return;
    this.#sent.delete(id);
    const answer = answerOf(result, error);
    const seq = result?.["seq"];
    if (typeof seq === "number" && seq > this.lastSeq) {
      throw new Error(`${request.method} is answered with ${seq} after event ${this.lastSeq}`);
    }
    if (result !== undefined) this.#merge(request.method, result);
    const isOver =
      request.key === undefined || this.options.ledger.answered(`${this.sessionId}:${request.key}`, answer);
    // The server may not know it yet, or not any more: it is asked again.
    if (answer.kind === "unknown") return this.#unknown(request, answer);
    if (!isOver) return this.#later(request);
    request.repeats -= 1;
    if (request.repeats >= 0) return this.#later(request);
    request.onDone(answer);
  }

  /** What replies say of how all is. */
  #merge(method: string, result: Readonly<Record<string, unknown>>): void {
    const { device, seq, ...snapshot } = result as unknown as Snapshot & {
      readonly device?: DeviceView;
      readonly seq: number;
    };
    if (method === "events.subscribe") this.known.merge(snapshot, seq);
    if (method === "device.open" && device !== undefined) this.known.merge({ ...snapshot, devices: [device] }, seq);
  }

  #unknown(request: Request, { code }: Answer & { readonly kind: "refused" | "unknown" }): void {
    // What call control itself does not know stays unknown; what is in the way may stay there.
    const tries = code === "NODE_FAILED_DURING" ? 2 : code === "NODE_UNAVAILABLE" ? TRIES : 15;
    if (request.triesLeft > TRIES - tries) return this.#later(request);
    this.options.ledger.givenUp(`${this.sessionId}:${request.key ?? ""}`);
    request.onDone({ kind: "unknown", code, text: code });
  }

  #opened(result: Message["result"], problem: string | undefined): void {
    if (result === undefined) throw new Error(`provider.open: ${problem}`);
    const { sessionId, epoch, mode } = result;
    const expected = this.sessionId === "" ? "new" : "resumed";
    if (mode !== expected) throw new Error(`the session is ${String(mode)} and not ${expected}`);
    this.resumes += mode === "resumed" ? 1 : 0;
    this.sessionId = String(sessionId);
    this.#epoch = String(epoch);
    this.#isOpen = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const request of waiting) this.#send(request);
  }

  #event(event: CtiEvent): void {
    if (!this.#isOpen) throw new Error(`event ${event.seq} came before the session was open`);
    if (event.seq !== this.lastSeq + 1) throw new Error(`event ${event.seq} came after ${this.lastSeq}`);
    this.lastSeq = event.seq;
    this.events += 1;
    this.known.apply(event);
    this.options.onEvent?.(event);
  }
}

/** What comes of it for good; `unknown`: it is to be asked for again. */
function answerOf(result: Message["result"], error: Message["error"]): Answer {
  if (result !== undefined) {
    const { seq: _seq, replayed: _replayed, ...rest } = result;
    return { kind: "done", result: rest };
  }
  const { code, outcome, retry } = error?.data ?? {};
  const isPassing = outcome !== "not_applied" || retry === "after" || retry === "same";
  return { kind: isPassing ? "unknown" : "refused", code: String(code), text: `${String(code)}: ${error?.message}` };
}
