import assert from "node:assert/strict";
import fc from "fast-check";
import { openWindow, useCount, type NonceCountWindow } from "../../../../src/call/auth/nonce-count-window.ts";

/** Uses counts in order; tells of each whether it was taken. */
function useAll(start: NonceCountWindow, counts: readonly number[]): boolean[] {
  let window = start;
  return counts.map((count) => {
    const next = useCount(window, count);
    window = next ?? window;
    return next !== undefined;
  });
}

describe("nonce count window", () => {
  it("given rising counts, when they are used, then all are taken", () => {
    assert.deepEqual(useAll(openWindow(1, false), [2, 3, 4, 100, 0xffff_ffff]), [true, true, true, true, true]);
  });

  it("given a count that was used, when it is used again, then it is refused", () => {
    assert.deepEqual(useAll(openWindow(1, false), [1, 5, 5, 1]), [false, true, false, false]);
  });

  it("given counts out of order, when they are used, then each is taken once", () => {
    assert.deepEqual(useAll(openWindow(3, false), [1, 2, 1, 2, 4]), [true, true, false, false, true]);
  });

  it("given a count 63 below the highest, when it is used, then it is taken, and one 64 below is refused", () => {
    assert.deepEqual(useAll(openWindow(1, false), [100, 37, 36]), [true, true, false]);
  });

  it("given a leap of 64 or more, when lower counts are used, then those inside the window are new", () => {
    assert.deepEqual(useAll(openWindow(10, false), [74, 11, 10, 12]), [true, true, false, true]);
  });

  it("given a window whose lower counts are used, when they are used, then they are refused and higher ones taken", () => {
    assert.deepEqual(useAll(openWindow(10, true), [9, 1, 10, 11, 9]), [false, false, false, true, false]);
  });

  it("given any order of counts, when it is compared with a set, then a count is taken when it is new and near enough", () => {
    const counts = fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 12 })), {
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(counts, ([first = 1, ...others]) => {
        const used = new Set([first]);
        const expected = others.map((count) => {
          const isTaken = !used.has(count) && count > Math.max(...used) - 64;
          if (isTaken) used.add(count);
          return isTaken;
        });
        assert.deepEqual(useAll(openWindow(first, false), others), expected);
      }),
      { numRuns: 500 },
    );
  });
});
