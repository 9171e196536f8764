import { RTP_HEADER_BYTES } from "./rtp-header.ts";
import type { RtpStart } from "./rtp-packetizer.ts";

const PAYLOAD_BYTES = 4;
const MARKER = 0x80;
const END = 0x80;
/** RFC 4733 2.3.3: -10 dBm0, as loud as telephones dial. */
const VOLUME = 10;
const MAX_DURATION = 0xffff;

/**
 * Makes the RTP packets of one telephone event. There is one buffer: a packet is valid until the next is made.
 * @see RFC 4733 2.3 (payload), 2.5.1.2 (timestamp, marker)
 */
export class EventPacketizer {
  readonly #packet = Buffer.alloc(RTP_HEADER_BYTES + PAYLOAD_BYTES);
  readonly #payloadType: number;
  #sequence: number;
  #marker = MARKER;

  /**
   * @param start its timestamp is that of the whole event
   * @param event 0 to 255
   */
  constructor(start: RtpStart, payloadType: number, event: number) {
    this.#payloadType = payloadType & 0x7f;
    this.#sequence = start.sequence & 0xffff;
    this.#packet[0] = 0x80;
    this.#packet.writeUInt32BE(start.timestamp >>> 0, 4);
    this.#packet.writeUInt32BE(start.ssrc >>> 0, 8);
    this.#packet[RTP_HEADER_BYTES] = event & 0xff;
  }

  /** @param duration since its start, in units of the timestamp, at most 65535 */
  next(duration: number, isOver: boolean): Buffer {
    const packet = this.#packet;
    packet[1] = this.#payloadType | this.#marker;
    packet.writeUInt16BE(this.#sequence, 2);
    packet[RTP_HEADER_BYTES + 1] = VOLUME | (isOver ? END : 0);
    packet.writeUInt16BE(Math.min(duration, MAX_DURATION), RTP_HEADER_BYTES + 2);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#marker = 0;
    return packet;
  }
}
