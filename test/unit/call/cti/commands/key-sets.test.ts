import assert from "node:assert/strict";
import { KeySets } from "../../../../../src/call/cti/commands/key-sets.ts";

describe("KeySets", () => {
  it("given a name with one key, when more come and go, then it has those that are there, the first one first", () => {
    const sets = new KeySets();
    const seen = (name: string): unknown[] => [sets.countOf(name), ...sets.of(name)];
    assert.deepEqual(seen("c1"), [0]);
    sets.add("c1", "s:1");
    sets.add("c1", "s:1");
    sets.add("c2", "s:9");
    assert.deepEqual(seen("c1"), [1, "s:1"]);
    sets.remove("c1", "s:2");
    sets.add("c1", "s:2");
    sets.add("c1", "s:3");
    assert.deepEqual(seen("c1"), [3, "s:1", "s:2", "s:3"]);
    sets.remove("c1", "s:1");
    sets.remove("c1", "s:2");
    assert.deepEqual(seen("c1"), [1, "s:3"]);
    sets.remove("c1", "s:3");
    sets.remove("c2", "s:9");
    sets.remove("c3", "s:9");
    assert.deepEqual([...seen("c1"), ...seen("c2")], [0, 0]);
  });
});
