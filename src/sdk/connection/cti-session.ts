import { clientError, CtiError, isForGood, protocolError } from "../cti-error.ts";
import { checkOpened } from "../shapes.ts";
import { Barriers } from "./barriers.ts";
import { Commands, type CommandOptions, type TakeReply } from "./commands.ts";
import { Link, type Answer, type Notification } from "./link.ts";
import { openParams, refusalKind, type Opened, type SessionOptions } from "./open-params.ts";
import type { SdkTimer } from "./sdk-clock.ts";
import { beginSession, stepSession, type SessionEffect, type SessionEvent, type SessionState } from "./session-step.ts";

/** Events between two acknowledgements at most. */
const ACK_EVERY = 256;

/** What the session tells its owner. */
export interface SessionHandlers {
  /** An event, each once and in order. */
  onEvent(event: SequencedEvent): void;
  /** Asks again for all that was subscribed to and opened, by `ask`. */
  restore(): Promise<void>;
  onOpened(): void;
  /** `error`: what the server said is not the protocol. */
  onLost(reason: string, error: CtiError | undefined): void;
  onResumed(): void;
  onResnapshot(): void;
  /** Nothing comes any more; with the refusal that no server will change. */
  onShutdown(error: CtiError | undefined): void;
}

/** An event as it comes. */
export interface SequencedEvent {
  readonly seq: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A session of a provider with one of its servers: opened, kept, resumed, opened again elsewhere. */
export class CtiSession {
  readonly #options: SessionOptions;
  readonly #handlers: SessionHandlers;
  readonly #commands: Commands;
  readonly #barriers = new Barriers();
  #state: SessionState;
  #link: Link | undefined;
  #retry: SdkTimer | undefined;
  #opened: Opened | undefined;
  #appliedSeq = 0;
  #ackedSeq = 0;
  #reason = "";
  /** It ended the last link. */
  #malformed: CtiError | undefined;
  #refusal: CtiError | undefined;
  /** Who waits until it is in service again. */
  readonly #served: {
    readonly server: number;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  /** Why it could not be put in service. */
  #failure: CtiError | undefined;

  constructor(options: SessionOptions, handlers: SessionHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#commands = new Commands(
      options,
      (method, params, done) => this.#link?.request(method, params, done),
      this.#barriers,
      () => this.#appliedSeq,
    );
    const { state, effects } = beginSession(options.servers.length);
    this.#state = state;
    this.#perform(effects);
  }

  get phase(): SessionState["phase"] {
    return this.#state.phase;
  }
  /** Address of the server that it is with, or tries. */
  get server(): string {
    return this.#options.servers[this.#state.server] ?? "";
  }
  /** What the server said when the session was opened last. */
  get opened(): Opened | undefined {
    return this.#opened;
  }
  /** Events up to it have been applied. */
  get appliedSeq(): number {
    return this.#appliedSeq;
  }
  /** Why the last server failed. */
  get lastReason(): string {
    return this.#reason;
  }
  get lastRefusal(): CtiError | undefined {
    return this.#refusal ?? this.#failure;
  }

  /** A command: sent again with its key over reconnects, until its deadline. */
  command(
    method: string,
    params: object,
    options: CommandOptions = {},
    take?: TakeReply,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#commands.add(method, params, options, take && ((reply) => this.#taken(method, reply, take)));
  }

  /** A request on the link that there is now; `take` gets the reply in its place among the events. */
  ask(method: string, params: object, take: TakeReply): Promise<void> {
    return new Promise((resolve, reject) => {
      const link = this.#link;
      if (link === undefined) return reject(lostError(method));
      this.#request(link, method, params, (answer) => {
        if (answer.type === "lost") return reject(lostError(method));
        if (answer.type === "refused") return reject(answer.error);
        const reply = answer.result;
        const passLate = (): void => reject(lostError(method));
        const pass = (): void => {
          try {
            resolve(this.#taken(method, reply, take));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        this.#barriers.add(seqOf(reply), this.#appliedSeq, { pass, passLate, fail: reject });
      });
    });
  }

  /** @throws {CtiError} `CLIENT_PROTOCOL`: it is malformed, which ends the link, too */
  #taken(method: string, reply: Readonly<Record<string, unknown>>, take: TakeReply): void {
    try {
      take(reply);
    } catch (thrown) {
      const error = protocolError(`the answer to ${method}`, thrown, "applied");
      this.#link?.reject(error);
      throw error;
    }
  }

