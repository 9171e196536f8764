import assert from "node:assert/strict";
import { median, percentile, roundTo } from "../../../../../scripts/bench/results/statistics.ts";

describe("statistics of benches", () => {
  it("given values in any order, when a percentile is taken, then it is the value at the nearest rank", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(
      [0, 0.5, 0.99, 1].map((share) => percentile(values, share)),
      [1, 50, 99, 100],
    );
  });

  it("given values, when a percentile is taken, then they keep their order", () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it("given no values, when a percentile is taken, then it throws", () => {
    assert.throws(() => percentile([], 0.5), RangeError);
  });

  it("given an outlier, when the median is taken, then it does not move it", () => {
    assert.equal(median([10, 1_000, 11]), 11);
    assert.equal(median([4, 1, 3, 2]), 2);
  });

  it("given values of any size, when rounded, then three digits matter", () => {
    assert.deepEqual(
      [1_234.5, 0.012_345, 0, 999.6].map((value) => roundTo(value)),
      [1_230, 0.0123, 0, 1_000],
    );
  });
});
