import type { RemoteInfo } from "node:dgram";
import type { PayloadTable } from "../../rtp/payload-table.ts";
import { ReceiveStatistics } from "../../rtp/receive-statistics.ts";
import { isRtp, payloadTypeOf, ssrcOf } from "../../rtp/rtp-header.ts";
import { deliver } from "./deliver.ts";
import { RateLimit } from "./rate-limit.ts";
import type { PacketSocket, RelayContext, SocketOwner } from "./relay-context.ts";
import { SourceLock } from "./source-lock.ts";

/**
 * The RTP socket that faces one side. What it receives goes out of its peer, which is the socket that faces the other
 * side, or itself for an echo, or nothing. Runs per packet: it allocates nothing of its own.
 */
export class RtpEnd {
  readonly lock: SourceLock;
  readonly statistics: ReceiveStatistics;
  peer: RtpEnd | undefined;
  sentPackets = 0;
  /** Octets of the RTP packets, headers included. */
  sentBytes = 0;
  /** Of the last packet that was sent; -1 before. */
  sentSsrc = -1;
  #sentPayloadType = 0;
  readonly #socket: PacketSocket;
  readonly #context: RelayContext;
  readonly #owner: SocketOwner;
  /** Keeps a flood, or two sessions whose SDP points at each other, from taking the whole processor. */
  readonly #rate: RateLimit;
  readonly #payloads: PayloadTable;

  /** @param lock of the end that had the socket before */
  constructor(
    socket: PacketSocket,
    context: RelayContext,
    owner: SocketOwner,
    payloads: PayloadTable,
    lock?: SourceLock,
  ) {
    this.#socket = socket;
    this.#context = context;
    this.#owner = owner;
    this.#rate = new RateLimit(context.maxPacketsPerSecond);
    this.#payloads = payloads;
    this.lock = lock ?? new SourceLock(context.isLoopback, context.isOnLoopback);
    this.statistics = new ReceiveStatistics(payloads);
  }

  /** Of the last packet that was sent. */
  get sentClockRateHz(): number {
    return this.#payloads.clockRateHz(this.#sentPayloadType);
  }

  /** Takes a packet from the network. */
  receive(packet: Buffer, source: Pick<RemoteInfo, "address" | "port">): void {
    const { clock, counters } = this.#context;
    if (!isRtp(packet)) {
      counters.malformed += 1;
      return;
    }
    const nowMs = clock.nowMs();
    const admission = this.lock.admit(source.address, source.port, nowMs);
    if (admission === "refused") {
      counters.rejected += 1;
      this.#owner.rejected += 1;
      return;
    }
    if (admission === "chosen") this.#owner.handleSource("rtp");
    if (!this.#rate.allows(nowMs)) {
      counters.throttled += 1;
      return;
    }
    this.#owner.lastHeardMs = nowMs;
    counters.rtpPackets += 1;
    counters.rtpBytes += packet.length;
    this.statistics.receive(packet, nowMs);
    this.peer?.send(packet);
  }

  /** Sends to this side. */
  send(packet: Buffer): void {
    if (!deliver(packet, this.#socket, this.lock, this.#context.counters)) return;
    this.sentPackets += 1;
    this.sentBytes += packet.length;
    this.sentSsrc = ssrcOf(packet);
    this.#sentPayloadType = payloadTypeOf(packet);
  }
}
