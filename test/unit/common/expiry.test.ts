import assert from "node:assert/strict";
import { Expiry, GenerationMap } from "../../../src/common/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("Expiry", () => {
  it("given a table that nothing comes into any more, when twice its time has passed, then it has forgotten all", () => {
    const clock = new ManualClock();
    const table = new GenerationMap<number>({ clock, maxEntries: 10, periodMs: 1_000 });
    const expiry = new Expiry(clock, table, 1_000);
    clock.advance(500);
    table.set("a", 1);
    clock.advance(999);
    assert.equal(table.get("a"), 1);
    clock.advance(1_501);
    assert.deepEqual([table.size, clock.activeTimers], [0, 1]);
    expiry.close();
    expiry.close();
    assert.equal(clock.activeTimers, 0);
  });
});
