import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { percentile } from "../../../../../scripts/bench/results/statistics.ts";
import { compileDialPlan } from "../../../../../src/call/digit-analysis/plan/compile-dial-plan.ts";
import { randomDigits, randomPlanSource, timeDialPlan } from "../../../../support/random-dial-plan.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe("a dial plan of 10,000 patterns", () => {
  const source = randomPlanSource(10_000, 1);

  it("given it, when it is compiled, then it takes less than 30 MB beside its source", () => {
    collect();
    const before = process.memoryUsage().heapUsed;
    const plan = compileDialPlan(source);
    collect();
    const bytes = process.memoryUsage().heapUsed - before;
    assert.equal(plan.patternCount, 10_000);
    assert.ok(bytes < 30e6, `${bytes} bytes`);
  });

  it("given it, when numbers are dialed, then looking at each pattern would take far longer than it does", () => {
    const { analysesUs } = timeDialPlan(source, randomDigits(source, 5_000, 2));
    // The goal is below 50 us on an idle machine, where a search of all patterns takes milliseconds.
    assert.ok(percentile(analysesUs, 0.5) < 500, `${percentile(analysesUs, 0.5)} us`);
  });

  it("given any of its numbers, when it is dialed, then it leads to itself in the first partition that has it", () => {
    const plan = compileDialPlan(source);
    for (const { number, partition } of source.directoryNumbers.slice(0, 500)) {
      const { target } = plan.analyzeDigits(number, { partitions: [partition, "internal"], nowMs: 0 });
      assert.equal(target.kind === "line" && target.line, `${number}@${partition}`);
    }
  });
});
