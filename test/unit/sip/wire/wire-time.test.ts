import assert from "node:assert/strict";
import { WireTime } from "../../../../src/sip/wire/wire-time.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("WireTime", () => {
  it("given a clock, when it moves, then the text has hours to microseconds of local time", () => {
    const clock = new ManualClock(1_700_000_000_000);
    const time = new WireTime(clock);
    const expected = new Date(1_700_000_000_000).toTimeString().slice(0, 8);
    assert.equal(time.now(), `${expected}.000000`);
    clock.advance(7);
    assert.equal(time.now(), `${expected}.007000`);
    clock.advance(1_000);
    assert.match(time.now(), /^\d\d:\d\d:\d\d\.007000$/);
    assert.notEqual(time.now().slice(0, 8), expected);
  });
});
