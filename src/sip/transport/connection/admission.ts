import type { Socket } from "node:net";
import { sourceOf, type Clock, type Timer } from "../../../common/index.ts";
import type { TransportCounters } from "../transport-counters.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";

/** What decides whether a peer may connect. */
export interface AdmissionOptions {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: Pick<SafeTransportEvents, "accepts" | "onFailedHandshake">;
  /** Connections that we made. */
  madeCount(): number;
}

/**
 * Bounds the connections that peers make, from the first octet of TCP on: how many in all and from one source (an IPv4
 * address, or an IPv6 /64), and how long a peer may take until messages can flow.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #sockets = new Set<Socket>();
  readonly #countFrom = new Map<string, number>();
  /** What runs out when TLS or WebSocket is not done in time, by the socket's ends. */
  readonly #deadlines = new Map<string, Timer>();
  #isClosed = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Connections that peers made. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Of those, the ones that are still shaking hands. */
  get unsettledCount(): number {
    return this.#deadlines.size;
  }

  /** True when there is a connection that this source made. */
  hasFrom(address: string): boolean {
    return this.#countFrom.has(sourceOf(address));
  }

  /** Takes a socket that a peer made, or closes it when the peer is banned or there are too many. */
  admit(socket: Socket): boolean {
    const { limits, counters, events, clock } = this.#options;
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || this.#isClosed) {
      socket.destroy();
      return false;
    }
    if (!events.accepts(remoteAddress)) {
      counters.countEnd("banned");
      socket.destroy();
      return false;
    }
    const source = sourceOf(remoteAddress);
    const fromSource = this.#countFrom.get(source) ?? 0;
    const maxWhenAccepting = limits.maxConnections - Math.floor(limits.maxConnections / 10);
    const all = this.#sockets.size + this.#options.madeCount();
    if (all >= maxWhenAccepting || fromSource >= limits.maxConnectionsPerAddress) {
      counters.countEnd("too-many");
      socket.destroy();
      return false;
    }
    this.#sockets.add(socket);
    this.#countFrom.set(source, fromSource + 1);
    const key = endsOf(socket);
    const deadline = clock.after(limits.handshakeTimeoutMs, () => {
      counters.countEnd("slow-handshake");
      socket.destroy();
    });
    this.#deadlines.set(key, deadline);
    socket.once("close", () => this.#forget(socket, key, remoteAddress, deadline));
    return true;
  }

  /** Messages can flow: the table of connections sees to it from now on. */
  settle(socket: Socket): void {
    const key = endsOf(socket);
    this.#deadlines.get(key)?.cancel();
    this.#deadlines.delete(key);
  }

  /** Closes the connections of a source that are still shaking hands. */
  closeUnsettledFrom(address: string): void {
    const source = sourceOf(address);
    for (const socket of this.#sockets) {
      const { remoteAddress = "" } = socket;
      if (sourceOf(remoteAddress) !== source || !this.#deadlines.has(endsOf(socket))) continue;
      if (this.#options.events.accepts(remoteAddress)) continue;
      this.settle(socket);
      this.#options.counters.countEnd("banned");
      socket.destroy();
    }
  }

  /** Closes what is left, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const deadline of this.#deadlines.values()) deadline.cancel();
    this.#deadlines.clear();
    for (const socket of this.#sockets) socket.destroy();
  }

  #forget(socket: Socket, key: string, remoteAddress: string, deadline: Timer): void {
    this.#sockets.delete(socket);
    deadline.cancel();
    const source = sourceOf(remoteAddress);
    const left = (this.#countFrom.get(source) ?? 1) - 1;
    if (left === 0) this.#countFrom.delete(source);
    else this.#countFrom.set(source, left);
    if (this.#deadlines.get(key) !== deadline) return;
    this.#deadlines.delete(key);
    this.#options.events.onFailedHandshake(remoteAddress);
  }
}

/** The same for a TCP socket and for the TLS socket over it. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress}|${localPort}|${remoteAddress}|${remotePort}`;
}
