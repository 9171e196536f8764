import assert from "node:assert/strict";
import fc from "fast-check";
import { GenerationMap } from "../../../src/common/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("GenerationMap", () => {
  let clock: ManualClock;
  let forgotten: number[];
  let map: GenerationMap<number>;
  const found = (...keys: string[]): (number | undefined)[] => keys.map((key) => map.get(key));

  beforeEach(() => {
    clock = new ManualClock();
    forgotten = [];
    map = new GenerationMap({
      clock,
      maxEntries: 4,
      periodMs: 10_000,
      onForgotten: (values) => forgotten.push(...values),
    });
  });

  it("given entries, when they are set, replaced and deleted, then it is a map", () => {
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    assert.deepEqual([found("a", "b", "c"), map.size], [[3, 2, undefined], 2]);
    map.delete("a");
    map.delete("c");
    assert.deepEqual([found("a", "b"), map.size], [[undefined, 2], 1]);
  });

  it("given a full map, when another entry comes, then the older half is forgotten", () => {
    ["a", "b", "c", "d"].forEach((key, index) => map.set(key, index));
    assert.deepEqual([found("a", "b", "c", "d"), forgotten], [[0, 1, 2, 3], []]);
    map.set("e", 4);
    assert.deepEqual(
      [found("a", "b", "c", "d", "e"), forgotten],
      [
        [undefined, undefined, 2, 3, 4],
        [0, 1],
      ],
    );
  });

  it("given an old entry, when it is set again, then it is young and there once", () => {
    ["a", "b", "c", "a"].forEach((key, index) => map.set(key, index));
    assert.equal(map.size, 3);
    map.set("e", 4);
    assert.deepEqual(found("a", "b", "c", "e"), [3, undefined, 2, 4]);
  });

  it("given an old entry, when it is deleted, then it is gone", () => {
    ["a", "b", "c"].forEach((key, index) => map.set(key, index));
    map.delete("a");
    assert.deepEqual([found("a", "b"), map.size], [[undefined, 1], 2]);
  });

  it("given an entry, when one period is over, then it is still there, and after two it is gone", () => {
    map.set("a", 1);
    clock.advance(10_000);
    map.set("b", 2);
    assert.deepEqual(found("a", "b"), [1, 2]);
    clock.advance(10_000);
    map.set("c", 3);
    assert.deepEqual([found("a", "b", "c"), forgotten], [[undefined, 2, 3], [1]]);
  });

  it("given any use, when it is compared with a map, then what it has is right, it is bounded and the newest are there", () => {
    const action = fc.tuple(fc.constantFrom("set", "delete", "wait"), fc.nat(9));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
        clock = new ManualClock();
        map = new GenerationMap({ clock, maxEntries: 6, periodMs: 10_000 });
        const model = new Map<string, number>();
        actions.forEach(([kind, key], index) => {
          const name = `k${key}`;
          model.delete(name);
          if (kind === "set") model.set(name, index);
          if (kind === "set") map.set(name, index);
          else map.delete(name);
          if (kind === "wait") clock.advance(100);
          assert.ok(map.size <= 6);
          for (const [each, value] of model) assert.ok([undefined, value].includes(map.get(each)));
          for (const each of [...model.keys()].slice(-3)) assert.equal(map.get(each), model.get(each));
        });
      }),
    );
  });
});
