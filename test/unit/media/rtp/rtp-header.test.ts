import assert from "node:assert/strict";
import { isRtp, payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "../../../../src/media/rtp/rtp-header.ts";
import { receiverReport, rtp } from "./packets.ts";

describe("RTP header", () => {
  it("given a packet, when read, then each field is what was written", () => {
    const packet = rtp({ payloadType: 101, marker: true, sequence: 65_535, timestamp: 0xfedcba98, ssrc: 0x89abcdef });
    assert.equal(payloadTypeOf(packet), 101);
    assert.equal(sequenceOf(packet), 65_535);
    assert.equal(timestampOf(packet), 0xfedcba98);
    assert.equal(ssrcOf(packet), 0x89abcdef);
  });

  it("given what is no RTP, when judged, then it is refused", () => {
    const stun = Buffer.from("000100002112a442000000000000000000000000", "hex");
    const dtls = Buffer.concat([Buffer.from([22, 254, 255]), Buffer.alloc(40)]);
    assert.ok(isRtp(rtp({ payloadBytes: 0 })));
    assert.ok(isRtp(rtp({ payloadType: 127, marker: true })));
    for (const packet of [stun, dtls, receiverReport(1), Buffer.alloc(0), rtp().subarray(0, 11)]) {
      assert.ok(!isRtp(packet));
    }
  });
});
