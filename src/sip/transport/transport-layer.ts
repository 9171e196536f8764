import { networkInterfaces } from "node:os";
import { type Clock, errorMessageOf, type Logger, type MetricSample, withMore } from "../../common/index.ts";
import type { Flow, ListenAddress, OwnEnd, SendFailureHandler, Target, TransportProtocol } from "./flow.ts";
import type { Patience } from "./connection/connection.ts";
import { ConnectionTable } from "./connection/connection-table.ts";
import { StreamListeners } from "./connection/stream-listeners.ts";
import { isWildcard, LocalAddresses } from "./local-addresses.ts";
import { TlsIdentity } from "./tls/tls-identity.ts";
import type { TlsSettings } from "./tls/tls-settings.ts";
import { TransportCounters } from "./transport-counters.ts";
import { TransportError } from "./transport-error.ts";
import type { SafeTransportEvents, TransportEvents } from "./transport-events.ts";
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";
import type { WebSocketSettings } from "./ws/web-socket-settings.ts";
import { UdpListener } from "./udp/udp-listener.ts";

/** What a `TransportLayer` is made of. */
export interface TransportLayerOptions extends TransportEvents {
  readonly listeners: readonly ListenAddress[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Needed by `tls` and `wss` listeners. */
  readonly tls?: TlsSettings;
  readonly webSocket?: WebSocketSettings;
  /** Bounds that differ from `DEFAULT_TRANSPORT_LIMITS`. */
  readonly limits?: Partial<TransportLimits>;
}

/**
 * Sends and receives SIP messages over UDP, TCP, TLS and WebSocket. It knows framing and nothing of what the messages say.
 * @see RFC 3261 18; RFC 5626 4.4.1 (keep-alive); RFC 3581
 */
export class TransportLayer {
  readonly #counters = new TransportCounters();
  readonly #addresses: LocalAddresses;
  readonly #identity: TlsIdentity | undefined;
  readonly #connections: ConnectionTable;
  readonly #udp: readonly UdpListener[];
  readonly #streams: StreamListeners;
  #locals: readonly ListenAddress[] = [];

