/** Bounds on what peers can make the transport hold; times in milliseconds. */
export interface TransportLimits {
  /** Octets of one message, head and body. */
  readonly maxMessageBytes: number;
  /** Connections in all, accepted and made; a tenth is kept for those that we make. */
  readonly maxConnections: number;
  /** Accepted connections from one source: an IPv4 address, or an IPv6 /64. */
  readonly maxConnectionsPerAddress: number;
  /** A message over a connection is complete this long after its first octet, or the connection is closed. */
  readonly messageDeadlineMs: number;
  /** An accepted connection that has never brought a whole message is closed after this. */
  readonly firstMessageDeadlineMs: number;
  /** A connection that nothing went over, in either direction and keep-alives included, is closed after this. */
  readonly idleMs: number;
  /** A connection of ours is made in this time, TLS included, or given up. */
  readonly connectTimeoutMs: number;
  /** A peer that connects gets TLS and WebSocket done in this time, or is closed. */
  readonly handshakeTimeoutMs: number;
  /** A WebSocket that nothing went over for this long is pinged; the answer counts as traffic. */
  readonly pingMs: number;
  /** Messages that may wait for a connection to be made. */
  readonly maxQueuedMessages: number;
  /** Octets that may wait for a slow peer to read; beyond it the connection is given up. */
  readonly maxQueuedBytes: number;
  /** A peer that takes none of what waits for it in this time is given up. */
  readonly writeDeadlineMs: number;
  /**
   * UDP peers at a time that are watched for "port unreachable" when they stay silent. 0: never; a dead UDP address
   * then shows by time-out only, and UDP ports are bound exclusively.
   */
  readonly maxUdpProbes: number;
  /** Size of the kernel's buffer for received datagrams. */
  readonly receiveBufferBytes: number;
}

export const DEFAULT_TRANSPORT_LIMITS: TransportLimits = {
  maxMessageBytes: 65_535,
  maxConnections: 4_096,
  maxConnectionsPerAddress: 1_024,
  messageDeadlineMs: 10_000,
  firstMessageDeadlineMs: 30_000,
  idleMs: 15 * 60_000,
  connectTimeoutMs: 4_000,
  handshakeTimeoutMs: 8_000,
  pingMs: 30_000,
  maxQueuedMessages: 256,
  maxQueuedBytes: 1_048_576,
  writeDeadlineMs: 10_000,
  maxUdpProbes: 64,
  receiveBufferBytes: 8_388_608,
};
