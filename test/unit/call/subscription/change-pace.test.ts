import assert from "node:assert/strict";
import { ChangePace } from "../../../../src/call/control/subscription/change-pace.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

/** Until what is queued behind this turn is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("ChangePace", () => {
  it("given changes in a turn and within a gap, when they come, then those of the turn are told as one, and the others as one at the end of the gap", async () => {
    const clock = new ManualClock(0);
    const pace = new ChangePace(clock);
    let told = 0;
    const change = (): void => pace.changed("a", 100, () => (told += 1));
    for (let count = 0; count < 3; count += 1) change();
    assert.equal(told, 0);
    await settled();
    assert.equal(told, 1);
    clock.advance(99);
    for (let count = 0; count < 5; count += 1) change();
    await settled();
    assert.equal(told, 1);
    clock.advance(1);
    await settled();
    assert.equal(told, 2);
    clock.advance(1_000);
    await settled();
    assert.equal(told, 2);
    change();
    await settled();
    assert.equal(told, 3);
    pace.close();
  });

  it("given changes of others, or without a gap, when they come, then they do not wait", async () => {
    const pace = new ChangePace(new ManualClock(0));
    const told: string[] = [];
    for (let count = 0; count < 2; count += 1) pace.changed("c", 0, () => told.push("c"));
    for (const key of ["a", "b"]) pace.changed(key, 100, () => told.push(key));
    await settled();
    assert.deepEqual(told, ["c", "c", "a", "b"]);
    pace.close();
  });

  it("given a pace that is closed, when the turn or the gap is over, then nothing is told", async () => {
    const clock = new ManualClock(0);
    const pace = new ChangePace(clock);
    let told = 0;
    const change = (): void => pace.changed("a", 100, () => (told += 1));
    change();
    await settled();
    change();
    pace.close();
    change();
    pace.close();
    clock.advance(1_000);
    await settled();
    assert.equal(told, 1);
  });
});
