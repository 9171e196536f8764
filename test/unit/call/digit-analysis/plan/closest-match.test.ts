import assert from "node:assert/strict";
import { SCHEMAS, type InputOf } from "../../../../../src/database/index.ts";
import type { DialQuery } from "../../../../../src/call/digit-analysis/plan/dial-plan.ts";
import { countOf, entryOf } from "../../../../../src/call/digit-analysis/plan/plan-entry.ts";
import { routePatterns, samplePlan, targetText } from "../../../../support/sample-plan.ts";

/** Who wins among route patterns; `PATTERN@PARTITION` stands in that partition, others in `internal`. */
const winnerOf = (names: readonly string[], digits: string, changes: Partial<DialQuery> = {}): string => {
  const plan = samplePlan({ routePatterns: routePatterns(...names) });
  const query = { partitions: ["first", "internal", "last"], nowMs: 0, ...changes };
  return targetText(plan.analyzeDigits(digits, query)).replace("@internal", "");
};

describe("closest match", () => {
  // The vendor's examples, and those of its users: only numbers of the dialed length are counted.
  for (const [names, digits, winner] of [
    [["1XXX", "12XX", "121X", "1234"], "1200", "12XX"],
    [["1XXX", "12XX", "121X", "1234"], "1212", "121X"],
    [["1XXX", "12XX", "121X", "1234"], "1234", "1234"],
    [["1XXX", "12XX", "121X", "1234"], "1900", "1XXX"],
    [["15!", "1[3-5]XX"], "1515", "15!"],
    [["15!", "1[3-5]XX"], "1315", "1[3-5]XX"],
    [["15!", "15XX"], "1515", "15XX"],
    [["9.!", "9.1[2-9]XX[2-9]XXXXXX"], "912125551234", "9.1[2-9]XX[2-9]XXXXXX"],
    [["9.011!", "9.!"], "90114930123", "9.011!"],
    [["0.2XXXXXXXX", "0.2[^1]XXXXXXX"], "0223456789", "0.2[^1]XXXXXXX"],
    [["0.2XXXXXXXX", "0.2[^1]XXXXXXX"], "0213456789", "0.2XXXXXXXX"],
    [["8XXX", "8XX?"], "8123", "8XXX"],
    [["81XX", "8X+"], "8123", "81XX"],
  ] as const) {
    it(`given ${names.join(" and ")}, when ${digits} is dialed, then ${winner} wins`, () => {
      assert.equal(winnerOf(names, digits), winner);
      assert.equal(winnerOf([...names].reverse(), digits), winner);
    });
  }

  for (const [what, names, digits, winner] of [
    ["more literals", ["[1-2][1-5]3", "X13"], "113", "X13"],
    ["sets before wildcards", ["1[2-3][2-6]", "12X"], "122", "12X"],
    ["a wildcard before a repetition", ["12X", "12!"], "123", "12X"],
    ["the first partition", ["12XX@last", "12XX@first"], "1234", "12XX@first"],
    ["the first partition, whatever comes before it in the plan", ["12XX", "12XX@last"], "1234", "12XX"],
    ["the first name, in one partition", ["99[6-7]", "99[5-6]"], "996", "99[5-6]"],
    ["the closer match, though its partition is the last", ["1XXX@first", "12XX@last"], "1234", "12XX@last"],
  ] as const) {
    it(`given equal counts, when ${digits} is dialed, then ${what} decides: ${winner}`, () => {
      assert.equal(winnerOf(names, digits), winner);
      assert.equal(winnerOf([...names].reverse(), digits), winner);
    });
  }

  it("given partitions that are not in the search space, when a number of theirs is dialed, then it leads nowhere", () => {
    assert.equal(winnerOf(["1234@secret"], "1234"), "unknown-number");
    assert.equal(winnerOf(["1234"], "1234", { partitions: [] }), "unknown-number");
  });

  it("given a number with what cannot be dialed or that is too long, when it is dialed, then no pattern matches", () => {
    assert.equal(winnerOf(["!"], "12a"), "unknown-number");
    assert.equal(winnerOf(["!"], "12é"), "unknown-number");
    assert.equal(winnerOf(["!"], "1".repeat(128)), "!");
    assert.equal(winnerOf(["!"], "1".repeat(129)), "unknown-number");
    assert.equal(winnerOf(["X?"], ""), "unknown-number");
  });

  describe("of a service", () => {
    const services = new Set(["9196"]);
    for (const [names, winner] of [
      [["9!"], "service"],
      [["9XXX"], "service"],
      [["9196"], "9196"],
      [[], "service"],
    ] as const) {
      it(`given ${names.join() || "no pattern"}, when 9196 is dialed, then it is ${winner}`, () => {
        assert.equal(winnerOf(names, "9196", { services }), winner);
      });
    }
  });

  describe("of trunk prefixes", () => {
    const trunk = (name: string, ...prefixes: string[]): InputOf<"trunk"> => ({ name, uri: "sip:192.0.2.1", prefixes });
    const plan = samplePlan({
      routePatterns: routePatterns("93XX"),
      trunks: [trunk("all", ""), trunk("national", "9", "+49"), trunk("city", "930")],
    });
    for (const [digits, target] of [
      ["9301", "93XX@internal"],
      ["93012", "by city, national, all"],
      ["91", "by national, all"],
      ["+4930", "by national, all"],
      ["alice", "by all"],
    ] as const) {
      it(`given prefixes, when ${digits} is dialed, then it is ${target}`, () => {
        assert.equal(targetText(plan.analyzeDigits(digits, { partitions: ["internal"], nowMs: 0 })), target);
      });
    }
  });

  describe("of numbers that could be longer", () => {
    const plan = samplePlan({
      routePatterns: [
        ...routePatterns("911XX", "0!", "12", "1234", "5XX", "7X?"),
        { pattern: "911", trunk: "gateway", urgent: true },
        { pattern: "112", blocked: true },
      ],
    });
    for (const [digits, more, target] of [
      ["911", false, "911@internal"],
      ["91155", false, "911XX@internal"],
      ["0", true, "unknown-number"],
      ["01", true, "0!@internal"],
      ["12", true, "12@internal"],
      ["123", true, "unknown-number"],
      ["1234", false, "1234@internal"],
      ["5", true, "unknown-number"],
      ["512", false, "5XX@internal"],
      ["5123", false, "unknown-number"],
      ["7", true, "7X?@internal"],
      ["112", false, "blocked 112@internal"],
      ["3", false, "unknown-number"],
    ] as const) {
      it(`given ${digits}, when it is dialed, then it is ${target} and ${more ? "more" : "no more"} digits may follow`, () => {
        const result = plan.analyzeDigits(digits, { partitions: ["internal"], nowMs: 0 });
        assert.equal(targetText(result), target);
        assert.equal(result.more, more);
      });
    }
  });
});

describe("patterns that take long to count", () => {
  it("given one, when numbers of the same length are dialed, then their number is counted once", () => {
    const [body] = routePatterns("[1-5]?[2-6]?[3-7]?[4-8]?[5-9]?");
    assert.ok(body);
    const entry = entryOf({ kind: "route-pattern", body: SCHEMAS["route-pattern"].parse(body) });
    assert.ok(entry);
    const count = countOf(entry, 100);
    assert.deepEqual([...entry.counts], [[100, count]]);
    assert.equal(countOf(entry, 100), count);
    entry.counts.set(100, 7n);
    assert.equal(countOf(entry, 100), 7n);
  });
});
