import assert from "node:assert/strict";
import { samplePlan } from "../../../../support/sample-plan.ts";

describe("what a caller may dial", () => {
  const plan = samplePlan({
    callingSearchSpaces: [
      { name: "pool", partitions: ["internal"] },
      { name: "phone", partitions: ["internal", "outside"] },
      { name: "line", partitions: ["blocked", "internal"] },
    ],
    devicePools: [{ name: "default", callingSearchSpace: "pool" }],
    directoryNumbers: [
      { number: "1001" },
      { number: "1002", callingSearchSpace: "line" },
      { number: "1003", partition: "outside" },
      { number: "1004", callingSearchSpace: "gone" },
    ],
    phones: [
      { name: "plain", lines: [{ directoryNumber: "1001" }, { directoryNumber: "1002" }] },
      { name: "own", callingSearchSpace: "phone", lines: [{ directoryNumber: "1002" }] },
      { name: "odd", lines: [{ directoryNumber: "1004" }] },
    ],
    ctiPorts: [{ name: "port", lines: [{ directoryNumber: "1003@outside" }] }],
    routePoints: [{ name: "point", lines: [{ directoryNumber: "1002" }] }],
    trunks: [{ name: "gateway", uri: "sip:192.0.2.1", callingSearchSpace: "phone" }],
  });

  for (const [what, caller, partitions] of [
    ["a phone without a search space: that of its pool", { device: "plain" }, ["internal"]],
    ["a phone with one", { device: "own", line: "1001@internal" }, ["internal", "outside"]],
    [
      "a line with one: before that of the device, each partition once",
      { device: "own" },
      ["blocked", "internal", "outside"],
    ],
    ["the second line", { device: "plain", line: "1002@internal" }, ["blocked", "internal"]],
    ["a trunk", { device: "gateway" }, ["internal", "outside"]],
    ["a line alone", { line: "1002@internal" }, ["blocked", "internal"]],
    ["a search space that is not there", { device: "odd" }, ["internal"]],
    ["nobody who is known", { device: "stranger" }, []],
  ] as const) {
    it(`given ${what}, when it dials, then it is looked up in ${partitions.join(", ") || "nothing"}`, () => {
      assert.deepEqual(plan.callerSpace(caller), partitions);
    });
  }

  for (const [from, caller] of [
    ["plain", { device: "plain", line: "1001@internal", number: "1001" }],
    ["gateway", { device: "gateway", isTrunk: true }],
    ["1002", { device: "own", line: "1002@internal", number: "1002" }],
    ["1002@internal", { device: "own", line: "1002@internal", number: "1002" }],
    ["1003", { device: "port", line: "1003@outside", number: "1003" }],
    ["1003@internal", undefined],
    ["stranger", undefined],
  ] as const) {
    it(`given ${from}, when it is asked who that is, then it is ${caller === undefined ? "nobody" : JSON.stringify(caller)}`, () => {
      assert.deepEqual(plan.findCaller(from), caller);
    });
  }

  it("given a line on several devices, when it is dialed, then it is on all of them, in the order of names", () => {
    const { target } = plan.analyzeDigits("1002", { partitions: ["internal"], nowMs: 0 });
    assert.deepEqual(target, {
      kind: "line",
      line: "1002@internal",
      phones: ["own", "plain"],
      ctiPorts: [],
      routePoints: ["point"],
    });
  });
});
