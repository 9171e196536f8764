import assert from "node:assert/strict";
import fc from "fast-check";
import { isRtcp, parseReports } from "../../../../src/media/rtp/rtcp-packet.ts";
import { receiverReport, rtp, senderReport } from "./packets.ts";

describe("RTCP packet", () => {
  it("given a compound packet, when parsed, then both reports are there and SDES is passed over", () => {
    const description = Buffer.from("81ca0003000000050103616263000000", "hex");
    const compound = Buffer.concat([
      senderReport(7, 0x12345678),
      description,
      receiverReport(8, [{ ssrc: 9, lastSenderReport: 0x12345678, delay: 65_536 }]),
    ]);
    assert.deepEqual(parseReports(compound), [
      { type: "sender", ssrc: 7, compactNtp: 0x12345678, blocks: [] },
      {
        type: "receiver",
        ssrc: 8,
        blocks: [
          {
            ssrc: 9,
            fractionLost: 64,
            cumulativeLost: -2,
            highestSequence: 70_000,
            jitter: 80,
            lastSenderReport: 0x12345678,
            delaySinceLastSenderReport: 65_536,
          },
        ],
      },
    ]);
  });

  it("given lengths and counts that do not fit, when parsed, then what fits is there", () => {
    const whole = senderReport(7, 1, [{ ssrc: 1 }]);
    assert.deepEqual(parseReports(whole.subarray(0, 40)), []);
    const liar = receiverReport(8);
    liar[0] = 0x80 | 31;
    assert.deepEqual(parseReports(liar), []);
    assert.equal(parseReports(Buffer.concat([receiverReport(8), Buffer.alloc(8)])).length, 1);
  });

  it("given more packets than a compound may have, when parsed, then 16 are read", () => {
    assert.equal(parseReports(Buffer.concat(Array.from({ length: 40 }, () => receiverReport(1)))).length, 16);
  });

  it("given RTP or other packets, when judged, then they are no RTCP", () => {
    assert.ok(isRtcp(receiverReport(1)));
    assert.ok(!isRtcp(rtp()));
    assert.ok(!isRtcp(receiverReport(1).subarray(0, 7)));
    assert.ok(!isRtcp(Buffer.alloc(20)));
  });

  it("given any bytes, when parsed, then it never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const packet = Buffer.from(bytes);
        if (packet.length > 1) packet.set([0x80 | (packet[0] ?? 0), 200 + ((packet[1] ?? 0) & 1)]);
        assert.ok(Array.isArray(parseReports(packet)));
      }),
    );
  });
});
