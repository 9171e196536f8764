import { payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "./rtp-header.ts";
import type { RtpStart } from "./rtp-packetizer.ts";

/**
 * What goes out of one RTP socket, as its receiver knows it: one stream, though it comes from one source after the
 * other. Many phones throw away the first second of another SSRC. Allocates nothing per packet.
 */
export class SentStream {
  #ssrc = -1;
  #payloadType = 0;
  #clockRateHz = 0;
  #sequence = 0;
  #timestamp = 0;
  #sentAtMs = 0;
  #isSwitching = false;
  /** The source whose packets become those of this stream; -1: they are. */
  #source = -1;
  #target = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;

  /** Of the last packet; -1 before the first. */
  get ssrc(): number {
    return this.#ssrc;
  }

  /** Of the last packet. */
  get payloadType(): number {
    return this.#payloadType;
  }

  /** What is sent next comes from another source. */
  switchSource(): void {
    this.#isSwitching = this.#ssrc >= 0;
    this.#source = -1;
  }

  /** The last packets had the timestamp of their start (RFC 4733 2.2.1): so much of it has passed up to the last one. */
  advance(timestampUnits: number): void {
    this.#timestamp = (this.#timestamp + timestampUnits) >>> 0;
  }

  /** How a source goes on with the stream; undefined when nothing was sent yet, or at another clock rate. */
  next(nowMs: number, clockRateHz: number): RtpStart | undefined {
    if (this.#ssrc < 0 || clockRateHz !== this.#clockRateHz) return undefined;
    this.#isSwitching = false;
    this.#source = -1;
    return { ssrc: this.#ssrc, sequence: (this.#sequence + 1) & 0xffff, timestamp: this.#timestampAt(nowMs) };
  }

  /** Makes a packet of the source one of the stream, in place; packets of further sources stay as they are. */
  adapt(packet: Buffer, nowMs: number, clockRateHz: number): void {
    if (this.#isSwitching) this.#begin(packet, nowMs, clockRateHz);
    if (this.#source < 0 || ssrcOf(packet) !== this.#source) return;
    packet.writeUInt16BE((sequenceOf(packet) + this.#sequenceOffset) & 0xffff, 2);
    packet.writeUInt32BE((timestampOf(packet) + this.#timestampOffset) >>> 0, 4);
    packet.writeUInt32BE(this.#target, 8);
  }

  /** A packet has been sent. */
  note(packet: Buffer, nowMs: number, clockRateHz: number): void {
    const ssrc = ssrcOf(packet);
    const sequence = sequenceOf(packet);
    const isLate = ssrc === this.#ssrc && ((sequence - this.#sequence) & 0xffff) > 0x8000;
    if (isLate) return;
    this.#ssrc = ssrc;
    this.#sequence = sequence;
    this.#timestamp = timestampOf(packet);
    this.#payloadType = payloadTypeOf(packet);
    this.#clockRateHz = clockRateHz;
    this.#sentAtMs = nowMs;
  }

  #begin(packet: Buffer, nowMs: number, clockRateHz: number): void {
    this.#isSwitching = false;
    if (clockRateHz !== this.#clockRateHz) return;
    this.#source = ssrcOf(packet);
    this.#target = this.#ssrc;
    this.#sequenceOffset = this.#sequence + 1 - sequenceOf(packet);
    this.#timestampOffset = this.#timestampAt(nowMs) - timestampOf(packet);
    packet[1] = (packet[1] ?? 0) | 0x80;
  }

  /** At least a frame after the last packet. */
  #timestampAt(nowMs: number): number {
    const passed = Math.max(this.#clockRateHz / 50, Math.round(((nowMs - this.#sentAtMs) * this.#clockRateHz) / 1000));
    return (this.#timestamp + passed) >>> 0;
  }
}
