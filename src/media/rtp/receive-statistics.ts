import { estimateMos } from "./mos.ts";
import type { PayloadTable } from "./payload-table.ts";
import { payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "./rtp-header.ts";
import { SourceStatistics } from "./source-statistics.ts";

/** SSRCs followed at a time on one stream; the one silent longest makes room for another. */
const MAX_SOURCES = 4;

/** Reception of one RTP stream with its sources: speech, and often a second one for DTMF. */
export class ReceiveStatistics {
  readonly #payloads: PayloadTable;
  readonly #sources: SourceStatistics[] = [];
  #current: SourceStatistics | undefined;
  #packets = 0;
  #bytes = 0;
  #lostOfOthers = 0;
  #outOfOrderOfOthers = 0;
  #telephoneEvents = 0;
  #lastEventSsrc = -1;
  #lastEventTimestamp = -1;

  constructor(payloads: PayloadTable) {
    this.#payloads = payloads;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Octets of the RTP packets, headers included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** DTMF digits that arrived as RFC 4733 events. */
  get telephoneEvents(): number {
    return this.#telephoneEvents;
  }

  get lost(): number {
    let lost = this.#lostOfOthers;
    for (const source of this.#sources) lost += source.lost;
    return lost;
  }

  /** Packets that came after one with a later number of the same source; some of them may be repetitions. */
  get outOfOrder(): number {
    let outOfOrder = this.#outOfOrderOfOthers;
    for (const source of this.#sources) outOfOrder += source.outOfOrder;
    return outOfOrder;
  }

  /** When the last packet came; `undefined` before the first. */
  get lastArrivalMs(): number | undefined {
    let last: number | undefined;
    for (const { lastArrivalMs } of this.#sources) {
      if (last === undefined || lastArrivalMs > last) last = lastArrivalMs;
    }
    return last;
  }

  /** Of the source that sent most. */
  get jitterMs(): number {
    return this.#main?.jitterMs ?? 0;
  }

  /** Of the source that sent most; `undefined` before the first packet. */
  get ssrc(): number | undefined {
    return this.#main?.ssrc;
  }

  /** Time in one packet of the source that sent most; 0 while it is not known. */
  get packetMs(): number {
    return this.#main?.packetMs ?? 0;
  }

  /** 1 to 4.5; `undefined` before the first packet. */
  mos(roundTripMs: number): number | undefined {
    if (this.#packets === 0) return undefined;
    const { lost, jitterMs } = this;
    return estimateMos({ lossFraction: lost / (lost + this.#packets), jitterMs, roundTripMs });
  }

  /** Counts an RTP packet; allocates only for a source that is new. */
  receive(packet: Buffer, nowMs: number): void {
    this.#packets += 1;
    this.#bytes += packet.length;
    const payloadType = payloadTypeOf(packet);
    const timestamp = timestampOf(packet);
    const sequence = sequenceOf(packet);
    const ssrc = ssrcOf(packet);
    const isEvent = this.#payloads.isTelephoneEvent(payloadType);
    if (isEvent) this.#countEvent(ssrc, timestamp);
    let source = this.#current;
    if (source === undefined || source.ssrc !== ssrc) {
      source = this.#sourceOf(ssrc, sequence, timestamp, nowMs);
      this.#current = source;
    }
    source.receive(sequence, timestamp, nowMs, isEvent ? 0 : this.#payloads.clockRateHz(payloadType));
  }

  /** RFC 4733 2.5.1: all packets of an event have the timestamp of its start. */
  #countEvent(ssrc: number, timestamp: number): void {
    if (ssrc === this.#lastEventSsrc && timestamp === this.#lastEventTimestamp) return;
    this.#lastEventSsrc = ssrc;
    this.#lastEventTimestamp = timestamp;
    this.#telephoneEvents += 1;
  }

  get #main(): SourceStatistics | undefined {
    let main: SourceStatistics | undefined;
    for (const source of this.#sources) if (main === undefined || source.received > main.received) main = source;
    return main;
  }

  #sourceOf(ssrc: number, sequence: number, timestamp: number, nowMs: number): SourceStatistics {
    let oldest: SourceStatistics | undefined;
    for (const source of this.#sources) {
      if (source.ssrc === ssrc) return source;
      if (oldest === undefined || source.lastArrivalMs < oldest.lastArrivalMs) oldest = source;
    }
    if (oldest === undefined || this.#sources.length < MAX_SOURCES) {
      const source = new SourceStatistics(ssrc, sequence, timestamp, nowMs);
      this.#sources.push(source);
      return source;
    }
    this.#lostOfOthers += oldest.lost;
    this.#outOfOrderOfOthers += oldest.outOfOrder;
    oldest.restart(ssrc, sequence, timestamp, nowMs);
    return oldest;
  }
}
