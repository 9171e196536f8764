import assert from "node:assert/strict";
import fc from "fast-check";
import { PortPool } from "../../../../../src/media/relay/embedded/port-pool.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

function newPool(min: number, max: number, startOffset = 0, restMs = 1000): { pool: PortPool; clock: ManualClock } {
  const clock = new ManualClock();
  return { pool: new PortPool({ range: { min, max }, restMs, clock, startOffset }), clock };
}

describe("PortPool", () => {
  it("given a range with odd ends, when emptied, then each even port with its odd neighbor is given once", () => {
    const { pool } = newPool(10_001, 10_008);
    assert.equal(pool.capacity, 3);
    assert.deepEqual([pool.take(), pool.take(), pool.take(), pool.take()], [10_002, 10_004, 10_006, undefined]);
    assert.equal(pool.inUse, 3);
  });

  it("given a start, when taken, then it begins there and wraps", () => {
    const { pool } = newPool(10_000, 10_005, 5);
    assert.deepEqual([pool.take(), pool.take(), pool.take()], [10_004, 10_000, 10_002]);
  });

  it("given a freed port, when it has not rested, then it is not given", () => {
    const { pool, clock } = newPool(10_000, 10_001);
    assert.equal(pool.take(), 10_000);
    pool.free(10_000);
    assert.equal(pool.inUse, 0);
    clock.advance(999);
    assert.equal(pool.take(), undefined);
    clock.advance(1);
    assert.equal(pool.take(), 10_000);
  });

  it("given free ports, when a certain one is claimed, then it is taken, rested or not, and once", () => {
    const { pool } = newPool(10_000, 10_003);
    assert.equal(pool.take(), 10_000);
    pool.free(10_000);
    assert.equal(pool.claim(10_000), true);
    assert.equal(pool.claim(10_000), false);
    assert.equal(pool.claim(9998), false);
    assert.equal(pool.claim(10_004), false);
    assert.equal(pool.claim(10_001), false);
    assert.equal(pool.inUse, 1);
  });

  it("given ports that are not taken, when freed, then nothing happens", () => {
    const { pool } = newPool(10_000, 10_003);
    for (const port of [10_000, 10_001, 1, 20_000]) pool.free(port);
    assert.equal(pool.inUse, 0);
    assert.equal(pool.take(), 10_000);
  });

  it("given a range too small for a pair, when taken, then there is none", () => {
    const { pool } = newPool(10_001, 10_002);
    assert.equal(pool.capacity, 0);
    assert.equal(pool.take(), undefined);
  });

  it("given any order of taking and freeing, when run, then no port is given twice and the count is right", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant("take"), fc.nat(9)), { maxLength: 60 }), (steps) => {
        const { pool } = newPool(10_000, 10_009, 3, 0);
        const taken: number[] = [];
        for (const step of steps) {
          if (step === "take") {
            const port = pool.take();
            if (port === undefined) assert.equal(taken.length, 5);
            else assert.ok(!taken.includes(port) && taken.push(port) > 0);
          } else {
            const [port] = taken.splice(Number(step) % (taken.length || 1), 1);
            if (port !== undefined) pool.free(port);
          }
          assert.equal(pool.inUse, taken.length);
        }
      }),
    );
  });
});
