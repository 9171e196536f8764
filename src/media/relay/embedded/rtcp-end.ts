import type { RemoteInfo } from "node:dgram";
import { RoundTrip } from "../../rtp/round-trip.ts";
import { ReportedReception } from "../../rtp/reported-reception.ts";
import { isRtcp, parseReports } from "../../rtp/rtcp-packet.ts";
import { deliver } from "./deliver.ts";
import { RateLimit } from "./rate-limit.ts";
import type { PacketSocket, RelayContext, SocketOwner } from "./relay-context.ts";
import { SourceLock } from "./source-lock.ts";

/** RTCP is 5 % of a session's bandwidth (RFC 3550 6.2); this is far above any that is meant well. */
const MAX_PACKETS_PER_SECOND = 200;

/** The RTCP socket that faces one side; also measures the round trip between the relay and that side. */
export class RtcpEnd {
  readonly lock: SourceLock;
  readonly roundTrip = new RoundTrip();
  /** What this side says of the RTP that it is sent. */
  readonly reported = new ReportedReception();
  peer: RtcpEnd | undefined;
  readonly #socket: PacketSocket;
  readonly #context: RelayContext;
  readonly #owner: SocketOwner;
  readonly #rate: RateLimit;

  /** @param lock of the end that had the socket before */
  constructor(socket: PacketSocket, context: RelayContext, owner: SocketOwner, lock?: SourceLock) {
    this.#socket = socket;
    this.#context = context;
    this.#owner = owner;
    this.#rate = new RateLimit(MAX_PACKETS_PER_SECOND);
    this.lock = lock ?? new SourceLock(context.isLoopback, context.isOnLoopback);
  }

  /** Takes a packet from the network. */
  receive(packet: Buffer, source: Pick<RemoteInfo, "address" | "port">): void {
    const { clock, counters } = this.#context;
    if (!isRtcp(packet)) {
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
    if (admission === "chosen") this.#owner.handleSource("rtcp");
    if (!this.#rate.allows(nowMs)) {
      counters.throttled += 1;
      return;
    }
    this.#owner.lastHeardMs = nowMs;
    counters.rtcpPackets += 1;
    counters.rtcpBytes += packet.length;
    this.#pass(packet, nowMs);
  }

  /** Sends to this side. */
  send(packet: Buffer): void {
    deliver(packet, this.#socket, this.lock, this.#context.counters);
  }

  #pass(packet: Buffer, nowMs: number): void {
    const { peer } = this;
    const reports = parseReports(packet);
    this.reported.note(reports);
    if (peer === undefined) return;
    this.roundTrip.measure(reports, nowMs);
    peer.roundTrip.notePassed(reports, nowMs);
    peer.send(packet);
  }
}
