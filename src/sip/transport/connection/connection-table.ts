import { connect, type Socket } from "node:net";
import { type Clock, errorMessageOf, sourceOf, type Timer } from "../../../common/index.ts";
import { endpointKey, type OwnEnd, type SendFailureHandler, type Target } from "../flow.ts";
import { Connection, type ConnectionEnds, type ConnectionOptions } from "./connection.ts";
import type { LinkEvents } from "./link.ts";
import { StreamLink } from "./stream-link.ts";
import { connectTls } from "../tls/connect-tls.ts";
import type { TlsIdentity } from "../tls/tls-identity.ts";
import type { TransportCounters } from "../transport-counters.ts";
import { TransportError, type TransportErrorCode } from "../transport-error.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";

const SWEEP_MS = 500;
/** Idle time after which the kernel finds out whether a peer is still there. */
export const KEEP_ALIVE_MS = 60_000;

/** What the table of connections needs. */
export interface ConnectionTableOptions {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: SafeTransportEvents;
  /** Absent where there is no TLS. */
  readonly identity: TlsIdentity | undefined;
}

/** Where a new connection comes from. */
export interface ConnectFrom {
  /** `undefined`: the system chooses. */
  readonly localAddress: string | undefined;
  /** What peers are told of our end. */
  readonly ownEnd: OwnEnd;
}

type OpenLink = ConnectionOptions["openLink"];

/** All connections, accepted and made. */
export class ConnectionTable {
  readonly #options: ConnectionTableOptions;
  readonly #boot: string;
  readonly #byId = new Map<string, Connection>();
  readonly #byRemote = new Map<string, Connection>();
  #madeCount = 0;
  #nextId = 1;
  #sweep: Timer | undefined;
  #isClosed = false;

  constructor(options: ConnectionTableOptions) {
    this.#options = options;
    // Flow ids are stored with dialogs: one from before a restart must not name a connection of today.
    this.#boot = Math.floor(options.clock.wallMs()).toString(36);
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

  /** Connections that we made. */
  get madeCount(): number {
    return this.#madeCount;
  }

  /** The connection of a flow while messages can be given to it. */
  byFlow(flowId: string): Connection | undefined {
    const connection = this.#byId.get(flowId);
    return connection?.isUsable === true ? connection : undefined;
  }

  /** Takes a connection that a peer made and that was admitted. */
  accept(ends: ConnectionEnds, openLink: OpenLink): void {
    this.#options.counters.accepted += 1;
    this.#add(ends, openLink);
  }

  /** Makes the link of a stream. */
  streamLink(socket: Socket, openEvent: "connect" | "secureConnect"): OpenLink {
    const { clock, limits } = this.#options;
    const { maxMessageBytes } = limits;
    return (events: LinkEvents) => new StreamLink({ socket, openEvent, clock, maxMessageBytes }, events);
  }

  /** Sends over the target's flow, over a connection to the target, or over a new one. */
  send(target: Target, from: ConnectFrom, text: string, onFailure: SendFailureHandler): void {
    const known = target.flowId === undefined ? undefined : this.byFlow(target.flowId);
    if (known === undefined && target.isFlowOnly === true) {
      this.#refuse(target, "flow-gone", onFailure);
      return;
    }
    const connection = known ?? this.#connectionTo(target, from, onFailure);
    connection?.send(text, onFailure);
  }

  /**
   * Closes the connections that a source (an IPv4 address, or an IPv6 /64) made, but not those of addresses in it that
   * are accepted all the same.
   */
  closeFrom(address: string): void {
    const source = sourceOf(address);
    for (const connection of this.#byId.values()) {
      const { acceptedOn, remoteAddress } = connection.ends;
      if (acceptedOn === undefined || sourceOf(remoteAddress) !== source) continue;
      if (!this.#options.events.accepts(remoteAddress)) connection.close();
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

  #connectionTo(target: Target, from: ConnectFrom, onFailure: SendFailureHandler): Connection | undefined {
    const known = this.#byRemote.get(remoteKey(target)) ?? this.#acceptedFrom(target);
    if (known?.isUsable === true) return known;
    const code = this.#refusalOf(target);
    if (code === undefined) return this.#connect(target, from, onFailure);
    this.#refuse(target, code, onFailure);
    return undefined;
  }

  #refuse({ protocol, address, port }: Target, code: TransportErrorCode, onFailure: SendFailureHandler): void {
    this.#options.counters.of(protocol).failed += 1;
    setImmediate(onFailure, new TransportError(code, `no connection to ${protocol} ${address} port ${port}: ${code}`));
  }

  /** A peer that connected from that very port is who it was then, whatever name it is looked for by. */
  #acceptedFrom(target: Target): Connection | undefined {
    const { serverName: _serverName, ...place } = target;
    const known = this.#byRemote.get(remoteKey(place));
    return known?.ends.acceptedOn === undefined ? undefined : known;
  }

  #refusalOf({ protocol }: Target): "closed" | "not-connected" | "too-many-connections" | undefined {
    if (this.#isClosed) return "closed";
    // RFC 7118 3: a browser can not be connected to.
    if (protocol === "ws" || protocol === "wss") return "not-connected";
    return this.#byId.size >= this.#options.limits.maxConnections ? "too-many-connections" : undefined;
  }

  #connect(target: Target, from: ConnectFrom, onFailure: SendFailureHandler): Connection | undefined {
    const { protocol, address, port, serverName, connectWithinMs } = target;
    const { identity } = this.#options;
    const bound = from.localAddress === undefined ? {} : { localAddress: from.localAddress };
    const kept = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const to = { host: address, port, ...kept, ...bound };
    try {
      const link =
        protocol === "tls" && identity !== undefined
          ? this.streamLink(connectTls(to, serverName, identity), "secureConnect")
          : this.streamLink(connect(to), "connect");
      const ends = { protocol, acceptedOn: undefined, ownEnd: from.ownEnd, remoteAddress: address, remotePort: port };
      return this.#add({ ...ends, serverName }, link, connectWithinMs);
    } catch (cause) {
      // Thrown for a port out of range; everything else is an event.
      const text = `no connection to ${protocol} ${address} port ${port}: ${errorMessageOf(cause)}`;
      setImmediate(onFailure, new TransportError("connect-failed", text, { address, port }, { cause }));
      return undefined;
    }
  }

