import assert from "node:assert/strict";
import { ChangePace } from "../../../../src/call/control/subscription/change-pace.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("ChangePace", () => {
  it("given changes within a gap, when they come, then the first is told at once and the others as one at its end, and so on", () => {
    const clock = new ManualClock(0);
    const pace = new ChangePace(clock);
    let told = 0;
    const change = (): void => pace.changed("a", 100, () => (told += 1));
    change();
    for (let count = 0; count < 5; count += 1) change();
    assert.equal(told, 1);
    clock.advance(99);
    assert.equal(told, 1);
    clock.advance(1);
    assert.equal(told, 2);
    change();
    clock.advance(100);
    assert.equal(told, 3);
    clock.advance(1_000);
    change();
    assert.equal(told, 4);
    pace.close();
  });

  it("given changes of others, or without a gap, when they come, then they do not wait", () => {
    const pace = new ChangePace(new ManualClock(0));
    const told: string[] = [];
    for (const key of ["a", "b"]) pace.changed(key, 100, () => told.push(key));
    for (let count = 0; count < 2; count += 1) pace.changed("c", 0, () => told.push("c"));
    assert.deepEqual(told, ["a", "b", "c", "c"]);
    pace.close();
  });

  it("given a pace that is closed, when the gap is over, then nothing is told", () => {
    const clock = new ManualClock(0);
    const pace = new ChangePace(clock);
    let told = 0;
    for (let count = 0; count < 2; count += 1) pace.changed("a", 100, () => (told += 1));
    pace.close();
    clock.advance(1_000);
    assert.equal(told, 1);
  });
});
