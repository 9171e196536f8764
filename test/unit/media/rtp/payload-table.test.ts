import assert from "node:assert/strict";
import { PayloadTable } from "../../../../src/media/rtp/payload-table.ts";

const opus = { payloadType: 96, clockRateHz: 48_000, isTelephoneEvent: false };
const events = { payloadType: 101, clockRateHz: 8000, isTelephoneEvent: true };

describe("PayloadTable", () => {
  it("given entries, when asked in turn, then each payload type has its own", () => {
    const table = new PayloadTable();
    table.add([opus, events]);
    assert.deepEqual(
      [96, 101, 96, 0, 101].map((type) => table.clockRateHz(type)),
      [48_000, 8000, 48_000, 8000, 8000],
    );
    assert.deepEqual(
      [96, 101, 0].map((type) => table.isTelephoneEvent(type)),
      [false, true, false],
    );
  });

  it("given another SDP, when added, then it replaces the same payload types only", () => {
    const table = new PayloadTable();
    table.add([opus, events]);
    assert.equal(table.clockRateHz(96), 48_000);
    const video = { payloadType: 96, clockRateHz: 90_000, isTelephoneEvent: false };
    table.add([video]);
    assert.equal(table.clockRateHz(96), 90_000);
    assert.deepEqual(table.entries, [events, video]);
  });
});
