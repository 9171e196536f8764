import type { CallView, ConnectionView } from "../../protocol/index.ts";
import { EventStream, type StreamOptions } from "../events/event-stream.ts";
import type { ObjectContext } from "./context.ts";
import type { TerminalConnection } from "./nouns.ts";

const OFFERED: readonly string[] = ["offered", "alerting"];

/** Calls that wait at a device for an application to take them. */
export class Offers {
  readonly #context: ObjectContext;
  readonly #device: string;
  readonly #streams = new Set<EventStream<TerminalConnection>>();
  readonly #listeners = new Set<(offer: TerminalConnection) => void>();
  /** Connections that have been told of and still wait. */
  readonly #told = new Set<string>();

  constructor(context: ObjectContext, device: string) {
    this.#context = context;
    this.#device = device;
  }

  /** Those that wait already come first. */
  stream(options: StreamOptions): EventStream<TerminalConnection> {
    const stream = new EventStream<TerminalConnection>(options, {
      isStale: ({ connection }) => !OFFERED.includes(connection.state),
      onEnd: () => void this.#streams.delete(stream),
    });
    this.#streams.add(stream);
    for (const id of this.#told) {
      const place = this.#context.replica.connection(id);
      if (place !== undefined) stream.put(this.#offerOf(place.call, place.connection));
    }
    return stream;
  }

  on(listener: (offer: TerminalConnection) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A call has changed. */
  look(call: CallView): void {
    for (const connection of call.connections) this.#lookAt(call, connection);
    for (const id of this.#told) if (this.#context.replica.connection(id) === undefined) this.#told.delete(id);
  }

  lookAtAll(): void {
    for (const call of this.#context.replica.calls.values()) this.look(call);
  }

  /** What waits is told of again when it is looked at. */
  forget(): void {
    this.#told.clear();
  }

  end(): void {
    for (const stream of [...this.#streams]) stream.end();
    this.#listeners.clear();
  }

  #lookAt(call: CallView, connection: ConnectionView): void {
    const { connectionId: id, state } = connection;
    if (!OFFERED.includes(state)) return void this.#told.delete(id);
    if (this.#told.has(id) || !this.#isHere(connection)) return;
    this.#told.add(id);
    const offer = this.#offerOf(call, connection);
    for (const stream of this.#streams) stream.put(offer);
    for (const listener of this.#listeners) listener(offer);
  }

  /** Before it rings no device is in the connection: any of the line's may take it. */
  #isHere({ party, terminals }: ConnectionView): boolean {
    if (terminals.length > 0) return terminals.some(({ device }) => device === this.#device);
    const lines = this.#context.replica.devices.get(this.#device)?.lines ?? [];
    return party.line !== undefined && lines.includes(party.line);
  }

  #offerOf({ callId }: CallView, { connectionId }: ConnectionView): TerminalConnection {
    return this.#context.connection(connectionId, callId).terminalConnection(this.#device);
  }
}
