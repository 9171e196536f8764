import type { Clock } from "../../../src/common/index.ts";
import type { RpcConnection } from "../../../src/cti/jsonrpc/rpc-connection.ts";
import type { Connection } from "../../../src/cti/session/connection.ts";
import type { CtiManagerLife } from "./cti-manager-life.ts";
import { Stream } from "./mortal-process.ts";

export interface SocketEvents {
  onMessage(text: string): void;
  /** `code` of the WebSocket; undefined: it was lost. */
  onClosed(code: number | undefined): void;
}

/** A connection of an application to one life of CTIManager. */
export class ApplicationSocket {
  readonly #life: CtiManagerLife;
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  readonly #toServer: Stream;
  readonly #toApplication: Stream;
  readonly #events: SocketEvents;
  readonly #rpc: RpcConnection;
  #isCut = false;
  #isOver = false;

  constructor(life: CtiManagerLife, clock: Clock, delayMs: () => number, events: SocketEvents) {
    this.#life = life;
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#toServer = new Stream(clock, delayMs);
    this.#toApplication = new Stream(clock, delayMs);
    this.#events = events;
    this.#rpc = life.accept(this.#connection());
  }

  send(text: string): void {
    if (this.#isCut) return;
    this.#toServer.send(() => this.#life.process.take(() => this.#rpc.receive(text)));
  }

  /** What is on its way is lost; each end notices in its time. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#toServer.cut();
    this.#toApplication.cut();
    this.#clock.after(this.#delayMs(), () => this.#end(undefined));
    this.#clock.after(this.#delayMs(), () => this.#life.process.take(() => this.#rpc.closed(false)));
  }

  #end(code: number | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.onClosed(code);
  }

  #connection(): Connection {
    let isClosed = false;
    const { process } = this.#life;
    return {
      address: "127.0.0.1",
      isSecure: false,
      unreadBytes: 0,
      send: (text) => {
        if (isClosed) return;
        process.send(() => {
          if (!this.#isCut) this.#toApplication.send(() => this.#events.onMessage(text));
        });
      },
      batch: (run) => run(),
      whenDrained: (run) => queueMicrotask(run),
      close: (code) => {
        if (isClosed) return;
        isClosed = true;
        process.send(() => {
          if (!this.#isCut) this.#toApplication.send(() => this.#closedBy(code));
        });
      },
    };
  }

  #closedBy(code: number): void {
    this.#isCut = true;
    this.#end(code);
    this.#clock.after(this.#delayMs(), () => this.#life.process.take(() => this.#rpc.closed(true)));
  }
}
