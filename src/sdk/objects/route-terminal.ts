import type { RouteView } from "../../protocol/index.ts";
import { Emitter, type Unsubscribe } from "../events/emitter.ts";
import { EventStream, type StreamOptions } from "../events/event-stream.ts";
import type { Lease, LeaseHandlers } from "./lease.ts";
import type { RouteSession, Terminal, TerminalConnection } from "./nouns.ts";

/** How calls at a route point come to the application. */
export interface RouteTerminalOptions {
  /** False: calls are offered, to be redirected, accepted or rejected, instead of being routed by a dialogue. Default true. */
  readonly routes?: boolean;
}

/** Who wants to know of route dialogues of a device. */
export class RouteListeners implements LeaseHandlers {
  readonly #emitter = new Emitter<{ route: RouteSession }>();
  readonly #streams = new Set<EventStream<RouteSession>>();
  /** Dialogues that wait for an answer. */
  readonly #waiting = new Map<string, RouteSession>();

  on(listener: (route: RouteSession) => void): Unsubscribe {
    return this.#emitter.on("route", listener);
  }
  stream(options: StreamOptions): EventStream<RouteSession> {
    const stream = new EventStream<RouteSession>(options, {
      isStale: ({ state }) => state !== "routing",
      onEnd: () => void this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    for (const session of this.#waiting.values()) stream.put(session);
    return stream;
  }
  /** `isAsked`: it waits for an answer anew. */
  onRoute({ routeId, state }: RouteView, session: RouteSession, isAsked: boolean): void {
    if (state !== "routing") return void this.#waiting.delete(routeId);
    if (!isAsked && this.#waiting.has(routeId)) return;
    this.#waiting.set(routeId, session);
    for (const stream of this.#streams) stream.put(session);
    this.#emitter.emit("route", session);
  }
  onStandby(): void {
    this.#waiting.clear();
  }
  onClosed(): void {
    for (const stream of [...this.#streams]) stream.end();
    this.#emitter.clear();
    this.#waiting.clear();
  }
}

/**
 * JTAPI RouteTerminal: a route point whose calls this application sends elsewhere. It is a lease: `close` it, or have
 * `await using` do so.
 */
export class RouteTerminal {
  readonly #lease: Lease;
  readonly #routes: RouteListeners;

  constructor(lease: Lease, routes: RouteListeners) {
    this.#lease = lease;
    this.#routes = routes;
  }

  get terminal(): Terminal {
    return this.#lease.terminal;
  }
  /** False: another session of the group has it, and this one stands by. */
  get isOwner(): boolean {
    return this.#lease.isOwner;
  }
  /** Grows with each owner of the device. */
  get fence(): number | undefined {
    return this.#lease.fence;
  }
  /** Dialogues that wait for `select` or `end`: new ones, and those whose destinations have all failed. */
  routes(options: StreamOptions = {}): AsyncIterableIterator<RouteSession> {
    return this.#routes.stream(options);
  }
  onRoute(listener: (route: RouteSession) => void): Unsubscribe {
    return this.#routes.on(listener);
  }
  /** Calls that wait to be redirected, accepted or rejected; with `routes: false`, or after the end of a dialogue. */
  offers(options: StreamOptions = {}): AsyncIterableIterator<TerminalConnection> {
    return this.#lease.offers(options);
  }
  onOffer(listener: (offer: TerminalConnection) => void): Unsubscribe {
    return this.#lease.onOffer(listener);
  }
  /** Gives the device up. May be called twice. */
  close(): Promise<void> {
    return this.#lease.close();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
