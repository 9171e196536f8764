import type { RemoteInfo, Socket } from "node:dgram";
import { DgramAsPromised, type SocketAsPromised } from "dgram-as-promised";
import { type Clock, errorMessageOf, type Logger } from "../../../common/index.ts";
import { endpointKey, type ListenAddress, type SendFailureHandler } from "../flow.ts";
import type { LocalAddresses } from "../local-addresses.ts";
import { literalLookup } from "../literal-lookup.ts";
import type { TransportCounters } from "../transport-counters.ts";
import type { SafeTransportEvents } from "../transport-events.ts";
import { listenError, sendError, TransportError } from "../transport-error.ts";
import type { TransportLimits } from "../transport-limits.ts";
import { answerBinding, isStun } from "./stun-binding.ts";
import { UdpFlows, type UdpFlow } from "./udp-flows.ts";
import { type QueuedDatagram, UdpProbe } from "./udp-probe.ts";

/** A peer heard within this time is not suspected to be dead. */
const HEARD_LATELY_MS = 2_000;
const LOST_AFTER_MS = 1_000;
const KEEP_ALIVE = Buffer.from("\r\n\r\n");
const FLOWS_PER_GENERATION = 10_000;

/** What a UDP listener needs. */
export interface UdpListenerOptions {
  readonly listen: ListenAddress;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: TransportLimits;
  readonly counters: TransportCounters;
  readonly events: SafeTransportEvents;
  readonly addresses: LocalAddresses;
}

/** One UDP port: receives datagrams, sends messages, notices dead addresses. */
export class UdpListener {
  readonly #options: UdpListenerOptions;
  readonly #flows = new UdpFlows(FLOWS_PER_GENERATION);
  readonly #probes = new Map<string, UdpProbe>();
  #bound: SocketAsPromised | undefined;
  #socket: Socket | undefined;
  #local: ListenAddress;
  #askedAtMs: number | undefined;
  #delayMs = 0;

  constructor(options: UdpListenerOptions) {
    this.#options = options;
    this.#local = options.listen;
  }

  /** Where it listens; the real port once it is bound. */
  get local(): ListenAddress {
    return this.#local;
  }

  /** Peers that are remembered. */
  get flowCount(): number {
    return this.#flows.size;
  }

  /** Peers that are watched for "port unreachable". */
  get probeCount(): number {
    return this.#probes.size;
  }

