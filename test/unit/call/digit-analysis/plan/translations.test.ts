import assert from "node:assert/strict";
import type { DialQuery, DialResult } from "../../../../../src/call/digit-analysis/plan/dial-plan.ts";
import { samplePlan, targetText, type PlanInput } from "../../../../support/sample-plan.ts";

const analyze = (input: PlanInput, digits: string, changes: Partial<DialQuery> = {}): DialResult =>
  samplePlan(input).analyzeDigits(digits, { partitions: ["internal"], nowMs: 0, callingNumber: "1001", ...changes });
const story = (result: DialResult): string => `${targetText(result)}: ${result.number} from ${result.callingNumber}`;

describe("translation patterns", () => {
  const outside = { number: "4930123", partition: "outside" };

  for (const [what, changes, digits, number] of [
    ["discard pre-dot", { pattern: "9.!", discard: "pre-dot" }, "949301", "49301"],
    ["discard trailing-hash", { pattern: "9.!#", discard: "trailing-hash" }, "95#", "95"],
    ["discard both", { pattern: "9.!#", discard: "pre-dot-trailing-hash" }, "95#", "5"],
    ["discard trailing-hash without one", { pattern: "9.!", discard: "trailing-hash" }, "95", "95"],
    ["a mask", { pattern: "5XXX", calledMask: "+49301XXXX" }, "5123", "+493015123"],
    ["a mask longer than the number", { pattern: "5X", calledMask: "7XXXX" }, "51", "751"],
    ["a mask shorter than the number", { pattern: "5XXX", calledMask: "XX" }, "5123", "23"],
    ["a prefix", { pattern: "5X", prefix: "+49" }, "51", "+4951"],
    [
      "all, in this order",
      { pattern: "0.XXX#", discard: "pre-dot-trailing-hash", calledMask: "8XX", prefix: "00" },
      "0123#",
      "00823",
    ],
  ] as const) {
    it(`given ${what}, when a number is translated, then ${digits} becomes ${number}`, () => {
      assert.equal(analyze({ translationPatterns: [changes] }, digits).number, number);
    });
  }

  it("given a calling mask and prefix, when a number is translated, then the caller is shown so; a name stays", () => {
    const input: PlanInput = {
      translationPatterns: [{ pattern: "5X", calledMask: "1002", calling: { mask: "2XX", prefix: "+4930" } }],
      directoryNumbers: [{ number: "1002" }],
    };
    assert.equal(story(analyze(input, "51")), "1002@internal: 1002 from +4930201");
    assert.equal(story(analyze(input, "51", { callingNumber: "anonymous" })), "1002@internal: 1002 from anonymous");
  });

  it("given a search space of its own, when a number is translated, then the new number is looked up in that one alone", () => {
    const input: PlanInput = {
      translationPatterns: [{ pattern: "0.!", discard: "pre-dot", callingSearchSpace: "far" }],
      callingSearchSpaces: [{ name: "far", partitions: ["outside"] }],
      directoryNumbers: [outside, { number: "1002" }],
    };
    assert.equal(targetText(analyze(input, "04930123")), "4930123@outside");
    assert.equal(targetText(analyze(input, "01002")), "unknown-number");
    assert.equal(targetText(analyze(input, "4930123")), "unknown-number");
  });

  it("given two of them, when the second has no search space, then it is the caller's, not that of the first", () => {
    const input: PlanInput = {
      translationPatterns: [
        { pattern: "7", calledMask: "8", callingSearchSpace: "far" },
        { pattern: "8", partition: "outside", calledMask: "1002" },
      ],
      callingSearchSpaces: [{ name: "far", partitions: ["outside"] }],
      directoryNumbers: [{ number: "1002" }, { number: "1002", partition: "outside" }],
    };
    assert.equal(targetText(analyze(input, "7")), "1002@internal");
  });

  for (const [what, patterns, digits, target] of [
    ["one that leads to itself", [{ pattern: "7" }], "7", "translation-loop 7@internal"],
    [
      "two that lead to each other",
      [
        { pattern: "7", calledMask: "8" },
        { pattern: "8", calledMask: "7" },
      ],
      "7",
      "translation-loop 8@internal",
    ],
    ["one whose number grows", [{ pattern: "7!", prefix: "7" }], "71", "too-many-hops"],
    ["one that leaves nothing", [{ pattern: "7.", discard: "pre-dot" }], "7", "unknown-number"],
  ] as const) {
    it(`given ${what}, when it is dialed, then that ends: ${target}`, () => {
      assert.equal(targetText(analyze({ translationPatterns: patterns }, digits)), target);
    });
  }

  it("given the same number in another search space, when it is translated, then that is no loop", () => {
    const input: PlanInput = {
      translationPatterns: [{ pattern: "1002", callingSearchSpace: "far" }],
      callingSearchSpaces: [{ name: "far", partitions: ["outside"] }],
      directoryNumbers: [{ number: "1002", partition: "outside" }],
    };
    assert.equal(targetText(analyze(input, "1002")), "1002@outside");
  });

  it("given as many translations as ForwardMaximumHopCount, when a number is dialed, then they are done; one more is not", () => {
    const input: PlanInput = {
      serviceParameters: [{ name: "ForwardMaximumHopCount", value: 3 }],
      translationPatterns: ["1", "2", "3", "4"].map((pattern) => ({
        pattern,
        calledMask: String(Number(pattern) + 1),
      })),
      directoryNumbers: [{ number: "5" }],
    };
    assert.equal(targetText(analyze(input, "2")), "5@internal");
    assert.equal(targetText(analyze(input, "1")), "too-many-hops");
  });

  it("given one that is blocked, when it is dialed, then it refuses", () => {
    assert.equal(
      targetText(analyze({ translationPatterns: [{ pattern: "0190!", blocked: true }] }, "01905")),
      "blocked 0190!@internal",
    );
  });

  it("given an urgent one, when its new number could be longer, then nothing is waited for", () => {
    const input: PlanInput = {
      translationPatterns: [
        { pattern: "9", calledMask: "12", urgent: true },
        { pattern: "99", calledMask: "12" },
      ],
      huntPilots: [{ pattern: "12" }, { pattern: "123" }],
    };
    assert.equal(analyze(input, "9").more, false);
    assert.equal(analyze(input, "12").more, true);
  });
});
