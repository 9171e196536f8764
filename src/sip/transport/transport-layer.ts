import { networkInterfaces } from "node:os";
import { type Clock, errorMessageOf, type Logger, type MetricSample } from "../../common/index.ts";
import type { Flow, ListenAddress, SendFailureHandler, Target, TransportProtocol } from "./flow.ts";
import { isWildcard, LocalAddresses } from "./local-addresses.ts";
import { TcpConnections } from "./tcp/tcp-connections.ts";
import { TcpListener } from "./tcp/tcp-listener.ts";
import { TransportCounters } from "./transport-counters.ts";
import { TransportError } from "./transport-error.ts";
import type { SafeTransportEvents, TransportEvents } from "./transport-events.ts";
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";
import { UdpListener } from "./udp/udp-listener.ts";

/** What a `TransportLayer` is made of. */
export interface TransportLayerOptions extends TransportEvents {
  readonly listeners: readonly ListenAddress[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bounds that differ from `DEFAULT_TRANSPORT_LIMITS`. */
  readonly limits?: Partial<TransportLimits>;
}

/**
 * Sends and receives SIP messages over UDP and TCP. It knows framing and nothing of what the messages say.
 * @see RFC 3261 18; RFC 5626 4.4.1 (keep-alive); RFC 3581
 */
export class TransportLayer {
  readonly #counters = new TransportCounters();
  readonly #addresses: LocalAddresses;
  readonly #connections: TcpConnections;
  readonly #udp: readonly UdpListener[];
  readonly #tcp: readonly TcpListener[];
  #locals: readonly ListenAddress[] = [];

  constructor(options: TransportLayerOptions) {
    const { listeners, clock, logger } = options;
    const limits = { ...DEFAULT_TRANSPORT_LIMITS, ...options.limits };
    const counters = this.#counters;
    const events = safeEvents(options, logger);
    this.#addresses = new LocalAddresses(networkInterfaces, () => clock.nowMs());
    const connections = new TcpConnections({ clock, limits, counters, events });
    this.#connections = connections;
    this.#udp = listeners
      .filter(({ protocol }) => protocol === "udp")
      .map((listen) => {
        const visibleAddress = (remote: string): string => this.#addresses.visible(listen.address, remote);
        return new UdpListener({ listen, clock, logger, limits, counters, events, visibleAddress });
      });
    this.#tcp = listeners
      .filter(({ protocol }) => protocol === "tcp")
      .map((listen) => new TcpListener(listen, logger, (socket) => connections.accept(socket)));
  }

  /**
   * Binds all listeners, or none.
   * @throws {TransportError} `address-in-use`, `address-not-available`, `permission-denied`, `listen-failed`
   */
  async start(): Promise<void> {
    try {
      for (const listener of [...this.#udp, ...this.#tcp]) await listener.bind();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#locals = [...this.#udp, ...this.#tcp].map((listener) => listener.local);
  }

  /** What is listened on, with real ports; empty before `start`. */
  get localAddresses(): readonly ListenAddress[] {
    return this.#locals;
  }

  /**
   * Our address and port as that target sees them: what goes into Via and Contact. Never a wildcard address.
   * Without a listener of that protocol, that of another; `127.0.0.1` port 5060 when there is none at all.
   */
  localFor(target: Target): { readonly address: string; readonly port: number } {
    const listener = this.#listenerFor(target) ?? this.#locals[0];
    if (listener === undefined) return { address: "127.0.0.1", port: 5060 };
    return { address: this.#addresses.visible(listener.address, target.address), port: listener.port };
  }

  /**
   * Sends a message. Over TCP: on the flow named, else on a connection to that address and port, else on a new one.
   * Over UDP: from the listener of the flow named, else from the nearest.
   * @param text latin1: one character an octet
   * @param onFailure what became known later: the address is dead, the connection broke, too much waits
   */
  send(target: Target, text: string, onFailure: SendFailureHandler): void {
    if (target.protocol === "tcp") this.#sendTcp(target, text, onFailure);
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

  /** Closes the connections that were accepted from an address. */
  closeFrom(address: string): void {
    this.#connections.closeFrom(address);
  }

  /** Where messages on a connection go while it lives; `undefined` for a flow over UDP and for one that is gone. */
  connectedTo(flowId: string): Target | undefined {
    const connection = this.#connections.byFlow(flowId);
    if (connection === undefined) return undefined;
    return { protocol: "tcp", address: connection.remoteAddress, port: connection.remotePort, flowId };
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
      gauge("tandem_sip_send_queue_bytes", "Octets that wait for peers to read them", this.#connections.waitingBytes),
      gauge("tandem_sip_udp_flows", "UDP peers that are remembered", flows),
      gauge("tandem_sip_udp_probes", "Silent UDP peers that are watched", probes),
      ...this.#counters.samples(),
    ];
  }

  /** Closes all listeners and connections. May be called twice. */
  async close(): Promise<void> {
    this.#locals = [];
    await Promise.all(this.#tcp.map((listener) => listener.close()));
    await this.#connections.close();
    await Promise.all(this.#udp.map((listener) => listener.close()));
  }

  #sendTcp(target: Target, text: string, onFailure: SendFailureHandler): void {
    const listener = this.#listenerFor(target);
    if (listener === undefined) {
      this.#refuse(target, onFailure);
      return;
    }
    const localAddress = isWildcard(listener.address) ? undefined : listener.address;
    this.#connections.send(target, localAddress, text, onFailure);
  }

  #listenerFor(target: Target): ListenAddress | undefined {
    if (target.protocol === "udp") return this.#udpListenerFor(target)?.local;
    const acceptedOn = target.flowId === undefined ? undefined : this.#connections.acceptedOn(target.flowId);
    const ofFlow = this.#locals.filter(({ protocol, port }) => protocol === "tcp" && port === acceptedOn);
    return this.#addresses.nearest(ofFlow.length > 0 ? ofFlow : this.#locals, target.protocol, target.address);
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
    accepts: (address) => events.accepts?.(address) ?? true,
    onSent: (text, ends) => events.onSent?.(text, ends),
  };
}

function gauge(name: string, help: string, value: number): MetricSample {
  return { name, type: "gauge", help, value };
}
