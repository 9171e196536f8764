import assert from "node:assert/strict";
import { findCleanRate, nextRate } from "../../../../../scripts/bench/load/rate-search.ts";

interface FakeBurst {
  readonly isClean: boolean;
  readonly rate: number;
}

/** A system that is clean up to a limit, but for bursts that `hiccups` names by their place. */
function system(limit: number, hiccups: readonly number[] = []) {
  const tried: number[] = [];
  const run = async (rate: number): Promise<FakeBurst> => {
    tried.push(rate);
    return { isClean: rate <= limit && !hiccups.includes(tried.length), rate };
  };
  return { tried, run };
}

describe("findCleanRate", () => {
  it("given a system with a limit, when searched from below, then the rate is within 6 % of it", async () => {
    const { run } = system(1_234);
    const { rate, runs, burst } = await findCleanRate(run, { firstRate: 100, runs: 3 });
    assert.ok(rate <= 1_234 && rate > 1_234 / 1.07, String(rate));
    assert.equal(runs.length, 3);
    assert.deepEqual(burst, { isClean: true, rate });
  });

  it("given a first rate above the limit, when searched, then the rate is found on the way down", async () => {
    const { run } = system(90);
    const { rate } = await findCleanRate(run, { firstRate: 1_000, runs: 1 });
    assert.ok(rate <= 90 && rate > 60, String(rate));
  });

  it("given one burst with a hiccup, when searched, then it is tried again and does not end the search", async () => {
    const withHiccup = await findCleanRate(system(1_000, [2]).run, { firstRate: 500, runs: 1 });
    const without = await findCleanRate(system(1_000).run, { firstRate: 500, runs: 1 });
    assert.equal(withHiccup.rate, without.rate);
  });

  it("given a system that is never clean, when searched, then it ends with nothing after bounded bursts", async () => {
    const { run, tried } = system(-1);
    assert.deepEqual(await findCleanRate(run, { firstRate: 300, runs: 3 }), { rate: 0, runs: [], burst: undefined });
    assert.ok(tried.length <= 40, String(tried.length));
  });

  it("given a system that is always clean, when searched, then it ends after bounded bursts", async () => {
    const { run, tried } = system(Number.POSITIVE_INFINITY);
    const { rate } = await findCleanRate(run, { firstRate: 10, runs: 2 });
    assert.equal(rate, Math.max(...tried));
    assert.ok(tried.length <= 40, String(tried.length));
  });
});

describe("nextRate", () => {
  it("given a small rate, when raised or lowered, then it always changes and stays above 0", () => {
    assert.deepEqual([nextRate(5, 1.06), nextRate(5, 1 / 1.06), nextRate(1, 0.5)], [6, 4, 1]);
  });

  it("given a large rate, when raised, then the figure is round", () => {
    assert.equal(nextRate(12_345, 1.3), 16_000);
  });
});
