import type { Socket } from "node:net";
import type { Clock, Logger } from "../../../common/index.ts";
import type { ListenAddress, TransportProtocol } from "../flow.ts";
import { isWildcard, type LocalAddresses } from "../local-addresses.ts";
import { verifiedNames } from "../tls/certificate-names.ts";
import { TlsDoor } from "../tls/tls-door.ts";
import type { TlsIdentity } from "../tls/tls-identity.ts";
import type { TransportCounters } from "../transport-counters.ts";
import { TransportError } from "../transport-error.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import type { TransportLimits } from "../transport-limits.ts";
import { WebSocketDoor } from "../ws/web-socket-door.ts";
import { WebSocketLink } from "../ws/web-socket-link.ts";
import type { WebSocketSettings } from "../ws/web-socket-settings.ts";
import { Admission } from "./admission.ts";
import type { ConnectionEnds } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { StreamListener } from "./stream-listener.ts";

/** What the listeners need. */
export interface StreamListenersOptions {
  readonly listeners: readonly ListenAddress[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: Pick<SafeTransportEvents, "accepts" | "onFailedHandshake">;
  readonly addresses: LocalAddresses;
  readonly connections: ConnectionTable;
  readonly identity: TlsIdentity | undefined;
  readonly webSocket: WebSocketSettings;
}

/** All ports that peers connect to: lets peers in, and gives their connections to the table once messages can flow. */
export class StreamListeners {
  readonly #options: StreamListenersOptions;
  readonly #admission: Admission;
  #bound: readonly StreamListener[] = [];

  constructor(options: StreamListenersOptions) {
    const { clock, limits, counters, events, connections } = options;
    this.#options = options;
    this.#admission = new Admission({ clock, limits, counters, events, madeCount: () => connections.madeCount });
  }

  /** Where it listens, with real ports. */
  get locals(): readonly ListenAddress[] {
    return this.#bound.map((listener) => listener.local);
  }

  /** Peers that are not done with TLS or WebSocket. */
  get unsettled(): number {
    return this.#admission.unsettledCount;
  }

  /** @throws {TransportError} when a port can not be bound, or a secure one has no certificate */
  async bind(): Promise<void> {
    const { listeners, logger } = this.#options;
    this.#bound = listeners.map((listen) => {
      const enter = this.#entranceOf(listen.protocol, () => listener.local);
      const listener = new StreamListener(listen, logger, (socket) => {
        if (this.#admission.admit(socket)) enter(socket);
      });
      return listener;
    });
    for (const listener of this.#bound) await listener.bind();
  }

  /** Closes the connections that an address made, whether messages flow over them or not yet. */
  closeFrom(address: string): void {
    if (!this.#admission.hasFrom(address)) return;
    this.#options.connections.closeFrom(address);
    this.#admission.closeUnsettledFrom(address);
  }

  /** Stops to listen and closes who is not in yet; connections that are there are the table's. */
  async close(): Promise<void> {
    await Promise.all(this.#bound.map((listener) => listener.close()));
    this.#admission.close();
  }

  /** What a socket goes through that was accepted on a listener. */
  #entranceOf(protocol: TransportProtocol, local: () => ListenAddress): (socket: Socket) => void {
    const take = (socket: Socket): void => this.#takeStream(socket, local());
    if (protocol === "tls") return this.#throughTls(take);
    if (protocol === "ws") return this.#throughHandshake(local);
    return protocol === "wss" ? this.#throughTls(this.#throughHandshake(local)) : take;
  }

  #throughTls(next: (socket: Socket) => void): (socket: Socket) => void {
    const { identity } = this.#options;
    if (identity === undefined) throw new TransportError("bad-certificate", "a secure listener needs a certificate");
    const door = new TlsDoor(identity, {
      onSecure: next,
      onFailed: (error) => this.#countRefused("TLS", error.message),
    });
    identity.onChanged(() => door.renew());
    return (socket) => door.enter(socket);
  }

  #throughHandshake(local: () => ListenAddress): (socket: Socket) => void {
    const { limits, webSocket: settings, connections, clock } = this.#options;
    const door = new WebSocketDoor({
      settings,
      maxMessageBytes: limits.maxMessageBytes,
      onOpen: (socket, webSocket) => {
        const ends = this.#settled(socket, local());
        if (ends === undefined) webSocket.terminate();
        else connections.accept(ends, (events) => new WebSocketLink({ webSocket, socket, clock }, events));
      },
      onRefused: (reason) => this.#countRefused("WebSocket", reason),
    });
    return (socket) => door.enter(socket);
  }

  #countRefused(what: string, reason: string): void {
    const { counters, logger } = this.#options;
    counters.countEnd("bad-handshake");
    if (logger.debugEnabled) logger.debug("handshake failed", { what, reason });
  }

  #takeStream(socket: Socket, local: ListenAddress): void {
    const ends = this.#settled(socket, local);
    const { connections } = this.#options;
    if (ends !== undefined) connections.accept(ends, connections.streamLink(socket, "connect"));
  }

  /** Who is at the ends of a socket that messages can flow over; `undefined` when it is gone already. */
  #settled(socket: Socket, local: ListenAddress): ConnectionEnds | undefined {
    const { localAddress, remoteAddress, remotePort } = socket;
    this.#admission.settle(socket);
    if (remoteAddress === undefined || remotePort === undefined || socket.destroyed) {
      socket.destroy();
      return undefined;
    }
    const told = this.#options.addresses.told(local, remoteAddress);
    // Of a listener on all interfaces the socket knows best which one the peer came to.
    const isSeen = local.advertised === undefined && isWildcard(local.address) && localAddress !== undefined;
    const ownEnd = isSeen ? { ...told, address: localAddress } : told;
    const certificateNames = verifiedNames(socket);
    return { protocol: local.protocol, acceptedOn: local, ownEnd, remoteAddress, remotePort, certificateNames };
  }
}
