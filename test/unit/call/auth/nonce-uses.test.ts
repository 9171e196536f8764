import assert from "node:assert/strict";
import { NonceUses } from "../../../../src/call/auth/nonce-uses.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const MAX_AGE_MS = 300_000;

describe("NonceUses", () => {
  let clock: ManualClock;
  let uses: NonceUses;

  beforeEach(() => {
    clock = new ManualClock();
    uses = new NonceUses({ clock, maxAgeMs: MAX_AGE_MS, maxNonces: 4 });
    clock.advance(1_000);
  });

  it("given a nonce, when its counts are used, then each once", () => {
    const atMs = clock.wallMs();
    assert.deepEqual(
      [1, 2, 2, 1, 3].map((count) => uses.use("a", atMs, count)),
      [true, true, false, false, true],
    );
  });

  it("given a nonce of this process, when its second count comes first, then the first is taken after it", () => {
    const atMs = clock.wallMs();
    assert.deepEqual(
      [2, 1].map((count) => uses.use("a", atMs, count)),
      [true, true],
    );
  });

  it("given a nonce from before this process, when a count is used, then higher counts are taken and lower ones not", () => {
    const atMs = clock.wallMs() - 2_000;
    assert.deepEqual(
      [5, 4, 5, 6].map((count) => uses.use("a", atMs, count)),
      [true, false, false, true],
    );
  });

  it("given a full table, when another nonce comes, then the older half goes and cannot be replayed", () => {
    const atMs = clock.wallMs();
    ["a", "b", "c", "d", "e"].forEach((nonce, index) => assert.equal(uses.use(nonce, atMs + index, 1), true));
    assert.equal(uses.size, 3);
    for (const [nonce, index] of [
      ["a", 0],
      ["b", 1],
    ] as const) {
      for (const count of [1, 2]) assert.equal(uses.use(nonce, atMs + index, count), false);
    }
    assert.equal(uses.use("c", atMs + 2, 1), false);
    assert.equal(uses.use("c", atMs + 2, 2), true);
  });

  it("given a forgotten nonce, when an unknown one as old as it comes, then it is refused, and a younger one taken", () => {
    const atMs = clock.wallMs();
    ["a", "b", "c", "d", "e"].forEach((nonce, index) => uses.use(nonce, atMs + index, 1));
    assert.equal(uses.use("unknown", atMs + 1, 1), false);
    assert.equal(uses.use("younger", atMs + 2, 1), true);
  });

  it("given nonces that are too old, when others come, then they are gone", () => {
    uses.use("a", clock.wallMs(), 1);
    clock.advance(MAX_AGE_MS);
    uses.use("b", clock.wallMs(), 1);
    clock.advance(MAX_AGE_MS);
    uses.use("c", clock.wallMs(), 1);
    assert.equal(uses.size, 2);
  });

  it("given a hundred thousand nonces, when they are used, then the table stays within its bound", () => {
    for (let index = 0; index < 100_000; index += 1) uses.use(`n${index}`, clock.wallMs() + index, 1);
    assert.ok(uses.size <= 4);
  });
});
