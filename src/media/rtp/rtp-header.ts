/** Octets of an RTP header without contributing sources and extension. */
export const RTP_HEADER_BYTES = 12;

/**
 * True for RTP version 2 with a payload type that RTCP does not use: not STUN, DTLS or ZRTP, and not RTCP sent to the
 * wrong port.
 * @see RFC 3550 5.1, RFC 5761 4
 */
export function isRtp(packet: Buffer): boolean {
  if (packet.length < RTP_HEADER_BYTES) return false;
  const kind = packet.readUInt8(1) & 0x7f;
  return packet.readUInt8(0) >>> 6 === 2 && (kind < 64 || kind > 95);
}

/** 0 to 127. */
export function payloadTypeOf(packet: Buffer): number {
  return packet.readUInt8(1) & 0x7f;
}

export function sequenceOf(packet: Buffer): number {
  return packet.readUInt16BE(2);
}

export function timestampOf(packet: Buffer): number {
  return packet.readUInt32BE(4);
}

export function ssrcOf(packet: Buffer): number {
  return packet.readUInt32BE(8);
}

/** Where the payload starts, after contributing sources and extension; beyond the packet when that is malformed. */
export function payloadStartOf(packet: Buffer): number {
  const first = packet.readUInt8(0);
  const start = RTP_HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) === 0) return start;
  return start + 4 > packet.length ? packet.length + 1 : start + 4 + 4 * packet.readUInt16BE(start + 2);
}

/** RFC 4733 2.3: the event that a telephone event packet is about, 0 to 255; 255 when it has no payload. */
export function eventOf(packet: Buffer): number {
  const start = payloadStartOf(packet);
  return start < packet.length ? packet.readUInt8(start) : 255;
}

/** Where the payload ends, before padding. */
export function payloadEndOf(packet: Buffer): number {
  const isPadded = (packet.readUInt8(0) & 0x20) !== 0;
  return isPadded ? packet.length - packet.readUInt8(packet.length - 1) : packet.length;
}

export function hasMarker(packet: Buffer): boolean {
  return packet.readUInt8(1) >= 0x80;
}
