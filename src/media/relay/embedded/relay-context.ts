import type { Clock } from "../../../common/index.ts";
import type { RelayCounters } from "./relay-counters.ts";

/** What every socket of a relay shares. */
export interface RelayContext {
  readonly clock: Clock;
  readonly counters: RelayCounters;
  /** RTP packets that one side of one stream may send in a second. */
  readonly maxPacketsPerSecond: number;
  readonly isLoopback: (address: string) => boolean;
  /** The sockets are on loopback. */
  readonly isOnLoopback: boolean;
}

/** The sending half of a socket: `dgram.Socket`, or a fake. */
export interface PacketSocket {
  send(packet: Buffer, port: number, address: string): void;
  /** Packets that the operating system has not taken yet. */
  getSendQueueCount(): number;
}

/** The side of a session that a socket belongs to. */
export interface SocketOwner {
  /** When its last packet came that passed. */
  lastHeardMs: number;
  /** Packets thrown away for their source. */
  rejected: number;
  /** A source was chosen. */
  handleSource(kind: "rtp" | "rtcp"): void;
  /** A telephone event has begun (RFC 4733). */
  handleEvent(event: number, nowMs: number): void;
}
