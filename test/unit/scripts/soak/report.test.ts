import assert from "node:assert/strict";
import { isGood, sparkline, summaryJson, summaryText, type SoakSummary } from "../../../../scripts/soak/report.ts";

const good: SoakSummary = {
  seconds: 600,
  rate: 500,
  streams: [{ name: "answered", good: 10, failed: 0, sentAgain: 1, log: "its screen" }],
  good: 10,
  failed: 0,
  leftovers: [],
  memory: [{ process: "edge", what: "heap", grownBytes: 1, boundBytes: 2, isFlat: true }],
  series: [{ process: "edge", samples: [{ atMs: 0, residentBytes: 1_048_576 }] }],
  isInterrupted: false,
};
const bad: [string, SoakSummary, RegExp][] = [
  [
    "a failed call",
    { ...good, failed: 1, streams: [{ ...(good.streams[0] as never as object), failed: 1 } as never] },
    /its screen/,
  ],
  [
    "something left over",
    { ...good, leftovers: [{ what: "tandem_calls", before: 0, after: 1 }] },
    /tandem_calls: 1, was 0/,
  ],
  ["memory that grows", { ...good, memory: [{ ...good.memory[0], isFlat: false } as never] }, /GROWS/],
];

describe("report of a soak", () => {
  it("given nothing wrong, when told, then it says so, with a table and without screens", () => {
    assert.equal(isGood(good), true);
    assert.match(summaryText(good), /nothing is left over\ngood$/);
    assert.match(summaryText(good), /edge.*1\.0 to 1\.0.*flat/);
    assert.doesNotMatch(summaryText(good), /its screen/);
    assert.equal((JSON.parse(summaryJson(good)) as { isGood: boolean }).isGood, true);
  });

  for (const [what, summary, text] of bad) {
    it(`given ${what}, when told, then it is not good and the reason is there`, () => {
      assert.equal(isGood(summary), false);
      assert.match(summaryText(summary), text);
      assert.match(summaryText(summary), /NOT GOOD$/);
    });
  }

  it("given an end before its time, when told, then nothing is said of what is left", () => {
    const text = summaryText({ ...good, isInterrupted: true });
    assert.match(text, /ended early/);
    assert.doesNotMatch(text, /nothing is left over/);
  });

  it("given values, when drawn, then the lowest and the highest have the smallest and the tallest block", () => {
    assert.equal(sparkline([1, 2, 3, 4, 5, 6, 7, 8]), "▁▂▃▄▅▆▇█");
    assert.equal(sparkline([5, 5]), "▁▁");
    assert.equal(sparkline([]), "");
    assert.equal(sparkline([0, 0, 7, 7], 2), "▁█");
  });
});
