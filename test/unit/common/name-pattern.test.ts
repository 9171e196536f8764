import assert from "node:assert/strict";
import { isMatch } from "../../../src/common/name-pattern.ts";

describe("isMatch", () => {
  it("given patterns, when compared, then each star stands for any characters, or none", () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ["phone-1", "phone-1", true],
      ["phone-1", "phone-10", false],
      ["phone-*", "phone-", true],
      ["phone-*", "phone", false],
      ["*", "", true],
      ["*", "anything", true],
      ["a*a", "a", false],
      ["a*a", "aa", true],
      ["a*b*c", "a-b-c", true],
      ["a*b*c", "a-c-b", false],
      ["*b*b", "b", false],
      ["call.*", "call.answer", true],
      ["call.*", "callback", false],
    ];
    for (const [pattern, text, expected] of cases) assert.equal(isMatch(pattern, text), expected, `${pattern} ${text}`);
  });

  it("given a pattern made to be slow, when compared, then it takes no time", () => {
    const beganMs = performance.now();
    assert.equal(isMatch("*a".repeat(32) + "b", "a".repeat(100_000)), false);
    assert.ok(performance.now() - beganMs < 1_000);
  });
});