  #add(ends: ConnectionEnds, openLink: OpenLink, connectWithinMs?: number): Connection {
    const id = `${ends.protocol}|${this.#boot}|${(this.#nextId++).toString(36)}`;
    const { clock, limits, counters, events } = this.#options;
    const onGone = (gone: Connection): void => this.#remove(gone);
    const shared = { clock, limits, counters, events };
    const connection = new Connection({ ...ends, ...shared, id, openLink, connectWithinMs, onGone });
    this.#byId.set(id, connection);
    this.#byRemote.set(connectionKey(connection), connection);
    if (ends.acceptedOn === undefined) this.#madeCount += 1;
    this.#sweep ??= this.#startSweep();
    return connection;
  }

  #remove(connection: Connection): void {
    if (!this.#byId.delete(connection.id)) return;
    const key = connectionKey(connection);
    if (this.#byRemote.get(key) === connection) this.#byRemote.delete(key);
    if (connection.ends.acceptedOn === undefined) this.#madeCount -= 1;
    if (this.#byId.size === 0) {
      this.#sweep?.cancel();
      this.#sweep = undefined;
    }
    this.#options.events.onFlowEnded(connection.id);
  }

  #startSweep(): Timer {
    return this.#options.clock.after(SWEEP_MS, () => {
      const nowMs = this.#options.clock.nowMs();
      for (const connection of this.#byId.values()) connection.checkDeadlines(nowMs);
      this.#sweep = this.#byId.size > 0 && !this.#isClosed ? this.#startSweep() : undefined;
    });
  }
}

function connectionKey({ ends }: Connection): string {
  const { protocol, remoteAddress: address, remotePort: port, serverName } = ends;
  return remoteKey({ protocol, address, port, ...(serverName === undefined ? {} : { serverName }) });
}

function remoteKey({ protocol, address, port, serverName = "" }: Target): string {
  return `${protocol}|${serverName}|${endpointKey(address, port)}`;
}