  constructor(options: TransportLayerOptions) {
    const { listeners, clock, logger } = options;
    const limits = { ...DEFAULT_TRANSPORT_LIMITS, ...options.limits };
    const counters = this.#counters;
    const events = safeEvents(options, logger);
    const addresses = new LocalAddresses(networkInterfaces, () => clock.nowMs());
    this.#addresses = addresses;
    const identity = options.tls === undefined ? undefined : new TlsIdentity(options.tls, clock, logger);
    this.#identity = identity;
    const connections = new ConnectionTable({ clock, limits, counters, events, identity });
    this.#connections = connections;
    this.#udp = listeners
      .filter(({ protocol }) => protocol === "udp")
      .map((listen) => new UdpListener({ listen, clock, logger, limits, counters, events, addresses }));
    this.#streams = new StreamListeners({
      listeners: listeners.filter(({ protocol }) => protocol !== "udp"),
      clock,
      logger,
      limits,
      counters,
      events,
      addresses,
      connections,
      identity,
      webSocket: options.webSocket ?? {},
    });
  }

  /**
   * Binds all listeners, or none.
   * @throws {TransportError} `address-in-use`, `address-not-available`, `permission-denied`, `listen-failed`,
   * `bad-certificate`
   */
  async start(): Promise<void> {
    try {
      await this.#identity?.start();
      for (const listener of this.#udp) await listener.bind();
      await this.#streams.bind();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#locals = [...this.#udp.map((listener) => listener.local), ...this.#streams.locals];
  }

  /** What is listened on, with real ports; empty before `start`. */
  get localAddresses(): readonly ListenAddress[] {
    return this.#locals;
  }

  /**
   * Our address and port as that target sees them: what goes into Via and Contact. Never a wildcard address.
   * Without a listener of that protocol, that of another; `127.0.0.1` port 5060 when there is none at all.
   */
  localFor(target: Target): OwnEnd {
    const listener = this.#listenerFor(target) ?? this.#locals[0];
    if (listener === undefined) return { address: "127.0.0.1", port: 5060 };
    return this.#addresses.told(listener, target.address);
  }

  /** True when there is a listener of that protocol. */
  speaks(protocol: TransportProtocol): boolean {
    return this.#locals.some((local) => local.protocol === protocol);
  }

  /** True when there is a listener to speak that protocol from to an address. */
  canReach(protocol: TransportProtocol, address: string): boolean {
    return this.#addresses.nearest(this.#locals, protocol, address) !== undefined;
  }

  /**
   * Sends a message. On a connection: that of the flow named, else one to that address and port, else a new one, which
   * WebSocket peers can not be given. Over UDP: from the listener of the flow named, else from the nearest.
   * @param text latin1: one character an octet
   * @param onFailure what became known later: the address is dead, the connection broke, too much waits
   */
  send(target: Target, text: string, onFailure: SendFailureHandler): void {
    if (target.protocol !== "udp") this.#sendConnected(target, text, onFailure);
    else {
      const listener = this.#udpListenerFor(target);
      if (listener === undefined) this.#refuse(target, onFailure);
      else listener.send(target.address, target.port, text, onFailure);
    }
  }

  /**
   * Sends a message again that was not answered. Over UDP it also watches for the host's word that nothing listens
   * there, and tells `onFailure`.
   */
  resend(target: Target, text: string, onFailure: SendFailureHandler): void {
    const listener = target.protocol === "udp" ? this.#udpListenerFor(target) : undefined;
    if (listener === undefined) this.send(target, text, onFailure);
    else listener.resend(target.address, target.port, text, onFailure);
  }

  /** Closes the connections that an address made, also those that are not done with TLS or WebSocket. */
  closeFrom(address: string): void {
    this.#streams.closeFrom(address);
  }

  /** Where messages on a connection go while it lives; `undefined` for a flow over UDP and for one that is gone. */
  connectedTo(flowId: string): Target | undefined {
    const connection = this.#connections.byFlow(flowId);
    if (connection === undefined) return undefined;
    const { protocol, remoteAddress: address, remotePort: port } = connection.ends;
    return { protocol, address, port, flowId };
  }

  /** Where messages over a flow of any kind go; `undefined` for a connection that is gone and a listener that is not ours. */
  overFlow(flowId: string): Target | undefined {
    const connected = this.connectedTo(flowId);
    if (connected !== undefined) return withMore(connected, { isFlowOnly: true });
    const [address, port = ""] = flowId.split("|").slice(-2);
    if (address === undefined || !this.#udp.some((listener) => listener.hasFlow(flowId))) return undefined;
    return { protocol: "udp", address, port: Number(port), flowId, isFlowOnly: true };
  }

  /** How long the connection of a flow is kept, instead of the usual time; without an effect on other flows. */
  keep(flowId: string, patience: Patience): void {
    this.#connections.byFlow(flowId)?.keep(patience);
  }

  /** True when that is one of our own listeners. */
  isLocal(address: string, port: number, protocol: TransportProtocol): boolean {
    return this.#addresses.isLocal(this.#locals, { protocol, address, port });
  }

  /** How long the latest datagrams wait until they are read, in milliseconds; measured anew by each call. */
  measureDelay(): number {
    return this.#udp.reduce((most, listener) => Math.max(most, listener.measureDelay()), 0);
  }

  /** Counters since the start, and what there is now. */
  counters(): MetricSample[] {
    const probes = this.#udp.reduce((sum, listener) => sum + listener.probeCount, 0);
    const flows = this.#udp.reduce((sum, listener) => sum + listener.flowCount, 0);
    return [
      gauge("tandem_sip_connections", "SIP connections, accepted and made", this.#connections.size),
      gauge(
        "tandem_sip_handshakes",
        "Peers that connect and are not done with TLS or WebSocket",
        this.#streams.unsettled,
      ),
      gauge("tandem_sip_send_queue_bytes", "Octets that wait for peers to read them", this.#connections.waitingBytes),
      gauge("tandem_sip_udp_flows", "UDP peers that are remembered", flows),
      gauge("tandem_sip_udp_probes", "Silent UDP peers that are watched", probes),
      ...this.#counters.samples(),
    ];
  }

  /** Closes all listeners and connections. May be called twice. */
  async close(): Promise<void> {
    this.#locals = [];
    this.#identity?.close();
    await this.#streams.close();
    await this.#connections.close();
    await Promise.all(this.#udp.map((listener) => listener.close()));
  }

  #sendConnected(target: Target, text: string, onFailure: SendFailureHandler): void {
    const listener = this.#listenerFor(target);
    if (listener === undefined) {
      this.#refuse(target, onFailure);
      return;
    }
    const localAddress = isWildcard(listener.address) ? undefined : listener.address;
    const ownEnd = this.#addresses.told(listener, target.address);
    this.#connections.send(target, { localAddress, ownEnd }, text, onFailure);
  }

  #listenerFor(target: Target): ListenAddress | undefined {
    if (target.protocol === "udp") return this.#udpListenerFor(target)?.local;
    const flow = target.flowId === undefined ? undefined : this.#connections.byFlow(target.flowId);
    return flow?.ends.acceptedOn ?? this.#addresses.nearest(this.#locals, target.protocol, target.address);
  }

  #udpListenerFor({ flowId, address }: Target): UdpListener | undefined {
    const only = this.#udp[0];
    if (this.#udp.length === 1 && only !== undefined) return only;
    const ofFlow = flowId === undefined ? undefined : this.#udp.find((listener) => listener.hasFlow(flowId));
    if (ofFlow !== undefined) return ofFlow;
    const local = this.#addresses.nearest(
      this.#udp.map((listener) => listener.local),
      "udp",
      address,
    );
    return this.#udp.find((listener) => listener.local === local);
  }

  #refuse({ protocol, address, port }: Target, onFailure: SendFailureHandler): void {
    const code = this.#locals.length === 0 ? "closed" : "protocol-not-available";
    this.#counters[protocol].failed += 1;
    const text = `can not send to ${protocol} ${address} port ${port}: ${code}`;
    setImmediate(onFailure, new TransportError(code, text, { protocol, address, port }));
  }
}

/** A throw of the user must not end the process nor harm other messages. */
function safeEvents(events: TransportEvents, logger: Logger): SafeTransportEvents {
  const note = ({ protocol, remoteAddress, remotePort }: Flow, error: unknown): void => {
    logger.error("handling a message failed", {
      protocol,
      remoteAddress,
      remotePort,
      error: errorMessageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  };
  return {
    onMessage: (text, flow) => {
      try {
        events.onMessage(text, flow);
      } catch (error) {
        note(flow, error);
      }
    },
    onBadInput: (reason, flow, text) => {
      try {
        events.onBadInput?.(reason, flow, text);
      } catch (error) {
        note(flow, error);
      }
    },
    onFailedHandshake: (address) => events.onFailedHandshake?.(address),
    accepts: (address) => events.accepts?.(address) ?? true,
    onSent: (text, ends) => events.onSent?.(text, ends),
    onFlowEnded: (flowId) => events.onFlowEnded?.(flowId),
  };
}

function gauge(name: string, help: string, value: number): MetricSample {
  return { name, type: "gauge", help, value };
}
