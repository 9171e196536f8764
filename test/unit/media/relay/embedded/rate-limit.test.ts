import assert from "node:assert/strict";
import { RateLimit } from "../../../../../src/media/relay/embedded/rate-limit.ts";

describe("RateLimit", () => {
  it("given a bound, when a second has more, then the rest of that second is refused", () => {
    const limit = new RateLimit(2);
    assert.deepEqual(
      [5000, 5001, 5002, 5999].map((atMs) => limit.allows(atMs)),
      [true, true, false, false],
    );
    assert.deepEqual(
      [6000, 6001, 6002].map((atMs) => limit.allows(atMs)),
      [true, true, false],
    );
  });
});
