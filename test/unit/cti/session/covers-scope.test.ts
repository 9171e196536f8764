import assert from "node:assert/strict";
import type { TokenScope } from "../../../../src/cti/index.ts";
import { coversScope } from "../../../../src/cti/session/covers-scope.ts";

const EQUAL: readonly (readonly [TokenScope | undefined, TokenScope | undefined])[] = [
  [undefined, undefined],
  [undefined, {}],
  [{ devices: ["*"] }, {}],
  [{ isMonitorOnly: true }, { isMonitorOnly: true }],
  [
    { calls: 1, expiresMs: 1 },
    { calls: 1, expiresMs: 2 },
  ],
];

/** The first allows more than the second. */
const MORE: readonly (readonly [TokenScope, TokenScope])[] = [
  [{}, { devices: ["*-1"] }],
  [{ devices: ["phone-*"] }, { devices: ["phone-1", "phone-2*"] }],
  [{ devices: ["a", "b"] }, { devices: ["b"] }],
  [{ devices: ["a"] }, { devices: [] }],
  [{ verbs: ["call.*"] }, { verbs: ["call.answer"] }],
  [{ numbers: { allow: ["1*"] } }, { numbers: { allow: ["11*"] } }],
  [{ numbers: {} }, { numbers: { allow: ["1*"] } }],
  [{ numbers: { deny: ["90*"] } }, { numbers: { deny: ["9*", "1"] } }],
  [{}, { numbers: { deny: ["9"] } }],
  [{ requestsPerSecond: 10 }, { requestsPerSecond: 9 }],
  [{}, { calls: 5 }],
  [{ isMonitorOnly: false }, { isMonitorOnly: true }],
];

describe("coversScope", () => {
  for (const [one, other] of EQUAL) {
    it(`given ${JSON.stringify([one, other])}, when compared, then each covers the other`, () => {
      assert.deepEqual([coversScope(one, other), coversScope(other, one)], [true, true]);
    });
  }

  for (const [more, less] of MORE) {
    it(`given ${JSON.stringify([more, less])}, when compared, then the first covers the second alone`, () => {
      assert.deepEqual([coversScope(more, less), coversScope(less, more)], [true, false]);
    });
  }

  it("given scopes that each allow what the other does not, when compared, then none covers the other", () => {
    const [one, other] = [{ devices: ["a"] }, { devices: ["b"] }];
    assert.deepEqual([coversScope(one, other), coversScope(other, one)], [false, false]);
  });
});
