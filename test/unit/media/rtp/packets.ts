/** Fields of a made RTP packet; all default to 0. */
export interface RtpFields {
  readonly payloadType?: number;
  readonly marker?: boolean;
  readonly sequence?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
  readonly payloadBytes?: number;
}

export function rtp(fields: RtpFields = {}): Buffer {
  const packet = Buffer.alloc(12 + (fields.payloadBytes ?? 160));
  packet[0] = 0x80;
  packet[1] = (fields.payloadType ?? 0) | (fields.marker === true ? 0x80 : 0);
  packet.writeUInt16BE((fields.sequence ?? 0) & 0xffff, 2);
  packet.writeUInt32BE((fields.timestamp ?? 0) >>> 0, 4);
  packet.writeUInt32BE((fields.ssrc ?? 0) >>> 0, 8);
  return packet;
}

export function hasMarker(packet: Buffer): boolean {
  return packet.readUInt8(1) >= 0x80;
}

/** A report block with what round trips need. */
export interface BlockFields {
  readonly ssrc?: number;
  readonly lastSenderReport?: number;
  readonly delay?: number;
}

/** A sender report with the middle 32 bits of its NTP time. */
export function senderReport(ssrc: number, compactNtp: number, blocks: readonly BlockFields[] = []): Buffer {
  const packet = Buffer.alloc(28 + 24 * blocks.length);
  packet.writeUInt32BE(ssrc, 4);
  packet.writeUInt32BE(0xaaaa0000 + (compactNtp >>> 16), 8);
  packet.writeUInt16BE(compactNtp & 0xffff, 12);
  return finish(packet, 200, 28, blocks);
}

export function receiverReport(ssrc: number, blocks: readonly BlockFields[] = []): Buffer {
  const packet = Buffer.alloc(8 + 24 * blocks.length);
  packet.writeUInt32BE(ssrc, 4);
  return finish(packet, 201, 8, blocks);
}

function finish(packet: Buffer, type: number, firstBlock: number, blocks: readonly BlockFields[]): Buffer {
  packet[0] = 0x80 | blocks.length;
  packet[1] = type;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  for (const [index, block] of blocks.entries()) {
    const offset = firstBlock + 24 * index;
    packet.writeUInt32BE(block.ssrc ?? 0, offset);
    packet[offset + 4] = 64;
    packet.writeIntBE(-2, offset + 5, 3);
    packet.writeUInt32BE(70_000, offset + 8);
    packet.writeUInt32BE(80, offset + 12);
    packet.writeUInt32BE(block.lastSenderReport ?? 0, offset + 16);
    packet.writeUInt32BE(block.delay ?? 0, offset + 20);
  }
  return packet;
}
