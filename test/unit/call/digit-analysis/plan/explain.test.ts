import assert from "node:assert/strict";
import fc from "fast-check";
import { formatExplanation } from "../../../../../src/admin/view/dial-plan-text.ts";
import { explainDialed } from "../../../../../src/call/digit-analysis/explain-dialed.ts";
import type { DialPlanExplanation } from "../../../../../src/signals/index.ts";
import { sampleInventory, samplePeer } from "../../device/sample-devices.ts";
import { routePatterns, samplePlan } from "../../../../support/sample-plan.ts";

describe("explanations of a dial plan", () => {
  const plan = samplePlan({
    callingSearchSpaces: [{ name: "internal", partitions: ["internal", "outside"] }],
    devicePools: [{ name: "default" }],
    directoryNumbers: [{ number: "1001" }, { number: "1002" }],
    phones: [
      { name: "desk", lines: [{ directoryNumber: "1001" }] },
      { name: "lab", lines: [{ directoryNumber: "1002" }] },
    ],
    trunks: [
      { name: "gateway", uri: "sip:192.0.2.1", prefixes: ["0"] },
      { name: "spare", uri: "sip:192.0.2.2" },
    ],
    routeGroups: [{ name: "both", trunks: ["gateway", "spare"] }],
    routeLists: [{ name: "all", groups: [{ routeGroup: "both", called: { prefix: "+49" } }] }],
    routePatterns: [
      { pattern: "9.!", partition: "outside", routeList: "all", discard: "pre-dot", class: "national" },
      { pattern: "90190!", partition: "outside", blocked: true },
      ...routePatterns("1XXX", "10XX"),
    ],
    translationPatterns: [{ pattern: "7X", calledMask: "100X", calling: { prefix: "8" }, urgent: true }],
  });
  const context = {
    plan,
    nowMs: Date.parse("2026-11-27T12:00:00Z"),
    services: new Map([["9196", "echo"]]),
    emergency: undefined,
  };
  const explain = (digits: string, from = "1001"): DialPlanExplanation => explainDialed(from, digits, context);

  it("given several matches, when a number is explained, then each has its reason, best first", () => {
    const { steps, result, callingNumber } = explain("1002");
    assert.equal(steps.length, 1);
    assert.deepEqual(
      steps[0]?.candidates.map(({ pattern, kind, partition, position, matches, outcome, reason }) =>
        [pattern, kind, partition, position, matches, outcome, reason].join(" "),
      ),
      [
        "1002 directory-number internal 1 1 won It matches 1 number of this length, fewer than any other.",
        "10XX route-pattern internal 1 100 lost It matches 100 numbers of this length, 1002 only 1.",
        "1XXX route-pattern internal 1 1000 lost It matches 1,000 numbers of this length, 1002 only 1.",
      ],
    );
    assert.deepEqual(result, {
      kind: "line",
      text: "1002@internal is a line of lab.",
      devices: ["lab"],
      number: "1002",
      callingNumber: "1001",
      more: false,
    });
    assert.equal(callingNumber, "1001");
  });

  it("given a translation, when a number is explained, then the chain and each change of both numbers are told", () => {
    const { steps, result } = explain("72");
    assert.deepEqual(
      steps.map(({ digits, transformations }) => [digits, transformations]),
      [
        [
          "72",
          [
            { party: "called", step: "mask 100X", of: "7X@internal", before: "72", after: "1002" },
            { party: "calling", step: "prefix 8", of: "7X@internal", before: "1001", after: "81001" },
          ],
        ],
        ["1002", []],
      ],
    );
    assert.deepEqual([result.kind, result.number, result.callingNumber], ["line", "1002", "81001"]);
  });

  it("given a route list, when a number is explained, then its trunks come in order with what each is sent", () => {
    const { steps, result } = explain("9301");
    assert.deepEqual(steps[0]?.transformations, [
      { party: "called", step: "discard pre-dot", of: "9.!@outside", before: "9301", after: "301" },
      { party: "called", step: "prefix +49", of: "route group both", before: "301", after: "+49301" },
    ]);
    assert.deepEqual(result, {
      kind: "route",
      text: "9.!@outside leads to gateway, spare.",
      class: "national",
      international: true,
      attempts: [
        { trunk: "gateway", number: "+49301", callingNumber: "1001" },
        { trunk: "spare", number: "+49301", callingNumber: "1001" },
      ],
      number: "301",
      callingNumber: "1001",
      more: true,
    });
  });

  for (const [digits, kind, text] of [
    ["901905", "blocked", "90190!@outside refuses the call."],
    ["9196", "service", "It is a service of the switch."],
    ["0301", "trunk", "Its prefix leads to gateway."],
    ["555", "nowhere", "Nothing that may be dialed has this number."],
  ] as const) {
    it(`given ${digits}, when it is explained, then the result is ${kind}`, () => {
      const { result } = explain(digits);
      assert.deepEqual([result.kind, result.text], [kind, text]);
    });
  }

  it("given an emergency number, when it is explained, then that comes before all patterns", () => {
    const [device] = sampleInventory([], [samplePeer("rescue")]).peers;
    assert.ok(device);
    const emergency = { numbers: new Set(["1002"]), serviceNumber: "1002", device };
    const { result, steps } = explainDialed("desk", "1002", { ...context, emergency });
    assert.deepEqual([result.kind, result.devices, steps], ["emergency", ["rescue"], []]);
  });

  it("given nobody who is known, or nothing to dial, when it is asked, then that is an error", () => {
    assert.throws(() => explain("1002", "nobody"), { code: "unknown-caller" });
    assert.throws(() => explain(""), { code: "bad-digits" });
    assert.throws(() => explain("1".repeat(129)), { code: "bad-digits" });
    assert.throws(() => explain("1\r\n2"), { code: "bad-digits" });
  });

  it("given more candidates than are shown, when a number is explained, then it says how many are left out", () => {
    const many = samplePlan({
      routePatterns: Array.from({ length: 120 }, (_, index) => ({ pattern: "1X", partition: `p${index}`, trunk: "t" })),
    });
    const partitions = Array.from({ length: 120 }, (_, index) => `p${index}`);
    const { steps } = many.explain("12", { partitions, nowMs: 0 });
    assert.deepEqual([steps[0]?.candidates.length, steps[0]?.omitted], [100, 20]);
    assert.equal(steps[0]?.candidates[0]?.partition, "p0");
  });

  it("given any digits, when they are explained, then the result is that of the analysis, and the explanation plain JSON", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0179*#+"), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(digits, (dialed) => {
        const explanation = explain(dialed);
        const query = { partitions: ["internal", "outside"], nowMs: context.nowMs, callingNumber: "1001" };
        const analyzed = plan.analyzeDigits(dialed, { ...query, services: context.services });
        const { number, more, callingNumber } = explanation.result;
        assert.deepEqual(
          { number, more, callingNumber },
          { number: analyzed.number, more: analyzed.more, callingNumber: analyzed.callingNumber },
        );
        assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
      }),
      { numRuns: 200 },
    );
  });

  it("given an explanation, when it is formatted, then people can read it", () => {
    assert.deepEqual(formatExplanation(explain("72", "desk")), [
      "72 from desk (1001), 2026-11-27T12:00:00.000Z",
      "",
      "Look-up of 72 in internal, outside",
      "  * 7X in internal (1), translation pattern, urgent: It is the only pattern that matches.",
      "  called number, mask 100X (7X@internal): 72 -> 1002",
      "  calling number, prefix 8 (7X@internal): 1001 -> 81001",
      "",
      "Translated: look-up of 1002 in internal, outside",
      "  * 1002 in internal (1), directory number: It matches 1 number of this length, fewer than any other.",
      "    10XX in internal (1), route pattern: It matches 100 numbers of this length, 1002 only 1.",
      "    1XXX in internal (1), route pattern: It matches 1,000 numbers of this length, 1002 only 1.",
      "",
      "Result: 1002@internal is a line of lab.",
      "  number 1002, from 81001",
    ]);
  });
});
