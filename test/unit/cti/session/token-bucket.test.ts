import assert from "node:assert/strict";
import { TokenBucket } from "../../../../src/cti/session/token-bucket.ts";

describe("TokenBucket", () => {
  it("given a burst, when it is used up, then the next has to wait as long as it is told", () => {
    const bucket = new TokenBucket(10, 3, 0);
    assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [0, 0, 0]);
    assert.equal(bucket.take(0), 100);
    assert.equal(bucket.take(60), 40);
    assert.equal(bucket.take(100), 0);
    assert.equal(bucket.take(100), 100);
  });

  it("given a long rest, when asked, then no more than the burst is taken at once", () => {
    const bucket = new TokenBucket(10, 2, 0);
    assert.deepEqual([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000) > 0], [0, 0, true]);
  });
});
