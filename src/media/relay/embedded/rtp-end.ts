import type { RemoteInfo } from "node:dgram";
import type { PayloadTable } from "../../rtp/payload-table.ts";
import { ReceiveStatistics } from "../../rtp/receive-statistics.ts";
import { eventOf, isRtp, payloadTypeOf } from "../../rtp/rtp-header.ts";
import type { RtpStart } from "../../rtp/rtp-packetizer.ts";
import { SentStream } from "../../rtp/sent-stream.ts";
import { deliver } from "./deliver.ts";
import { RateLimit } from "./rate-limit.ts";
import type { PacketSocket, RelayContext, SocketOwner } from "./relay-context.ts";
import { SourceLock } from "./source-lock.ts";

const G711_CLOCK_RATE_HZ = 8000;

/**
 * The RTP socket that faces one side. What it receives goes out of its peer, which is the socket that faces the other
 * side, or itself for an echo, or a conference, or nothing. Runs per packet: it allocates nothing of its own.
 */
export class RtpEnd {
  readonly lock: SourceLock;
  readonly statistics: ReceiveStatistics;
  peer: { send(packet: Buffer, nowMs: number): void } | undefined;
  /** Something is played over what would be sent. */
  isOverlaid = false;
  /** What is sent may be made one stream, whoever makes it; not so with SRTP, where a changed header is a forged one. */
  canAdapt = false;
  /** A telephone event is being sent, and nothing else. */
  #isSendingEvent = false;
  sentPackets = 0;
  /** Octets of the RTP packets, headers included. */
  sentBytes = 0;
  readonly #sent: SentStream;
  readonly #socket: PacketSocket;
  readonly #context: RelayContext;
  readonly #owner: SocketOwner;
  /** Keeps a flood, or two sessions whose SDP points at each other, from taking the whole processor. */
  readonly #rate: RateLimit;
  readonly #payloads: PayloadTable;

  /** @param before the end that had the socket before: its source and its stream go on */
  constructor(
    socket: PacketSocket,
    context: RelayContext,
    owner: SocketOwner,
    payloads: PayloadTable,
    before?: RtpEnd,
  ) {
    this.#socket = socket;
    this.#context = context;
    this.#owner = owner;
    this.#rate = new RateLimit(context.maxPacketsPerSecond);
    this.#payloads = payloads;
    this.lock = before?.lock ?? new SourceLock(context.isLoopback, context.isOnLoopback);
    this.#sent = before?.takeStream() ?? new SentStream();
    this.statistics = new ReceiveStatistics(payloads);
  }

  /** Of the last packet that was sent; -1 before. */
  get sentSsrc(): number {
    return this.sentPackets === 0 ? -1 : this.#sent.ssrc;
  }

  /** Of the last packet that was sent; 8,000 before. */
  get sentClockRateHz(): number {
    return this.#payloads.clockRateHz(this.#sent.payloadType);
  }

  /** It is known where to send. */
  get isReachable(): boolean {
    return this.lock.port !== 0;
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
    const events = this.statistics.telephoneEvents;
    this.statistics.receive(packet, nowMs);
    // What is encrypted has no event that could be read.
    if (this.statistics.telephoneEvents !== events && this.canAdapt) this.#owner.handleEvent(eventOf(packet), nowMs);
    this.peer?.send(packet, nowMs);
  }

  /** Sends to this side, unless something is played over it. May change the packet. */
  send(packet: Buffer, nowMs = this.#context.clock.nowMs()): void {
    if (this.isOverlaid || this.#isSendingEvent) return;
    const clockRateHz = this.#payloads.clockRateHz(payloadTypeOf(packet));
    if (this.canAdapt) this.#sent.adapt(packet, nowMs, clockRateHz);
    this.#transmit(packet, nowMs, clockRateHz);
  }

  /** Sends what is played over. */
  sendOver(packet: Buffer): void {
    this.#transmit(packet, this.#context.clock.nowMs(), G711_CLOCK_RATE_HZ);
  }

  /** From now on only the packets of an event are sent. */
  beginEvent(): void {
    this.#isSendingEvent = true;
  }

  sendEvent(packet: Buffer, clockRateHz: number): void {
    this.#transmit(packet, this.#context.clock.nowMs(), clockRateHz);
  }

  /** What was sent before goes on, behind the event. @param timestampUnits from its timestamp to its last packet */
  endEvent(timestampUnits: number): void {
    this.#isSendingEvent = false;
    this.#sent.advance(timestampUnits);
    this.#sent.switchSource();
  }

  /** How what the relay makes itself, in G.711 by default, goes on with the stream; undefined: it has not begun. */
  nextStart(clockRateHz = G711_CLOCK_RATE_HZ): RtpStart | undefined {
    return this.#sent.next(this.#context.clock.nowMs(), clockRateHz);
  }

  /** What is sent next comes from another source. */
  switchSource(): void {
    this.#sent.switchSource();
  }

  /** For the end that has the socket from now on. */
  takeStream(): SentStream {
    this.#sent.switchSource();
    return this.#sent;
  }

  #transmit(packet: Buffer, nowMs: number, clockRateHz: number): void {
    if (!deliver(packet, this.#socket, this.lock, this.#context.counters)) return;
    this.sentPackets += 1;
    this.sentBytes += packet.length;
    this.#sent.note(packet, nowMs, clockRateHz);
  }
}
