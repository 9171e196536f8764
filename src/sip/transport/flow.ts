/** Transports that exist; secure ones will join. */
export type TransportProtocol = "udp" | "tcp";

/** Where we listen. */
export interface ListenAddress {
  readonly protocol: TransportProtocol;
  /** Literal IP address; `0.0.0.0` and `::` stand for all interfaces. */
  readonly address: string;
  /** 1 to 65,535; 0 lets the system choose when it is asked for. */
  readonly port: number;
}

/** Where a message goes. */
export interface Target {
  readonly protocol: TransportProtocol;
  /** Literal IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /**
   * The flow to use while it lives: its connection over TCP, its listener over UDP. Absent, or when it is gone: what
   * `address` and `port` say.
   */
  readonly flowId?: string;
}

/**
 * A pair of addresses that messages travel between: a connection over TCP, two ports over UDP.
 * @see RFC 5626 2 (flow)
 */
export interface Flow {
  /** Never used again for another flow, not after a restart either. */
  readonly id: string;
  readonly protocol: TransportProtocol;
  /** True when the transport itself repeats what is lost. */
  readonly reliable: boolean;
  /** A real address of ours, also when the listener is bound to all interfaces. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** Where a message came from or went to, at the time when it is looked at. */
export type MessageEnds = Pick<Flow, "protocol" | "localAddress" | "localPort" | "remoteAddress" | "remotePort">;

/** Called at most once, never before the call that it was given to has returned. */
export type SendFailureHandler = (error: Error) => void;

/** True for transports that repeat what is lost. */
export function isReliable(protocol: TransportProtocol): boolean {
  return protocol !== "udp";
}

/** The key of a remote or local end in tables. */
export function endpointKey(address: string, port: number): string {
  return `${address}|${port}`;
}
