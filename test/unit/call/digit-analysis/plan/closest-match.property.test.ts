import assert from "node:assert/strict";
import fc from "fast-check";
import { countMatches } from "../../../../../src/call/digit-analysis/plan/count-matches.ts";
import { parsePattern } from "../../../../../src/database/index.ts";
import { naiveCount, naiveMore, naiveWinner } from "./reference-matcher.ts";
import { routePatterns, samplePlan, targetText } from "../../../../support/sample-plan.ts";

const position = fc.constantFrom("1", "2", "*", "X", "[1-2]", "[^1]", "[3*]");
const repeated = fc.tuple(position, fc.constantFrom("", "", "", "+", "?")).map(([one, mark]) => one + mark);
const patternText = fc
  .array(fc.oneof({ weight: 6, arbitrary: repeated }, { weight: 1, arbitrary: fc.constant("!") }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((positions) => positions.join(""));
const digits = fc.string({ unit: fc.constantFrom("1", "2", "3", "*"), minLength: 1, maxLength: 3 });

describe("closest match, compared with a search of all numbers", () => {
  it("given any pattern, when its numbers of a length are counted, then there are as many as were found one by one", () => {
    fc.assert(
      fc.property(patternText, fc.integer({ min: 0, max: 3 }), (text, length) => {
        const parsed = parsePattern(text);
        assert.ok(parsed.ok);
        assert.equal(Number(countMatches(parsed.value, length)), naiveCount(text, length), text);
      }),
      { numRuns: 300 },
    );
  });

  it("given any patterns in any partitions, when a number is dialed, then the same one wins", () => {
    const names = fc.uniqueArray(
      fc.tuple(patternText, fc.constantFrom("a", "b", "c")).map(([text, partition]) => `${text}@${partition}`),
      { minLength: 1, maxLength: 8 },
    );
    const partitions = fc.shuffledSubarray(["a", "b", "c"]);
    fc.assert(
      fc.property(names, digits, partitions, (all, number, order) => {
        const plan = samplePlan({ routePatterns: routePatterns(...all) });
        const result = plan.analyzeDigits(number, { partitions: order, nowMs: 0 });
        assert.equal(targetText(result), naiveWinner(all, number, order) ?? "unknown-number");
        const reachable = all.filter((name) => order.includes(name.split("@")[1] ?? ""));
        // No pattern of four positions has its first longer match more than three symbols later.
        assert.equal(result.more, naiveMore(reachable, number, 3));
      }),
      { numRuns: 150 },
    );
  });

  it("given patterns that are very ambiguous, when their numbers are counted, then that ends, and is no less than all", () => {
    const text = `X?1${"X".repeat(14)}5?1${"X".repeat(14)}`;
    const parsed = parsePattern(text);
    assert.ok(parsed.ok);
    const count = countMatches(parsed.value, 64);
    assert.ok(count >= 10n ** 28n && count <= 64n * 10n ** 62n, String(count));
  });
});