  /** @throws {TransportError} when the port can not be bound */
  async bind(): Promise<void> {
    const { listen, limits } = this.#options;
    const isShared = limits.maxUdpProbes > 0;
    const port = isShared ? await this.#freePort() : listen.port;
    const bound = await this.#open(port, isShared);
    const { socket } = bound;
    this.#bound = bound;
    this.#socket = socket;
    this.#local = { ...listen, port: socket.address().port };
    socket.on("message", (datagram, remote) => this.#onDatagram(datagram, remote));
    socket.on("error", (error) => {
      this.#options.logger.warn("UDP socket error", { ...this.#local, error: errorMessageOf(error) });
    });
  }

  /**
   * How long what comes waits until it is read: the time that a datagram of ours to ourselves takes, through the same
   * queue as all others. Each call sends one when none is under way; one that is lost, the queue being full, counts as
   * late for as long as it is waited for.
   */
  measureDelay(): number {
    const nowMs = this.#options.clock.nowMs();
    const waitedMs = this.#askedAtMs === undefined ? 0 : nowMs - this.#askedAtMs;
    if (this.#askedAtMs === undefined || waitedMs >= LOST_AFTER_MS) this.#askSelf(nowMs);
    return Math.max(this.#delayMs, waitedMs);
  }

  /** Sends a message; `onFailure` tells when the system refused it. */
  send(address: string, port: number, text: string, onFailure: SendFailureHandler): void {
    this.#options.counters.countSent("udp", text);
    if (this.#socket !== undefined) this.#noteSent(address, port, text);
    this.#transmit(address, port, text, onFailure);
  }

  /** Sends a message to a peer that has not answered; `onFailure` tells also when nothing listens there any more. */
  resend(address: string, port: number, text: string, onFailure: SendFailureHandler): void {
    const probe = this.#probeFor(address, port);
    if (probe === undefined) {
      this.send(address, port, text, onFailure);
      return;
    }
    this.#options.counters.countSent("udp", text);
    this.#noteSent(address, port, text);
    probe.send(text, (error) => {
      this.#options.counters.udp.failed += 1;
      onFailure(sendError({ protocol: "udp", address, port }, error));
    });
  }

  /** True for the id of a flow over this listener. */
  hasFlow(flowId: string): boolean {
    return flowId.startsWith(this.#flowPrefix());
  }

  async close(): Promise<void> {
    const bound = this.#bound;
    this.#bound = undefined;
    this.#socket = undefined;
    for (const probe of this.#probes.values()) probe.close();
    this.#probes.clear();
    await bound?.close();
  }

  #transmit(address: string, port: number, text: string, onFailure: SendFailureHandler): void {
    const { counters } = this.#options;
    if (this.#socket === undefined) {
      counters.udp.failed += 1;
      setImmediate(onFailure, new TransportError("closed", "the listener is closed"));
      return;
    }
    const failed = (error: Error): void => {
      counters.udp.failed += 1;
      onFailure(sendError({ protocol: "udp", address, port }, error));
    };
    try {
      this.#socket.send(Buffer.from(text, "latin1"), port, address, (error) => error && failed(error));
    } catch (error) {
      setImmediate(() => failed(new Error(errorMessageOf(error), { cause: error })));
    }
  }

  /** A port that can be shared could be somebody's already without either noticing: bind it alone first. */
  async #freePort(): Promise<number> {
    const socket = await this.#open(this.#options.listen.port, false);
    const { port } = socket.address();
    await socket.close();
    return port;
  }

  async #open(port: number, isShared: boolean): Promise<SocketAsPromised> {
    const { listen, limits } = this.#options;
    const socket = DgramAsPromised.createSocket({
      type: listen.address.includes(":") ? "udp6" : "udp4",
      lookup: literalLookup,
      ipv6Only: listen.address.includes(":"),
      reuseAddr: isShared,
      recvBufferSize: limits.receiveBufferBytes,
    });
    try {
      await socket.bind({ port, address: listen.address, exclusive: true });
    } catch (error) {
      await socket.close();
      throw listenError(listen, error);
    }
    return socket;
  }

  #probeFor(address: string, port: number): UdpProbe | undefined {
    const key = endpointKey(address, port);
    const running = this.#probes.get(key);
    if (running !== undefined) return running;
    const { clock, limits, counters } = this.#options;
    const flow = this.#flows.get(address, port);
    const isSilent = flow === undefined || clock.nowMs() - flow.lastHeardMs >= HEARD_LATELY_MS;
    if (!isSilent || this.#socket === undefined || this.#probes.size >= limits.maxUdpProbes) return undefined;
    const probe = new UdpProbe({
      local: this.#local,
      address,
      port,
      clock,
      onDatagram: (datagram, remote) => this.#onDatagram(datagram, remote),
      onEnd: (cause, unsent) => {
        this.#probes.delete(key);
        if (cause !== undefined) counters.deadAddresses += 1;
        this.#afterProbe(address, port, cause, unsent);
      },
    });
    this.#probes.set(key, probe);
    probe.start();
    return this.#probes.get(key);
  }

  #afterProbe(address: string, port: number, cause: Error | undefined, unsent: readonly QueuedDatagram[]): void {
    for (const { text, onFailure } of unsent) {
      if (cause === undefined) this.#transmit(address, port, text, onFailure);
      else onFailure(sendError({ protocol: "udp", address, port }, cause));
    }
  }

  #noteSent(remoteAddress: string, remotePort: number, text: string): void {
    const { address, port, advertised } = this.#local;
    // As flows say it of what is received; what a wildcard stands for is found out when the message is looked at.
    const localAddress = advertised?.address ?? address;
    const localPort = advertised?.port ?? port;
    this.#options.events.onSent(text, { protocol: "udp", localAddress, localPort, remoteAddress, remotePort });
  }

  #onDatagram(datagram: Buffer, remote: RemoteInfo): void {
    if (this.#socket === undefined) return;
    const { clock, counters, events } = this.#options;
    // RFC 768: port 0 says that the sender wants no answer. No SIP can be spoken with it.
    if (remote.port === 0) {
      counters.udp.bad += 1;
      return;
    }
    if (remote.port === this.#local.port && remote.address === this.#selfAddress()) {
      if (this.#askedAtMs !== undefined) this.#delayMs = clock.nowMs() - this.#askedAtMs;
      this.#askedAtMs = undefined;
      return;
    }
    if (!events.accepts(remote.address)) return;
    if (isStun(datagram)) {
      this.#onStun(datagram, remote);
      return;
    }
    let flow = this.#flows.get(remote.address, remote.port);
    if (flow === undefined) this.#flows.add((flow = this.#newFlow(remote.address, remote.port)));
    flow.lastHeardMs = clock.nowMs();
    const start = firstOctet(datagram);
    if (start === datagram.length) {
      counters.udp.keepAlives += 1;
      return;
    }
    const text = datagram.toString("latin1", start);
    if (text.includes("\r\n\r\n")) {
      counters.countReceived("udp", text);
      events.onMessage(text, flow);
    } else {
      counters.udp.bad += 1;
      events.onBadInput("head without an end", flow, text);
    }
  }

  /** RFC 5626 4.4.2: how a phone keeps its NAT's binding alive. It makes no flow: whoever is there says so by SIP. */
  #onStun(datagram: Buffer, { address, port }: RemoteInfo): void {
    const { clock, counters } = this.#options;
    const answer = answerBinding(datagram, address, port);
    if (answer === undefined) {
      counters.udp.bad += 1;
      return;
    }
    counters.udp.keepAlives += 1;
    const flow = this.#flows.get(address, port);
    if (flow !== undefined) flow.lastHeardMs = clock.nowMs();
    // What the system refuses is lost, as a datagram may be.
    this.#socket?.send(answer, port, address, () => undefined);
  }

  #askSelf(nowMs: number): void {
    this.#askedAtMs = nowMs;
    this.#socket?.send(KEEP_ALIVE, this.#local.port, this.#selfAddress(), (error) => {
      if (error !== null) this.#askedAtMs = undefined;
    });
  }

  #selfAddress(): string {
    const { address } = this.#local;
    return address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  }

  #flowPrefix(): string {
    const { address, port } = this.#local;
    return `udp|${address}|${port}|`;
  }

  #newFlow(remoteAddress: string, remotePort: number): UdpFlow {
    const { address, port } = this.#options.addresses.told(this.#local, remoteAddress);
    return {
      id: `${this.#flowPrefix()}${remoteAddress}|${remotePort}`,
      protocol: "udp",
      reliable: false,
      localAddress: address,
      localPort: port,
      remoteAddress,
      remotePort,
      lastHeardMs: Number.NEGATIVE_INFINITY,
    };
  }
}

/** Index of the first octet that is not CR, LF or NUL: what stands before it keeps a NAT's binding alive. */
function firstOctet(datagram: Buffer): number {
  let at = 0;
  for (; at < datagram.length; at += 1) {
    const octet = datagram[at];
    if (octet !== 0x0d && octet !== 0x0a && octet !== 0x00) break;
  }
  return at;
}
