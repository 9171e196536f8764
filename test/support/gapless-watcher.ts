import type { CtiEvent } from "../../src/cti/call/cti-event.ts";
import type { CallView } from "../../src/signals/index.ts";
import { CtiClient, CtiRefusal } from "./cti-client.ts";
import { EventReplica } from "./event-replica.ts";

/** An event as it came. */
export type WatchedEvent = CtiEvent & { readonly seq: number };

export interface GaplessWatcherOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly heartbeatMs?: number;
  readonly leaseMs?: number;
  /** It opens these devices. Absent: it watches everything. */
  readonly devices?: readonly string[];
  /** It may lose events for being away too long, and then goes on with a snapshot. Default: that is a fault. */
  readonly takesSnapshots?: boolean;
}

const BEAT_MS = 500;
const AGAIN_MS = 50;
const OPEN_ATTEMPTS = 1_200;

/**
 * Watches everything, or some devices, over JSON-RPC alone, and resumes its session whenever the connection is lost. It keeps no event
 * twice, and fails when one is missing, comes again, or comes in another order.
 */
export class GaplessWatcher {
  readonly events: WatchedEvent[] = [];
  /** When each of the events came, in ms. */
  readonly timesMs: number[] = [];
  known = new EventReplica();
  /** How each connection after the first one went on. */
  readonly modes: string[] = [];
  /** What each connection that is over was closed with. */
  readonly closeCodes: number[] = [];
  /** What should not have been; empty when all is well. */
  readonly faults: string[] = [];
  readonly #options: GaplessWatcherOptions;
  readonly #waiting = new Set<() => void>();
  #client: CtiClient | undefined;
  #session: { readonly sessionId: string; readonly epoch: string } | undefined;
  #subscriptionId: unknown;
  #lastSeq = 0;
  /** Number of the last event that a snapshot has shown. */
  #shownSeq = 0;
  /** False: it has to take a snapshot. */
  #isShown = false;
  #isPaused = false;
  #isClosed = false;
  #loop: Promise<void> | undefined;

  private constructor(options: GaplessWatcherOptions) {
    this.#options = options;
  }

  static async start(options: GaplessWatcherOptions): Promise<GaplessWatcher> {
    const watcher = new GaplessWatcher(options);
    await watcher.#connect();
    watcher.#loop = watcher.#follow();
    return watcher;
  }

