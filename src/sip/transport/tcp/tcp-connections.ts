import { connect, type Socket } from "node:net";
import { type Clock, errorMessageOf, type Timer } from "../../../common/index.ts";
import { endpointKey, type SendFailureHandler, type Target } from "../flow.ts";
import { TcpConnection } from "./tcp-connection.ts";
import type { TransportCounters } from "../transport-counters.ts";
import { TransportError } from "../transport-error.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";

const SWEEP_MS = 500;
/** Idle time after which the kernel finds out whether a peer is still there. */
export const KEEP_ALIVE_MS = 60_000;

/** What the table of connections needs. */
export interface TcpConnectionsOptions {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: SafeTransportEvents;
}

/** All TCP connections, accepted and made. */
export class TcpConnections {
  readonly #options: TcpConnectionsOptions;
  readonly #idPrefix: string;
  readonly #byId = new Map<string, TcpConnection>();
  readonly #byRemote = new Map<string, TcpConnection>();
  readonly #acceptedFrom = new Map<string, number>();
  #nextId = 1;
  #sweep: Timer | undefined;
  #isClosed = false;

  constructor(options: TcpConnectionsOptions) {
    this.#options = options;
    // Flow ids are stored with dialogs: one from before a restart must not name a connection of today.
    this.#idPrefix = `tcp|${Math.floor(options.clock.wallMs()).toString(36)}|`;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Octets that wait for peers to read them. */
  get waitingBytes(): number {
    let sum = 0;
    for (const connection of this.#byId.values()) sum += connection.waitingBytes;
    return sum;
  }

  /** The connection of a flow while messages can be given to it. */
  byFlow(flowId: string): TcpConnection | undefined {
    const connection = this.#byId.get(flowId);
    return connection?.isUsable === true ? connection : undefined;
  }

  /** The port of ours that the peer of a flow connected to; `undefined` when we connected, or the flow is gone. */
  acceptedOn(flowId: string): number | undefined {
    const connection = this.byFlow(flowId);
    return connection?.isAccepted === true ? connection.localPort : undefined;
  }

  /** Takes a connection that a peer made, or closes it when there are too many. */
  accept(socket: Socket): void {
    const { limits, counters, events } = this.#options;
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined || this.#isClosed) {
      socket.destroy();
      return;
    }
    if (!events.accepts(remoteAddress)) {
      counters.countEnd("banned");
      socket.destroy();
      return;
    }
    const fromAddress = this.#acceptedFrom.get(remoteAddress) ?? 0;
    const maxWhenAccepting = limits.maxConnections - Math.floor(limits.maxConnections / 10);
    if (this.#byId.size >= maxWhenAccepting || fromAddress >= limits.maxConnectionsPerAddress) {
      counters.countEnd("too-many");
      socket.destroy();
      return;
    }
    counters.accepted += 1;
    this.#acceptedFrom.set(remoteAddress, fromAddress + 1);
    this.#add(socket, true, remoteAddress, remotePort);
  }

  /**
   * Sends over the target's flow, over a connection to the target, or over a new one.
   * @param localAddress where a new connection comes from; `undefined`: the system chooses
   */
  send(target: Target, localAddress: string | undefined, text: string, onFailure: SendFailureHandler): void {
    const known = target.flowId === undefined ? undefined : this.byFlow(target.flowId);
    const connection = known ?? this.#connectionTo(target, localAddress, onFailure);
    connection?.send(text, onFailure);
  }

  /** Closes the connections that an address made. */
  closeFrom(address: string): void {
    if (!this.#acceptedFrom.has(address)) return;
    for (const connection of this.#byId.values()) {
      if (connection.isAccepted && connection.remoteAddress === address) connection.close();
    }
  }

  /** Closes all connections; resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const connection of this.#byId.values()) connection.close();
    while (this.#byId.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #connectionTo(
    { address, port }: Target,
    localAddress: string | undefined,
    onFailure: SendFailureHandler,
  ): TcpConnection | undefined {
    const known = this.#byRemote.get(endpointKey(address, port));
    if (known?.isUsable === true) return known;
    const { limits, counters } = this.#options;
    if (this.#isClosed || this.#byId.size >= limits.maxConnections) {
      const code = this.#isClosed ? "closed" : "too-many-connections";
      counters.tcp.failed += 1;
      setImmediate(onFailure, new TransportError(code, `no connection to tcp ${address} port ${port}: ${code}`));
      return undefined;
    }
    return this.#connect(address, port, localAddress, onFailure);
  }

  #connect(
    address: string,
    port: number,
    localAddress: string | undefined,
    onFailure: SendFailureHandler,
  ): TcpConnection | undefined {
    const from = localAddress === undefined ? {} : { localAddress };
    try {
      const socket = connect({
        host: address,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_MS,
        ...from,
      });
      return this.#add(socket, false, address, port);
    } catch (cause) {
      // Thrown for a port out of range; everything else is an event.
      const text = `no connection to tcp ${address} port ${port}: ${errorMessageOf(cause)}`;
      setImmediate(onFailure, new TransportError("connect-failed", text, { address, port }, { cause }));
      return undefined;
    }
  }

  #add(socket: Socket, isAccepted: boolean, remoteAddress: string, remotePort: number): TcpConnection {
    const id = this.#idPrefix + (this.#nextId++).toString(36);
    const onGone = (connection: TcpConnection): void => this.#remove(connection);
    const connection = new TcpConnection({
      ...this.#options,
      id,
      socket,
      isAccepted,
      remoteAddress,
      remotePort,
      onGone,
    });
    this.#byId.set(id, connection);
    this.#byRemote.set(endpointKey(remoteAddress, remotePort), connection);
    this.#sweep ??= this.#startSweep();
    return connection;
  }

  #remove(connection: TcpConnection): void {
    const { remoteAddress, remotePort } = connection;
    this.#byId.delete(connection.id);
    const key = endpointKey(remoteAddress, remotePort);
    if (this.#byRemote.get(key) === connection) this.#byRemote.delete(key);
    if (connection.isAccepted) {
      const left = (this.#acceptedFrom.get(remoteAddress) ?? 1) - 1;
      if (left === 0) this.#acceptedFrom.delete(remoteAddress);
      else this.#acceptedFrom.set(remoteAddress, left);
    }
    if (this.#byId.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }

  #startSweep(): Timer {
    return this.#options.clock.after(SWEEP_MS, () => {
      const nowMs = this.#options.clock.nowMs();
      for (const connection of this.#byId.values()) connection.checkDeadlines(nowMs);
      this.#sweep = this.#byId.size > 0 && !this.#isClosed ? this.#startSweep() : undefined;
    });
  }
}
