import assert from "node:assert/strict";
import { staticPayloadType } from "../../../../src/media/sdp/static-payload-types.ts";

describe("staticPayloadType", () => {
  it("given RFC 3551's table, when asked, then names and clock rates are its", () => {
    const table = Array.from({ length: 128 }, (_, payloadType) => {
      const known = staticPayloadType(payloadType);
      return known === undefined ? [] : [`${payloadType} ${known.name} ${known.clockRateHz}`];
    }).flat();
    assert.deepEqual(table, [
      "0 PCMU 8000",
      "3 GSM 8000",
      "4 G723 8000",
      "5 DVI4 8000",
      "6 DVI4 16000",
      "7 LPC 8000",
      "8 PCMA 8000",
      "9 G722 8000",
      "10 L16 44100",
      "11 L16 44100",
      "12 QCELP 8000",
      "13 CN 8000",
      "15 G728 8000",
      "18 G729 8000",
      "26 JPEG 90000",
      "31 H261 90000",
      "34 H263 90000",
    ]);
  });
});