  /** The connection that there is. */
  get client(): CtiClient {
    if (this.#client === undefined) throw new Error("the watcher is not connected");
    return this.#client;
  }

  get sessionId(): string {
    return this.#session?.sessionId ?? "";
  }

  /** Waits until what is known is as wanted. @throws {Error} that says what is known */
  async until(isSo: (watcher: this) => boolean, what: string, timeoutMs = 10_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle();
      };
      const look = (): void => {
        if (isSo(this)) end(resolve);
      };
      const last = (): string => JSON.stringify(this.events.slice(-3));
      const timer = setTimeout(() => end(() => reject(new Error(`not ${what}; last: ${last()}`))), timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** Sends a request on the connection that there is, or on the next one that takes it. Each try has the same parameters. */
  async insist(method: string, params: object, tries = 20): Promise<Readonly<Record<string, unknown>>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const client = await this.connected();
        return await client.request(method, params);
      } catch (error) {
        const isPassing = !(error instanceof CtiRefusal) || ["after", "same"].includes(String(error.data["retry"]));
        if (!isPassing || attempt >= tries) throw error;
        await pause(AGAIN_MS * attempt);
      }
    }
  }

  /** Waits for a connection. */
  async connected(): Promise<CtiClient> {
    await this.until(() => this.#client !== undefined, "connected", BEAT_MS * 60);
    return this.client;
  }

  /** Stops reading and sends nothing more, as an application does that hangs. */
  pause(): void {
    this.#isPaused = true;
    this.client.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.client.resume();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#client?.destroy();
    await this.#loop;
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      const beat = setInterval(() => this.#beat(), BEAT_MS);
      const client = this.client;
      client.onMessage = () => this.#take();
      this.#take();
      this.closeCodes.push((await client.closed).code);
      clearInterval(beat);
      this.#take();
      this.#client = undefined;
      if (this.#isClosed) return;
      await this.#connect().catch((error: unknown) => {
        this.faults.push(String(error));
        this.#isClosed = true;
      });
      for (const look of [...this.#waiting]) look();
    }
  }

  #beat(): void {
    if (this.#isPaused) return;
    this.#client?.send(JSON.stringify({ jsonrpc: "2.0", method: "provider.ack", params: { seq: this.#lastSeq } }));
  }

  async #connect(): Promise<void> {
    const { url, user, password, heartbeatMs, leaseMs } = this.#options;
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      try {
        const client = await CtiClient.connect(url);
        const resume = this.#session === undefined ? {} : { resume: { ...this.#session, lastSeq: this.#lastSeq } };
        const opened = await client.open({ user, password, heartbeatMs, leaseMs, ...resume });
        const mode = String(opened["mode"]);
        if (this.#session !== undefined) this.#resumed(mode);
        this.#session = { sessionId: String(opened["sessionId"]), epoch: String(opened["epoch"]) };
        if (mode !== "resumed") this.#begin();
        if (!this.#isShown) await this.#snapshot(client);
        this.#client = client;
        return;
      } catch (error) {
        if (attempt >= OPEN_ATTEMPTS || isFinal(error)) throw error;
        await pause(AGAIN_MS);
      }
    }
  }

  #resumed(mode: string): void {
    this.modes.push(mode);
    if (mode === "resumed" || this.#options.takesSnapshots === true) return;
    this.faults.push(`the session was not resumed: ${mode}`);
  }

  /** Numbers begin anew, and what was known is worth nothing. */
  #begin(): void {
    this.#lastSeq = 0;
    this.#shownSeq = 0;
    this.#isShown = false;
    this.known = new EventReplica();
  }

  async #snapshot(client: CtiClient): Promise<void> {
    const { devices } = this.#options;
    if (devices === undefined) await this.#subscribe(client);
    else for (const device of devices) this.#load(client, await client.request("device.open", { device }));
    this.#isShown = true;
  }

  async #subscribe(client: CtiClient): Promise<void> {
    const former = this.#subscriptionId;
    const shown = await client.request("events.subscribe", { topics: [{ kind: "all" }] });
    if (former !== undefined) await client.request("events.unsubscribe", { subscriptionId: former });
    this.#subscriptionId = shown["subscriptionId"];
    this.#load(client, shown);
  }

  /** Takes a snapshot as what is known. */
  #load({ messages }: CtiClient, shown: Readonly<Record<string, unknown>>): void {
    const seq = Number(shown["seq"]);
    const place = messages.findIndex(({ result }) => result === shown);
    const early = messages.slice(0, place).filter(({ params }) => Number(params?.["seq"]) > seq);
    if (early.length > 0) this.faults.push("events of after the snapshot came before it");
    this.#shownSeq = seq;
    this.known.load(shown["calls"] as readonly CallView[]);
  }

  #take(): void {
    if (this.#client === undefined) return;
    for (const event of this.#client.takeEvents()) {
      const { seq } = event as unknown as WatchedEvent;
      if (seq !== this.#lastSeq + 1) this.faults.push(`event ${seq} came after ${this.#lastSeq}`);
      this.#lastSeq = seq;
      const watched = event as unknown as WatchedEvent;
      this.events.push(watched);
      this.timesMs.push(performance.now());
      if (seq <= this.#shownSeq) continue;
      try {
        this.known.apply(watched);
      } catch (error) {
        this.faults.push(`event ${seq}: ${String(error)}`);
      }
    }
    for (const look of [...this.#waiting]) look();
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof CtiRefusal && String(error.data["retry"]) === "never";
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