  /** A server that is alive and does not answer is none. */
  #request(link: Link, method: string, params: object, done: (answer: Answer) => void): void {
    const giveUp = (): void => link.giveUp(`no answer to ${method} within ${ANSWER_MS} ms`);
    const timer = this.#options.clock.after(ANSWER_MS, giveUp);
    link.request(method, params, (answer) => {
      timer.cancel();
      done(answer);
    });
  }

  /**
   * Leaves the server for another one of the list, once that can be reached: a session of its own is opened there. Resolves
   * when it is in service again.
   * @throws {CtiError} `CLIENT_NOT_KNOWN`, `CLIENT_UNREACHABLE` (all stays as it is), `CLIENT_CLOSED`
   */
  async moveTo(server: string): Promise<void> {
    const place = this.#options.servers.indexOf(server);
    if (place < 0) throw clientError("CLIENT_NOT_KNOWN", `${server} is none of the servers of the provider`);
    this.#checkOpen();
    if (place === this.#state.server && this.phase === "in-service") return;
    await this.#reach(server);
    await this.#leave();
    this.#checkOpen();
    const served = new Promise<void>((resolve, reject) => this.#served.push({ server: place, resolve, reject }));
    this.#reason = `moves to ${server}`;
    this.#malformed = undefined;
    this.#step({ type: "move", server: place });
    await served;
  }

  /** Says goodbye, and shuts down. May be called twice. */
  close(): Promise<void> {
    return this.#leave().then(() => this.#step({ type: "close" }));
  }

  #checkOpen(): void {
    if (this.phase === "shutdown") throw clientError("CLIENT_CLOSED", "the provider is shut down");
  }

  /** Ends the session at the server, if it can be told. */
  #leave(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        resolve();
      };
      const timer = this.#options.clock.after(CLOSE_MS, end);
      const { phase } = this.#state;
      if (this.#link === undefined || (phase !== "in-service" && phase !== "restoring")) return end();
      this.#link.request("provider.close", {}, end);
    });
  }

  /** @throws {CtiError} `CLIENT_UNREACHABLE` */
  #reach(url: string): Promise<void> {
    const { openSocket, clock } = this.#options;
    return new Promise((resolve, reject) => {
      const link = new Link({
        url,
        openSocket,
        clock,
        onOpen: () => {
          link.close();
          resolve();
        },
        onNotification: () => undefined,
        onLost: (reason) => reject(clientError("CLIENT_UNREACHABLE", `${url}: ${reason}`)),
      });
    });
  }

  #step(event: SessionEvent): void {
    const { state, effects } = stepSession(this.#state, event);
    this.#state = state;
    this.#perform(effects);
  }

  #perform(effects: readonly SessionEffect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: SessionEffect): void {
    switch (effect.type) {
      case "connect":
        return this.#connect();
      case "open":
        return void this.#open(effect.resumes);
      case "restore":
        return void this.#restore();
      case "go-on":
        this.#barriers.passAside();
        return this.#commands.sendAll();
      case "drop-link":
        this.#link?.close();
        this.#link = undefined;
        return this.#commands.linkLost();
      case "wait":
        this.#retry = this.#options.clock.after(this.#jittered(effect.delayMs), () => this.#step({ type: "timer" }));
        return;
      case "stop-waiting":
        return this.#retry?.cancel();
      case "tell":
        return this.#tell(effect.what);
    }
  }

  #connect(): void {
    const { openSocket, clock } = this.#options;
    const link = new Link({
      url: this.server,
      openSocket,
      clock,
      onOpen: () => this.#step({ type: "connected" }),
      onNotification: (notification) => this.#notified(link, notification),
      onLost: (reason, error) => {
        if (this.#link !== link) return;
        this.#reason = reason;
        this.#malformed = error;
        this.#failure = error ?? this.#failure;
        this.#step({ type: "lost", ...(error !== undefined && { isBroken: true }) });
      },
    });
    this.#link = link;
  }

  async #open(resumes: boolean): Promise<void> {
    const link = this.#link;
    const held = resumes ? this.#opened : undefined;
    const resume = held && { sessionId: held.sessionId, epoch: held.epoch, lastSeq: this.#appliedSeq };
    try {
      const params = await openParams(this.#options, resume);
      if (link === undefined || this.#link !== link) return;
      this.#request(link, "provider.open", params, (answer) => this.#openAnswered(link, resumes, answer));
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
      if (this.#link === link) this.#step({ type: "lost" });
    }
  }

  #openAnswered(link: Link, resumes: boolean, answer: Answer): void {
    if (answer.type === "lost" || this.#link !== link) return;
    if (answer.type === "refused") {
      this.#refusal = answer.error;
      this.#reason = answer.error.message;
      return this.#step({ type: "refused", kind: refusalKind(answer.error, resumes) });
    }
    try {
      checkOpened(answer.result);
    } catch (error) {
      return link.reject(protocolError("the answer to provider.open", error));
    }
    const opened = answer.result as unknown as Opened;
    const before = this.#opened;
    this.#opened = opened;
    this.#refusal = undefined;
    if (opened.serverMs !== undefined) this.#commands.serverTime(opened.serverMs);
    if (before !== undefined && before.sessionId !== opened.sessionId) this.#commands.sessionLost();
    if (opened.mode !== "resumed") {
      this.#barriers.setAside();
      this.#appliedSeq = this.#ackedSeq = opened.seq;
    }
    link.keepAlive(opened.heartbeatMs, () => this.#beat(link));
    this.#step({ type: "opened", mode: opened.mode });
  }

  async #restore(): Promise<void> {
    const link = this.#link;
    try {
      await this.#handlers.restore();
      if (this.#link === link) this.#step({ type: "restored" });
    } catch (error) {
      if (this.#link !== link) return;
      this.#reason = error instanceof Error ? error.message : String(error);
      if (error instanceof CtiError && error.family !== "CLIENT") this.#failure = error;
      if (!isForGood(error)) return this.#step({ type: "lost" });
      this.#refusal = error;
      await this.close();
    }
  }

  #notified(link: Link, { method, params }: Notification): void {
    if (this.#link !== link || method !== "event") return;
    const { seq, type } = params;
    if (typeof seq !== "number" || typeof type !== "string")
      return link.reject(clientError("CLIENT_PROTOCOL", "the server sent an event without seq or type"));
    if (seq <= this.#appliedSeq) return;
    if (seq !== this.#appliedSeq + 1) return link.giveUp(`event ${this.#appliedSeq + 1} is missing before ${seq}`);
    // If it cannot be taken it is not asked for again: what it would have told comes with all that is asked for anew.
    this.#appliedSeq = seq;
    try {
      this.#handlers.onEvent({ ...params, seq, type });
    } catch (error) {
      this.#barriers.setAside();
      return link.reject(protocolError(`event ${seq}, ${type},`, error));
    }
    this.#barriers.passUpTo(seq);
    if (seq - this.#ackedSeq >= ACK_EVERY) this.#acknowledge(link);
  }

  #beat(link: Link): void {
    if (this.#appliedSeq > this.#ackedSeq) this.#acknowledge(link);
    else link.notify("provider.heartbeat", {});
  }

  #acknowledge(link: Link): void {
    this.#ackedSeq = this.#appliedSeq;
    // What became of it does not matter: the next one says more.
    link.request("provider.ack", { seq: this.#ackedSeq }, () => undefined);
  }

  #tell(what: "lost" | "resumed" | "resnapshot" | "opened" | "shutdown"): void {
    if (what !== "lost") {
      for (const { server, resolve, reject } of this.#served.splice(0)) {
        if (what === "shutdown") reject(this.#refusal ?? clientError("CLIENT_CLOSED", "the provider is shut down"));
        else if (server === this.#state.server) resolve();
        else reject(this.#refusal ?? clientError("CLIENT_UNREACHABLE", `it is at ${this.server}: ${this.#reason}`));
      }
    }
    switch (what) {
      case "lost":
        return this.#handlers.onLost(this.#reason, this.#malformed);
      case "resumed":
        return this.#handlers.onResumed();
      case "resnapshot":
        return this.#handlers.onResnapshot();
      case "opened":
        return this.#handlers.onOpened();
      case "shutdown":
        this.#commands.shutDown();
        this.#barriers.failAll(clientError("CLIENT_CLOSED", "the provider is shut down", "applied"));
        return this.#handlers.onShutdown(this.#refusal);
    }
  }

  /** Half of it for certain, so that many applications do not come back at once. */
  #jittered(delayMs: number): number {
    return delayMs * (0.5 + this.#options.random() / 2);
  }
}

const CLOSE_MS = 1_000;
const ANSWER_MS = 10_000;

function lostError(method: string): CtiError {
  return clientError("CLIENT_UNREACHABLE", `${method}: the connection was lost`, "unknown");
}

function seqOf({ seq }: Readonly<Record<string, unknown>>): number {
  return typeof seq === "number" ? seq : 0;
}
