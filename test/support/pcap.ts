/** A UDP datagram over IPv4 as captured. */
export interface CapturedDatagram {
  /** Milliseconds since 1970, with fractions. */
  readonly timeMs: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_HEADER_BYTES = 14;

/**
 * Reads the UDP datagrams of a little-endian libpcap file with Ethernet framing (as of `lo`), also one that is still
 * being written; other packets are left out.
 * @throws {Error} when it is another kind of file
 */
export function readPcap(file: Buffer): CapturedDatagram[] {
  if (file.length < FILE_HEADER_BYTES) return [];
  const magic = file.readUInt32LE(0);
  if (magic !== 0xa1b2c3d4 && magic !== 0xa1b23c4d) throw new Error("not a little-endian pcap file");
  if (file.readUInt32LE(20) !== 1) throw new Error("not a capture with Ethernet framing");
  const fractionsPerMs = magic === 0xa1b23c4d ? 1_000_000 : 1_000;
  const datagrams: CapturedDatagram[] = [];
  for (let offset = FILE_HEADER_BYTES; offset + RECORD_HEADER_BYTES <= file.length;) {
    const start = offset + RECORD_HEADER_BYTES;
    const end = start + file.readUInt32LE(offset + 8);
    if (end > file.length) break;
    const timeMs = file.readUInt32LE(offset) * 1_000 + file.readUInt32LE(offset + 4) / fractionsPerMs;
    const datagram = readDatagram(file.subarray(start, end), timeMs);
    if (datagram !== undefined) datagrams.push(datagram);
    offset = end;
  }
  return datagrams;
}

function readDatagram(frame: Buffer, timeMs: number): CapturedDatagram | undefined {
  if (frame.length < ETHERNET_HEADER_BYTES + 28 || frame.readUInt16BE(12) !== 0x0800) return undefined;
  const packet = frame.subarray(ETHERNET_HEADER_BYTES);
  const headerBytes = (packet.readUInt8(0) & 15) * 4;
  if (packet.readUInt8(9) !== 17 || packet.length < headerBytes + 8) return undefined;
  const udp = packet.subarray(headerBytes);
  return {
    timeMs,
    source: [...packet.subarray(12, 16)].join("."),
    sourcePort: udp.readUInt16BE(0),
    destination: [...packet.subarray(16, 20)].join("."),
    destinationPort: udp.readUInt16BE(2),
    payload: udp.subarray(8, udp.readUInt16BE(4)),
  };
}
