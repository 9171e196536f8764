import { WebSocket } from "ws";
import { APPLICATION } from "../../../test/support/cti-objects.ts";
import { CtiClient } from "../../../test/support/cti-client.ts";
import type { CtiSystem } from "../systems/cti-system.ts";

const BEAT_MS = 1_000;
const EVENT_SEQ = /^\{"jsonrpc":"2\.0","method":"event","params":\{"seq":(\d+)/;

/** How an application was doing. */
export interface WatcherState {
  /** `flowing`, `conflating` or `lagging`. */
  readonly flow: string;
  readonly isConnected: boolean;
  /** Events that waited for it. */
  readonly waiting: number;
}

/**
 * A session that watches everything, by a client that does as little as there is: it looks for the number of an event and
 * acknowledges it each second, so that the process which measures has hardly more to do than without it. One that has
 * stopped sends heartbeats, and reads nothing.
 */
export class CtiWatcher {
  readonly #system: CtiSystem;
  readonly #sessionId: string;
  readonly #webSocket: WebSocket;
  readonly #beat: NodeJS.Timeout;
  #seq = 0;

  private constructor(system: CtiSystem, sessionId: string, webSocket: WebSocket) {
    this.#system = system;
    this.#sessionId = sessionId;
    this.#webSocket = webSocket;
    webSocket.on("error", () => undefined);
    webSocket.on("message", (data: Buffer) => {
      this.#seq = Number(EVENT_SEQ.exec(data.toString("latin1", 0, 80))?.[1] ?? this.#seq);
    });
    this.#beat = setInterval(() => this.#acknowledge(), BEAT_MS);
  }

  static async start(system: CtiSystem): Promise<CtiWatcher> {
    // The session is begun by a client that understands answers, and goes on with one that does not.
    const first = await CtiClient.connect(system.node.cti);
    const { sessionId, epoch } = await first.open(APPLICATION);
    await first.request("events.subscribe", { topics: [{ kind: "all" }] });
    const webSocket = new WebSocket(system.node.cti, "tandem.cti.v1");
    await new Promise((resolve, reject) => webSocket.once("open", resolve).once("error", reject));
    const watcher = new CtiWatcher(system, String(sessionId), webSocket);
    const params = {
      ...APPLICATION,
      client: { name: "bench" },
      protocol: ["1.0"],
      resume: { sessionId, epoch, lastSeq: 0 },
      takeOver: true,
    };
    webSocket.send(JSON.stringify({ jsonrpc: "2.0", id: "1", method: "provider.open", params }));
    await first.closed;
    return watcher;
  }

  pause(): void {
    this.#webSocket.pause();
  }

  async state(): Promise<WatcherState> {
    const rows = (await this.#system.node.ask("ctimanager", "cti-sessions")) as readonly {
      readonly id: string;
      readonly flow: string;
      readonly source?: string;
      readonly queuedEvents: number;
    }[];
    const row = rows.find(({ id }) => id === this.#sessionId);
    if (row === undefined) throw new Error("the session of the watching client is over");
    return { flow: row.flow, isConnected: row.source !== undefined, waiting: row.queuedEvents };
  }

  /** Ends the session, too: events for one that is only away would be kept. May be called twice. */
  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#webSocket.terminate();
    await this.#system.node.ask("ctimanager", "cti-close-session", { id: this.#sessionId }).catch(() => undefined);
  }

  #acknowledge(): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    const beat = { jsonrpc: "2.0", method: "provider.heartbeat", params: {} };
    const ack = { jsonrpc: "2.0", method: "provider.ack", params: { seq: this.#seq } };
    this.#webSocket.send(JSON.stringify(this.#webSocket.isPaused ? beat : ack));
  }
}
