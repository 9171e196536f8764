import assert from "node:assert/strict";
import { GenerationalMap } from "../../../../src/sip/transaction/generational-map.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const charactersOf = (value: string): number => value.length;

describe("GenerationalMap", () => {
  let clock: ManualClock;
  let map: GenerationalMap<string>;
  beforeEach(() => {
    clock = new ManualClock();
    map = new GenerationalMap({ clock, keepMs: 32_000, maxEntries: 50, maxCharacters: 50_000, charactersOf });
  });
  afterEach(() => {
    map.close();
  });

  it("given an entry, when 32 s have passed, then it was kept until then and is gone at 40 s", () => {
    map.set("early", "1");
    clock.advance(7_999);
    map.set("late", "2");
    clock.advance(24_001);
    assert.deepEqual([map.get("early"), map.get("late")], ["1", "2"]);
    clock.advance(8_000);
    assert.deepEqual([map.get("early"), map.get("late"), map.size], [undefined, undefined, 0]);
    assert.equal(map.forgottenEarly, 0);
  });
  it("given an entry added late in a generation, when 32 s have passed since, then it is still there", () => {
    map.set("a", "1");
    clock.advance(7_999);
    map.set("b", "2");
    clock.advance(32_000);
    assert.equal(map.get("b"), "2");
  });
  it("given nothing kept, when looked at, then no timer runs", () => {
    assert.equal(clock.activeTimers, 0);
    map.set("a", "1");
    assert.equal(clock.activeTimers, 1);
    clock.advance(48_000);
    assert.deepEqual([map.size, clock.activeTimers], [0, 0]);
    map.set("b", "2");
    clock.advance(32_000);
    assert.equal(map.get("b"), "2");
  });
  it("given more than it may hold, when added, then the oldest go and the newest stay", () => {
    for (let index = 0; index < 1_000; index += 1) map.set(`key-${index}`, "x");
    assert.ok(map.size <= 50);
    assert.equal(map.get("key-999"), "x");
    assert.equal(map.get("key-0"), undefined);
    assert.equal(map.forgottenEarly + map.size, 1_000);
  });
  it("given longer values than it may hold, when added, then the oldest go and the newest stay", () => {
    for (let index = 0; index < 40; index += 1) map.set(`key-${index}`, "x".repeat(4_900));
    assert.ok(map.size <= 10);
    assert.equal(map.get("key-39")?.length, 4_900);
    assert.equal(map.get("key-0"), undefined);
    map.set("longer than a share", "x".repeat(20_000));
    assert.equal(map.get("longer than a share")?.length, 20_000);
  });
  it("given an empty value, when asked for, then it is there", () => {
    map.set("a", "");
    assert.equal(map.get("a"), "");
  });
  it("given an entry, when deleted, then it is gone", () => {
    map.set("a", "1");
    map.delete("a");
    map.delete("b");
    assert.equal(map.get("a"), undefined);
  });
  it("given a closed map, when used, then it holds nothing and runs no timer", () => {
    map.set("a", "1");
    map.close();
    map.close();
    map.set("b", "2");
    assert.deepEqual([map.get("a"), map.get("b"), clock.activeTimers], [undefined, undefined, 0]);
  });
});
