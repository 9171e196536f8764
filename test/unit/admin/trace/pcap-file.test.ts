import assert from "node:assert/strict";
import { pcapHeader, PcapWriter } from "../../../../src/admin/trace/pcap-file.ts";
import { message } from "./sample-messages.ts";

/** RFC 1071: the sum over data with its own checksum is all ones. */
function sumOf(bytes: Buffer): number {
  let sum = 0;
  const even = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
  for (let at = 0; at < even.length; at += 2) sum += even.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

function pseudoHeader(addresses: Buffer, protocol: number, content: Buffer): Buffer {
  const rest = Buffer.alloc(8);
  rest.writeUInt32BE(content.length, 0);
  rest.writeUInt32BE(protocol, 4);
  return Buffer.concat([addresses, rest, content]);
}

describe("pcap files", () => {
  it("given a file, when it begins, then it says classic, little-endian, raw IP", () => {
    assert.equal(pcapHeader().toString("hex"), "d4c3b2a1020004000000000000000000000004006500000000".slice(0, 48));
  });

  it("given a message over UDP, when written, then addresses, ports, time and both checksums are right", () => {
    const sent = message(1, "c", "sent", "OPTIONS", { timeMs: 1_700_000_000_123 });
    const bytes = new PcapWriter().packets(sent);
    assert.equal(bytes.readUInt32LE(0), 1_700_000_000);
    assert.equal(bytes.readUInt32LE(4), 123_000);
    const packet = bytes.subarray(16);
    assert.equal(bytes.readUInt32LE(8), packet.length);
    assert.deepEqual([...packet.subarray(12, 20)], [192, 0, 2, 1, 192, 0, 2, 7]);
    assert.equal(sumOf(packet.subarray(0, 20)), 0xffff);
    const datagram = packet.subarray(20);
    assert.deepEqual([datagram.readUInt16BE(0), datagram.readUInt16BE(2)], [5060, 5061]);
    assert.equal(datagram.readUInt16BE(4), datagram.length);
    assert.equal(sumOf(pseudoHeader(packet.subarray(12, 20), 17, datagram)), 0xffff);
    assert.equal(datagram.subarray(8).toString("latin1"), sent.text);
  });

  it("given messages over one connection, when written, then sequence numbers go on in each direction", () => {
    const writer = new PcapWriter();
    const over = { protocol: "tcp" };
    const [first, second] = [message(1, "c", "received", "OPTIONS", over), message(2, "c", "sent", "OPTIONS", over)];
    const tcp = (bytes: Buffer): Buffer => bytes.subarray(36);
    assert.equal(tcp(writer.packets(first)).readUInt32BE(4), 1);
    const reply = tcp(writer.packets(second));
    assert.deepEqual([reply.readUInt32BE(4), reply.readUInt32BE(8)], [1, 1 + first.text.length]);
    assert.equal(tcp(writer.packets(first)).readUInt32BE(4), 1 + first.text.length);
  });

  it("given a message of 40,000 octets over TCP, when written, then it is cut into packets that hold it all", () => {
    const text = "x".repeat(40_000);
    const bytes = new PcapWriter().packets(message(1, "c", "sent", "OPTIONS", { protocol: "tcp", text }));
    let [octets, packets] = [0, 0];
    for (let at = 0; at < bytes.length; packets += 1) {
      const length = bytes.readUInt32LE(at + 8);
      octets += length - 40;
      at += 16 + length;
    }
    assert.deepEqual([octets, packets], [40_000, 3]);
  });

  it("given IPv6 ends, when written, then the packet is one of IPv6", () => {
    const changes = { localAddress: "2001:db8::1", remoteAddress: "fe80::7%eth0" };
    const packet = new PcapWriter().packets(message(1, "c", "sent", "OPTIONS", changes)).subarray(16);
    assert.equal(packet.readUInt8(0) >> 4, 6);
    assert.equal(packet.subarray(8, 24).toString("hex"), "20010db8000000000000000000000001");
    assert.equal(packet.subarray(24, 40).toString("hex"), "fe800000000000000000000000000007");
    assert.equal(sumOf(pseudoHeader(packet.subarray(8, 40), 17, packet.subarray(40))), 0xffff);
  });
});
