import assert from "node:assert/strict";
import { goodPerSecond } from "../../../../../scripts/bench/benches/overload.ts";

describe("goodPerSecond", () => {
  it("given counters each second, when calls were offered for 3 s, then the drain after them does not count", () => {
    const history = [0, 100, 300, 500, 2_000].map((count, index) => ({ atMs: index * 1_000, counters: [count, 0, 0] }));
    assert.equal(goodPerSecond({ history }, 3), 200);
    assert.equal(goodPerSecond({ history: [] }, 3), 0);
  });
});
