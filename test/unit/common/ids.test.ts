import assert from "node:assert/strict";
import { chance, RandomIds } from "../../../src/common/index.ts";

describe("RandomIds", () => {
  it("given two calls of uuid, when compared, then they differ and are version 4", () => {
    const ids = new RandomIds();
    const first = ids.uuid();
    assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(first, ids.uuid());
  });

  it("given a length in bytes, when a token is made, then it has two hex digits for each", () => {
    assert.match(new RandomIds().token(12), /^[0-9a-f]{24}$/);
  });
});

describe("chance", () => {
  it("given a bound, when asked often, then both ends come and nothing beyond them", () => {
    const ids = new RandomIds();
    const seen = new Set(Array.from({ length: 500 }, () => chance(ids, 2)));
    assert.deepEqual([...seen].sort(), [0, 1, 2]);
    assert.equal(chance(ids, 0), 0);
  });
});
