import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { withMore } from "../../../src/common/index.ts";

setFlagsFromString("--allow-natives-syntax");
const areAlike = runInThisContext("(one, other) => %HaveSameMap(one, other)") as (
  one: object,
  other: object,
) => boolean;

describe("withMore", () => {
  it("given an object and more properties, when joined, then it has all, in order, and those that come last count", () => {
    const base = { callId: "c1", ver: 1 };
    const joined = withMore(base, { ver: 2, state: "active" });
    assert.equal(JSON.stringify(joined), '{"callId":"c1","ver":2,"state":"active"}');
    assert.deepEqual(base, { callId: "c1", ver: 1 });
  });

  it("given many objects of one kind, when each gets a property that is new, then all have one hidden class", () => {
    const made = Array.from({ length: 2_000 }, (_, ver) => withMore({ callId: "c", ver }, { isNew: true }));
    const [first = {}] = made;
    assert.equal(made.filter((one) => !areAlike(first, one)).length, 0);
  });
});
