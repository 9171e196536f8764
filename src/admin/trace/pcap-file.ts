import { isIPv6 } from "node:net";
import type { TracedMessage } from "./traced-message.ts";

/** The start of a file of the classic pcap format, little-endian, microseconds; packets begin with their IP header. */
export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return header;
}

const LINKTYPE_RAW = 101;
const UDP = 17;
const TCP = 6;
const MAX_SEGMENT = 16_384;
/** Octets of a message that fit into a datagram over IPv4. */
const MAX_DATAGRAM = 65_507;
/** PSH and ACK. */
const FLAGS = 0x18;

interface End {
  readonly address: string;
  readonly port: number;
}

/**
 * Writes messages as packets with made-up headers: addresses, ports and times are those of the message. What went over
 * TLS or WebSocket is written as if it had gone over TCP.
 */
export class PcapWriter {
  /** Octets sent so far over each direction of each connection. */
  readonly #sent = new Map<string, number>();

  /** The packets of one message, to be appended to the file. */
  packets(message: TracedMessage): Buffer {
    const local = { address: message.localAddress, port: message.localPort };
    const remote = { address: message.remoteAddress, port: message.remotePort };
    const [from, to] = message.direction === "sent" ? [local, remote] : [remote, local];
    const payload = Buffer.from(message.text, "latin1");
    if (message.protocol === "udp") {
      const datagram = udpDatagram(from, to, payload.subarray(0, MAX_DATAGRAM));
      return record(message.timeMs, ipPacket(from, to, UDP, datagram));
    }
    const records: Buffer[] = [];
    for (let at = 0; at < payload.length; at += MAX_SEGMENT) {
      const segment = this.#tcpSegment(from, to, payload.subarray(at, at + MAX_SEGMENT));
      records.push(record(message.timeMs, ipPacket(from, to, TCP, segment)));
    }
    return Buffer.concat(records);
  }

  #tcpSegment(from: End, to: End, payload: Buffer): Buffer {
    const key = (one: End, other: End): string => `${one.address}|${one.port}|${other.address}|${other.port}`;
    const sequence = this.#sent.get(key(from, to)) ?? 1;
    this.#sent.set(key(from, to), sequence + payload.length);
    const header = Buffer.alloc(20);
    header.writeUInt16BE(from.port, 0);
    header.writeUInt16BE(to.port, 2);
    header.writeUInt32BE(sequence >>> 0, 4);
    header.writeUInt32BE((this.#sent.get(key(to, from)) ?? 1) >>> 0, 8);
    header.writeUInt8(5 << 4, 12);
    header.writeUInt8(FLAGS, 13);
    header.writeUInt16BE(65_535, 14);
    return withChecksum(Buffer.concat([header, payload]), 16, from, to, TCP);
  }
}

function udpDatagram(from: End, to: End, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(from.port, 0);
  header.writeUInt16BE(to.port, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return withChecksum(Buffer.concat([header, payload]), 6, from, to, UDP);
}

function ipPacket(from: End, to: End, protocol: number, content: Buffer): Buffer {
  const [source, destination] = addressesOf(from, to);
  if (source.length === 16) {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x6000_0000, 0);
    header.writeUInt16BE(content.length, 4);
    header.writeUInt8(protocol, 6);
    header.writeUInt8(64, 7);
    return Buffer.concat([header, source, destination, content]);
  }
  const header = Buffer.alloc(12);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + content.length, 2);
  header.writeUInt8(64, 8);
  header.writeUInt8(protocol, 9);
  const whole = Buffer.concat([header, source, destination]);
  whole.writeUInt16BE(checksum(whole), 10);
  return Buffer.concat([whole, content]);
}

function withChecksum(content: Buffer, at: number, from: End, to: End, protocol: number): Buffer {
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(content.length, 0);
  pseudo.writeUInt32BE(protocol, 4);
  // RFC 768: a sum of zero is sent as all ones.
  content.writeUInt16BE(checksum(Buffer.concat([...addressesOf(from, to), pseudo, content])) || 0xffff, at);
  return content;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  if (bytes.length % 2 === 1) sum += (bytes.at(-1) ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}

function record(timeMs: number, packet: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Math.floor(timeMs / 1_000), 0);
  header.writeUInt32LE(Math.round((timeMs % 1_000) * 1_000), 4);
  header.writeUInt32LE(packet.length, 8);
  header.writeUInt32LE(packet.length, 12);
  return Buffer.concat([header, packet]);
}

/** Both of one family; an end that is not known is the unspecified address. */
function addressesOf({ address: from }: End, { address: to }: End): [Buffer, Buffer] {
  return isIPv6(from) || isIPv6(to) ? [ipv6Octets(from), ipv6Octets(to)] : [ipv4Octets(from), ipv4Octets(to)];
}

function ipv4Octets(address: string): Buffer {
  const octets = address.split(".").map(Number);
  return octets.length === 4 ? Buffer.from(octets) : Buffer.alloc(4);
}

function ipv6Octets(address: string): Buffer {
  const bare = (address.split("%", 1)[0] ?? "").replace(/\d+\.\d+\.\d+\.\d+$/, (embedded) => {
    const octets = ipv4Octets(embedded);
    return `${octets.readUInt16BE(0).toString(16)}:${octets.readUInt16BE(2).toString(16)}`;
  });
  const [head = "", tail] = bare.split("::");
  const groups = (part: string): number[] =>
    part
      .split(":")
      .filter(Boolean)
      .map((group) => parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const result = Buffer.alloc(16);
  left.slice(0, 8).forEach((group, index) => result.writeUInt16BE(group & 0xffff, index * 2));
  right.slice(0, 8).forEach((group, index) => result.writeUInt16BE(group & 0xffff, 16 - 2 * right.length + index * 2));
  return result;
}
