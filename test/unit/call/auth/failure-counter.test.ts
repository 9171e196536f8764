import assert from "node:assert/strict";
import { FailureCounter } from "../../../../src/call/auth/failure-counter.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("FailureCounter", () => {
  let clock: ManualClock;
  let counter: FailureCounter;
  const addAll = (key: string, times: number): boolean[] => Array.from({ length: times }, () => counter.add(key));

  beforeEach(() => {
    clock = new ManualClock();
    counter = new FailureCounter(clock, { burst: 4, decayMs: 10_000 }, 100);
  });

  it("given fewer failures than the burst, when the key is asked for, then it is not blocked", () => {
    assert.deepEqual(addAll("k", 3), [false, false, false]);
    assert.equal(counter.blockedMs("k"), 0);
  });

  it("given as many failures as the burst, when the key is asked for, then it is blocked until half is forgotten", () => {
    assert.deepEqual(addAll("k", 4), [false, false, false, true]);
    assert.equal(counter.blockedMs("k"), 20_000);
    clock.advance(19_999);
    assert.equal(counter.blockedMs("k"), 1);
    clock.advance(1);
    assert.equal(counter.blockedMs("k"), 0);
  });

  it("given failures that come slower than they are forgotten, when they go on, then the key is never blocked", () => {
    for (let index = 0; index < 50; index += 1) {
      assert.equal(counter.add("k"), false);
      clock.advance(10_000);
    }
  });

  it("given a key that was freed, when it fails again, then half of the burst blocks it again", () => {
    addAll("k", 4);
    clock.advance(20_000);
    assert.deepEqual(addAll("k", 2), [false, true]);
  });

  it("given a blocked key, when it fails on, then the block begins anew but never grows", () => {
    addAll("k", 4);
    assert.deepEqual(addAll("k", 100), new Array<boolean>(100).fill(false));
    assert.equal(counter.blockedMs("k"), 20_000);
  });

  it("given a block that has partly run off, when the key fails, then it stays blocked, for longer", () => {
    addAll("k", 4);
    clock.advance(15_000);
    assert.equal(counter.add("k"), false);
    assert.equal(counter.blockedMs("k"), 15_000);
  });

  it("given another key, when one is blocked, then the other is not", () => {
    addAll("k", 4);
    assert.equal(counter.blockedMs("other"), 0);
  });

  it("given a blocked key, when it is cleared, then it is free", () => {
    addAll("k", 4);
    counter.clear("k");
    assert.equal(counter.blockedMs("k"), 0);
    assert.equal(counter.size, 0);
  });

  it("given a blocked key, when it takes turns, then one in each interval", () => {
    addAll("k", 4);
    assert.equal(counter.takeTurn("k", 2_000), true);
    clock.advance(1_999);
    assert.equal(counter.takeTurn("k", 2_000), false);
    clock.advance(1);
    assert.equal(counter.takeTurn("k", 2_000), true);
  });

  it("given an unknown key, when it takes a turn, then it may", () => {
    assert.equal(counter.takeTurn("k", 2_000), true);
    assert.equal(counter.size, 0);
  });

  it("given more keys than are kept, when others fail, then those that failed longest ago are forgotten", () => {
    addAll("first", 4);
    addAll("second", 4);
    for (let index = 0; index < 49; index += 1) counter.add(`k${index}`);
    counter.add("second");
    for (let index = 49; index < 98; index += 1) counter.add(`k${index}`);
    assert.ok(counter.size <= 100);
    assert.equal(counter.blockedMs("first"), 0);
    assert.ok(counter.blockedMs("second") > 0);
  });

  it("given failures that are long forgotten, when other keys fail, then their keys are gone", () => {
    counter.add("a");
    for (const key of ["b", "c"]) {
      clock.advance(40_000);
      counter.add(key);
    }
    assert.equal(counter.size, 2);
  });
});
