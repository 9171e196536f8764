import assert from "node:assert/strict";
import { RtpPacketizer } from "../../../../src/media/rtp/rtp-packetizer.ts";
import { isRtp, payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "../../../../src/media/rtp/rtp-header.ts";
import { hasMarker } from "./packets.ts";

describe("RtpPacketizer", () => {
  it("given a start at the end of its numbers, when packets are made, then they wrap", () => {
    const packetizer = new RtpPacketizer({ ssrc: 0xffffffff, sequence: 65_535, timestamp: 0xffffffff }, 8, 160);
    const source = Buffer.alloc(320, 7);
    const first = Buffer.from(packetizer.next(source, 0));
    const second = packetizer.next(source, 160);
    assert.ok(isRtp(first));
    assert.deepEqual([sequenceOf(first), timestampOf(first), ssrcOf(first)], [65_535, 0xffffffff, 0xffffffff]);
    assert.deepEqual([sequenceOf(second), timestampOf(second), payloadTypeOf(second)], [0, 159, 8]);
    assert.deepEqual([hasMarker(first), hasMarker(second)], [true, false]);
  });

  it("given audio, when packets are made, then the payload is the part at the offset", () => {
    const packetizer = new RtpPacketizer({ ssrc: 1, sequence: 1, timestamp: 1 }, 0, 4);
    assert.deepEqual([...packetizer.next(Buffer.from([1, 2, 3, 4, 5, 6]), 2).subarray(12)], [3, 4, 5, 6]);
  });

  it("given a skip, when the next packet is made, then time has passed, nothing is lost and it has a marker", () => {
    const packetizer = new RtpPacketizer({ ssrc: 1, sequence: 10, timestamp: 1000 }, 0, 160);
    packetizer.next(Buffer.alloc(160), 0);
    packetizer.skip(3);
    const next = packetizer.next(Buffer.alloc(160), 0);
    assert.deepEqual([sequenceOf(next), timestampOf(next), hasMarker(next)], [11, 1000 + 4 * 160, true]);
  });
});
