import type { Socket } from "node:net";
import type { Clock, Timer } from "../../../common/index.ts";
import type { TransportCounters } from "../transport-counters.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";

/** What decides whether a peer may connect. */
export interface AdmissionOptions {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: Pick<SafeTransportEvents, "accepts">;
  /** Connections that we made. */
  madeCount(): number;
}

/**
 * Bounds the connections that peers make, from the first octet of TCP on: how many in all and from one address, and how
 * long a peer may take until messages can flow.
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

  /** True when there is a connection that this address made. */
  hasFrom(address: string): boolean {
    return this.#countFrom.has(address);
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
    const fromAddress = this.#countFrom.get(remoteAddress) ?? 0;
    const maxWhenAccepting = limits.maxConnections - Math.floor(limits.maxConnections / 10);
    const all = this.#sockets.size + this.#options.madeCount();
    if (all >= maxWhenAccepting || fromAddress >= limits.maxConnectionsPerAddress) {
      counters.countEnd("too-many");
      socket.destroy();
      return false;
    }
    this.#sockets.add(socket);
    this.#countFrom.set(remoteAddress, fromAddress + 1);
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

  /** Closes the connections of an address that are still shaking hands. */
  closeUnsettledFrom(address: string): void {
    for (const socket of this.#sockets) {
      if (socket.remoteAddress !== address || !this.#deadlines.has(endsOf(socket))) continue;
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
    if (this.#deadlines.get(key) === deadline) this.#deadlines.delete(key);
    const left = (this.#countFrom.get(remoteAddress) ?? 1) - 1;
    if (left === 0) this.#countFrom.delete(remoteAddress);
    else this.#countFrom.set(remoteAddress, left);
  }
}

/** The same for a TCP socket and for the TLS socket over it. */
function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress}|${localPort}|${remoteAddress}|${remotePort}`;
}
