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
