import { detached, withMore } from "../../common/index.ts";

/** SIP transports; `ws` and `wss` are WebSocket over TCP and TLS (RFC 7118). */
export const TRANSPORT_PROTOCOLS = ["udp", "tcp", "tls", "ws", "wss"] as const;
export type TransportProtocol = (typeof TRANSPORT_PROTOCOLS)[number];

/** An address and port of ours. */
export interface OwnEnd {
  /** Literal IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Where we listen. */
export interface ListenAddress {
  readonly protocol: TransportProtocol;
  /** Literal IP address; `0.0.0.0` and `::` stand for all interfaces. */
  readonly address: string;
  /** 1 to 65,535; 0 lets the system choose when it is asked for. */
  readonly port: number;
  /** What peers are told instead, in Via, Contact and Record-Route: the outside of a NAT. Port as above when absent. */
  readonly advertised?: { readonly address: string; readonly port?: number };
}

/** Where a message goes. */
export interface Target {
  readonly protocol: TransportProtocol;
  /** Literal IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** The host's name when it was not an address: what a TLS peer must prove by its certificate. */
  readonly serverName?: string;
  /** How long a new connection may take, instead of the usual time; milliseconds. */
  readonly connectWithinMs?: number;
  /**
   * The flow to use while it lives: its connection where there are connections, its listener over UDP. Absent, or when it is gone: what
   * `address` and `port` say.
   */
  readonly flowId?: string;
  /** Over the flow named or not at all: a peer behind it cannot be reached in another way (RFC 5626 5.3). */
  readonly isFlowOnly?: boolean;
}

/** A copy that keeps no message alive which the place was read from. */
export function detachedTarget(target: Target): Target {
  const { address, flowId, serverName } = target;
  return withMore(target, {
    address: detached(address),
    ...(flowId === undefined ? {} : { flowId: detached(flowId) }),
    ...(serverName === undefined ? {} : { serverName: detached(serverName) }),
  });
}

/**
 * A pair of addresses that messages travel between: a connection, or over UDP two ports.
 * @see RFC 5626 2 (flow)
 */
export interface Flow {
  /** Never used again for another flow, not after a restart either. */
  readonly id: string;
  readonly protocol: TransportProtocol;
  /** True when the transport itself repeats what is lost. */
  readonly reliable: boolean;
  /** What the peer is told of our end: never a wildcard address, and the advertised one where there is one. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Names (DNS, URI and common name) in the peer's certificate, when it gave one that could be verified. */
  readonly certificateNames?: readonly string[];
}

/** Where a message came from or went to, at the time when it is looked at. */
export type MessageEnds = Pick<Flow, "protocol" | "localAddress" | "localPort" | "remoteAddress" | "remotePort">;

/** Called at most once, never before the call that it was given to has returned. */
export type SendFailureHandler = (error: Error) => void;

/** True for transports that repeat what is lost. */
export function isReliable(protocol: TransportProtocol): boolean {
  return protocol !== "udp";
}

/** True for transports whose octets only the two ends can read. */
export function isSecure(protocol: TransportProtocol): boolean {
  return protocol === "tls" || protocol === "wss";
}

/** The port that a URI without one means (RFC 3261 19.1.2; RFC 7118 leaves WebSocket to HTTP). */
export function defaultPort(protocol: TransportProtocol): number {
  if (protocol === "ws") return 80;
  if (protocol === "wss") return 443;
  return protocol === "tls" ? 5_061 : 5_060;
}

/** The key of a remote or local end in tables. */
export function endpointKey(address: string, port: number): string {
  return `${address}|${port}`;
}
