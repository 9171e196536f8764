import { newRelayCounters } from "../../../../../src/media/relay/embedded/relay-counters.ts";
import type { RelayContext, SocketOwner } from "../../../../../src/media/relay/embedded/relay-context.ts";
import { isLoopbackAddress } from "../../../../../src/media/relay/embedded/source-lock.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

/** A socket that keeps what is sent. */
export class FakeSocket {
  readonly sent: { packet: Buffer; port: number; address: string }[] = [];

  /** What `getSendQueueCount` tells. */
  queued = 0;

  getSendQueueCount(): number {
    return this.queued;
  }

  send(packet: Buffer, port: number, address: string): void {
    this.sent.push({ packet: Buffer.from(packet), port, address });
  }
}

export class FakeOwner implements SocketOwner {
  lastHeardMs = 0;
  rejected = 0;
  readonly chosen: string[] = [];

  readonly events: number[] = [];

  handleSource(kind: "rtp" | "rtcp"): void {
    this.chosen.push(kind);
  }

  handleEvent(event: number): void {
    this.events.push(event);
  }
}

export function newContext(maxPacketsPerSecond = 5000): RelayContext & { clock: ManualClock } {
  return {
    clock: new ManualClock(),
    counters: newRelayCounters(),
    maxPacketsPerSecond,
    isLoopback: isLoopbackAddress,
    isOnLoopback: false,
  };
}
