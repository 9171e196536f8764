import { RTP_HEADER_BYTES } from "./rtp-header.ts";

/** Where a stream starts; each value should be random (RFC 3550 5.1). */
export interface RtpStart {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
}

/**
 * Makes the RTP packets of one generated stream with a fixed payload length. There is one buffer: a packet is valid
 * until the next is made, which is after it was given to the operating system.
 */
export class RtpPacketizer {
  readonly #packet: Buffer;
  readonly #payloadBytes: number;
  readonly #ssrc: number;
  #sequence: number;
  #timestamp: number;
  #marker = 0x80;

  constructor(start: RtpStart, payloadType: number, payloadBytes: number) {
    this.#payloadBytes = payloadBytes;
    this.#sequence = start.sequence & 0xffff;
    this.#timestamp = start.timestamp >>> 0;
    this.#packet = Buffer.alloc(RTP_HEADER_BYTES + payloadBytes);
    this.#packet[0] = 0x80;
    this.#packet[1] = payloadType & 0x7f;
    this.#ssrc = start.ssrc >>> 0;
  }

  /** The next packet, with the payload at `offset` of `source`. The first, and the first after a gap, has a marker. */
  next(source: Buffer, offset: number): Buffer {
    const packet = this.#packet;
    packet[1] = ((packet[1] ?? 0) & 0x7f) | this.#marker;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#timestamp, 4);
    // Each time: who sends the packet may make it one of another stream.
    packet.writeUInt32BE(this.#ssrc, 8);
    source.copy(packet, RTP_HEADER_BYTES, offset, offset + this.#payloadBytes);
    this.#marker = 0;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + this.#payloadBytes) >>> 0;
    return packet;
  }

  /** Leaves out the time of `count` packets: silence, not loss. */
  skip(count: number): void {
    this.#timestamp = (this.#timestamp + count * this.#payloadBytes) >>> 0;
    this.#marker = 0x80;
  }
}
