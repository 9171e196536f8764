import assert from "node:assert/strict";
import type { Measured } from "../../../../../scripts/bench/bench.ts";
import { compare, goalText, jsonLine } from "../../../../../scripts/bench/results/compare.ts";
import type { Figure } from "../../../../../scripts/bench/results/figures.ts";

const FIGURES: readonly Figure[] = [
  {
    bench: "b2bua",
    metric: "calls/s clean",
    unit: "calls/s",
    goal: { atLeast: 1_200 },
    recorded: { asterisk: 480, kamailio: 1_500 },
  },
];

function measured(system: string, value: number, metric = "calls/s clean"): Measured {
  return { bench: "b2bua", metric, value, unit: "calls/s", system };
}

describe("compare", () => {
  it("given no peer in the run, when compared, then each recorded figure has a line that says so", () => {
    const lines = compare([measured("tandem", 960)], FIGURES);
    assert.deepEqual(
      lines.map(({ against, ratio }) => [against, ratio]),
      [
        ["asterisk (recorded)", 2],
        ["kamailio (recorded)", 0.64],
      ],
    );
  });

  it("given a peer in the run, when compared, then its own figure takes the place of the recorded one", () => {
    const lines = compare([measured("tandem", 960), measured("kamailio", 1_920)], FIGURES);
    assert.deepEqual(
      lines.map(({ against, ratio }) => [against, ratio]),
      [
        ["kamailio", 0.5],
        ["asterisk (recorded)", 2],
      ],
    );
  });

  it("given a figure that nobody else has, when compared, then it has one line without a peer", () => {
    const [line, ...others] = compare([measured("tandem", 3, "lost")], FIGURES);
    assert.deepEqual([line?.against, line?.ratio, others.length], [null, null, 0]);
  });

  it("given a peer that reached nothing, when compared, then there is no ratio", () => {
    const [line] = compare([measured("tandem", 960), measured("kamailio", 0)], FIGURES);
    assert.deepEqual([line?.against, line?.ratio], ["kamailio", null]);
  });
});

describe("jsonLine", () => {
  it("given a compared line, when printed, then it has the six documented keys and no more", () => {
    const [line] = compare([measured("tandem", 960)], FIGURES);
    assert.ok(line);
    assert.deepEqual(JSON.parse(jsonLine(line)), {
      bench: "b2bua",
      metric: "calls/s clean",
      value: 960,
      unit: "calls/s",
      against: "asterisk (recorded)",
      ratio: 2,
    });
  });
});

describe("goalText", () => {
  it("given goals in both directions, when the value is at the bound, then they are met", () => {
    assert.equal(goalText({ atLeast: 5 }, 5), ">= 5 met");
    assert.equal(goalText({ atLeast: 5 }, 4), ">= 5 missed");
    assert.equal(goalText({ atMost: 5 }, 5), "<= 5 met");
    assert.equal(goalText({ atMost: 5 }, 6), "<= 5 missed");
    assert.equal(goalText(undefined, 6), "");
  });
});
