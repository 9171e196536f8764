import type { Flow, MessageEnds } from "./flow.ts";

/** What the transport hands up. Text is latin1: one character an octet. */
export interface TransportEvents {
  /** A message with a complete head; over TCP with its whole body, too. Not parsed. */
  onMessage(text: string, flow: Flow): void;
  /**
   * What came can not be a SIP message. A connection is closed after it; what is sent over its flow before this
   * returns still goes out.
   * @param text what there is of it: over UDP the datagram, over TCP the head as far as it was read
   */
  onBadInput?(reason: string, flow: Flow, text: string): void;
  /** False: what comes from that address is dropped unread. Absent: nothing is. */
  accepts?(address: string): boolean;
  /** A peer that had connected was gone, or was sent away, before TLS or WebSocket was open. */
  onFailedHandshake?(address: string): void;
  /** A message was given to the network, or waits for its connection. `localAddress` may be a wildcard. */
  onSent?(text: string, ends: MessageEnds): void;
  /** A connection is gone, and its flow with it. */
  onFlowEnded?(flowId: string): void;
}

/** What listeners and connections report to: handlers that never throw. */
export type SafeTransportEvents = Required<TransportEvents>;
