import assert from "node:assert/strict";
import { formatExplanation } from "../../../src/admin/view/dial-plan-text.ts";
import type { DialPlanExplanation } from "../../../src/signals/index.ts";

const candidate = {
  pattern: "9!",
  kind: "route-pattern",
  partition: "outside",
  position: 2,
  matches: "100",
  urgent: false,
  blocked: true,
  outcome: "won",
  reason: "It is the only pattern that matches.",
} as const;

const explanation: DialPlanExplanation = {
  digits: "9\u001b1",
  at: "2026-11-27T12:00:00.000Z",
  steps: [
    {
      digits: "91",
      partitions: [
        { name: "night", on: false, timeSchedule: "late", localTime: "friday 2026-11-27 12:00 UTC" },
        { name: "outside", on: true, timeSchedule: "office", localTime: "friday 2026-11-27 12:00 UTC" },
        { name: "lost", on: false },
      ],
      candidates: [candidate, { ...candidate, pattern: "", kind: "trunk-prefix", trunk: "gateway", outcome: "lost" }],
      omitted: 3,
      transformations: [],
    },
    { digits: "", partitions: [], candidates: [], omitted: 0, transformations: [] },
  ],
  result: {
    kind: "route",
    text: "9!@outside leads to gateway, spare.",
    number: "1",
    more: true,
    class: "premium",
    international: true,
    attempts: [
      { trunk: "gateway", number: "1" },
      { trunk: "spare", number: "01", callingNumber: "+4930" },
    ],
  },
};

describe("formatExplanation", () => {
  const lines = formatExplanation(explanation);

  it("given partitions with time schedules, when it is formatted, then it says which are off, and by what clock", () => {
    assert.equal(
      lines[2],
      "Look-up of 91 in night (off by late: friday 2026-11-27 12:00 UTC), outside (on by office: friday 2026-11-27 12:00 UTC), lost (off: its time schedule is not there)",
    );
  });

  it("given candidates, when it is formatted, then the winner is marked, and what is left out is counted", () => {
    assert.deepEqual(lines.slice(3, 6), [
      "  * 9! in outside (2), route pattern, blocked: It is the only pattern that matches.",
      "    (any number) in outside (2), trunk prefix, blocked of gateway: It is the only pattern that matches.",
      "  and 3 more",
    ]);
  });

  it("given a translation to nothing, when it is formatted, then it says so", () => {
    assert.deepEqual(lines.slice(7, 9), ["Translated: look-up of no digits in no partition", "  nothing matches"]);
  });

  it("given a route, when it is formatted, then its trunks are numbered, with what each is sent", () => {
    assert.deepEqual(lines.slice(10), [
      "Result: 9!@outside leads to gateway, spare.",
      "  number 1",
      "  class premium",
      "  international",
      "  1. gateway: 1",
      "  2. spare: 01 from +4930",
      "  a longer number could match better",
    ]);
  });

  it("given what a terminal would obey, when it is formatted, then it is escaped", () => {
    assert.equal(lines[0], "9\\u001b1, 2026-11-27T12:00:00.000Z");
  });
});
