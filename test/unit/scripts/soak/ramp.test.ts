import assert from "node:assert/strict";
import { findRampRate } from "../../../../scripts/soak/ramp.ts";

describe("the ramp of a soak", () => {
  let tried: number[] = [];
  let nowMs = 0;
  beforeEach(() => {
    tried = [];
    nowMs = 0;
  });
  /** Each burst takes five seconds. */
  const ramp = (isClean: (rate: number) => boolean, signal = new AbortController().signal): Promise<number> =>
    findRampRate({
      run: (rate) => {
        tried.push(rate);
        nowMs += 5_000;
        return Promise.resolve({ isClean: isClean(rate) });
      },
      withinMs: 40_000,
      nowMs: () => nowMs,
      signal,
    });

  it("given a switch that is clean up to 500, when searched, then 450 is found, and 675 was tried twice", async () => {
    assert.equal(await ramp((rate) => rate <= 500), 450);
    assert.deepEqual(tried, [200, 300, 450, 675, 675]);
  });
  it("given a slow switch, when searched, then the rate goes down until it is clean, and not up again", async () => {
    assert.equal(await ramp((rate) => rate <= 100), 89);
    assert.deepEqual(tried, [200, 200, 133, 133, 89]);
  });
  it("given a hiccup, when the rate is tried again, then it counts as clean", async () => {
    let isFirst = true;
    const once = (): boolean => {
      const wasFirst = isFirst;
      isFirst = false;
      return !wasFirst;
    };
    assert.ok((await ramp((rate) => rate < 300 && once())) > 0);
    assert.deepEqual(tried.slice(0, 3), [200, 200, 300]);
  });
  it("given a switch without end, or without a clean rate, when searched, then it ends in its time", async () => {
    assert.equal(await ramp(() => true), Math.max(...tried));
    assert.equal(nowMs, 40_000);
    nowMs = 0;
    assert.equal(await ramp(() => false), 0);
    assert.ok(nowMs <= 40_000);
  });
  it("given an interruption, when a burst is over, then no other follows", async () => {
    const controller = new AbortController();
    await ramp(() => {
      controller.abort();
      return false;
    }, controller.signal);
    assert.deepEqual(tried, [200]);
  });
});
