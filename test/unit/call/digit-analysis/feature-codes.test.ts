import assert from "node:assert/strict";
import { analyze, withoutSpeedDial, type AnalysisContext } from "../../../../src/call/digit-analysis/analyze.ts";
import type { Destination } from "../../../../src/call/digit-analysis/destination.ts";
import { parseDialed } from "../../../../src/call/digit-analysis/dialed.ts";
import { emergencyPlan } from "../../../../src/call/digit-analysis/emergency.ts";
import { explainDialed } from "../../../../src/call/digit-analysis/explain-dialed.ts";
import { FEATURE_CODES, FEATURE_NAMES } from "../../../../src/database/index.ts";
import type { DialPlanExplanation } from "../../../../src/signals/index.ts";
import { samplePlan, type PlanInput } from "../../../support/sample-plan.ts";
import { phoneOf, sampleInventory, samplePeer, samplePhone } from "../device/sample-devices.ts";

const NOWHERE = { kind: "none", reason: "unknown-number" };

describe("feature codes", () => {
  const PLAN: PlanInput = {
    callingSearchSpaces: [{ name: "internal", partitions: ["internal"] }],
    devicePools: [{ name: "default" }],
    directoryNumbers: [{ number: "1001" }, { number: "1002" }, { number: "*79" }],
    phones: [
      {
        name: "phone-1001",
        lines: [{ directoryNumber: "1001" }],
        speedDials: ["1002", "*42", "*751", "sip:1002@127.0.0.1", "112", "sip:777@trunk.example"].map(
          (destination) => ({
            label: "somebody",
            destination,
          }),
        ),
      },
      { name: "locked-in", lines: [{ directoryNumber: "1002" }], callingSearchSpace: "nothing" },
    ],
    trunks: [{ name: "trunk", uri: "sip:trunk.example", prefixes: ["*4", "777"] }],
    routePatterns: [{ pattern: "*7!", trunk: "trunk" }],
  };
  const inventory = sampleInventory(
    [samplePhone("1001"), samplePhone("1002")],
    [samplePeer("trunk", { addresses: ["192.0.2.1"], uri: "sip:trunk.example", prefixes: ["*4", "777"] })],
  );
  const contextOf = (plan: PlanInput, more: Partial<AnalysisContext> = {}): AnalysisContext => ({
    inventory,
    caller: phoneOf(inventory, "1001"),
    endpoints: new Map(),
    localHosts: new Set(["127.0.0.1"]),
    numbering: { plan: samplePlan(plan), nowMs: 0 },
    mayUseFeatures: true,
    ...more,
  });
  const context = contextOf(PLAN);
  const dial = (digits: string, within = context): Destination => {
    const parsed = parseDialed(digits.includes(":") ? digits : `sip:${digits}@127.0.0.1`);
    assert.ok(parsed.ok);
    return analyze(parsed.value, within);
  };
  const withCodes = (codes: Readonly<Record<string, string>>): AnalysisContext =>
    contextOf({
      ...PLAN,
      serviceParameters: Object.entries(codes).map(([name, value]) => ({ name: `FeatureCode${name}`, value })),
    });

  for (const feature of FEATURE_NAMES.filter((name) => name !== "speed-dial")) {
    const { default: code, argument: takes } = FEATURE_CODES[feature];
    it(`given ${code}, when a phone dials it with and without more, then it is ${feature} where that takes it`, () => {
      const alone = dial(code);
      const more = dial(`${code}1002`);
      const expected = (argument: string): object => ({ kind: "feature", feature, argument, number: code + argument });
      assert.deepEqual(alone, takes === "required" ? { ...NOWHERE, more: true } : expected(""));
      if (takes === "none") assert.notEqual(more.kind, "feature");
      else assert.deepEqual(more, expected("1002"));
    });
  }

  it("given a phone that may dial nothing, when it dials a code, then that is the feature all the same", () => {
    const caller = { ...phoneOf(inventory, "1002"), name: "locked-in" };
    assert.equal(dial("1001", { ...context, caller }).kind, "none");
    assert.equal(dial("*42", { ...context, caller }).kind, "feature");
  });

  it("given a line, a pattern and a prefix that match too, when a code is dialed, then the feature wins, but not with digits that it does not take", () => {
    assert.equal(dial("*79").kind, "feature");
    assert.equal(dial("*42").kind, "feature");
    assert.equal(dial("*791").kind, "route");
    assert.equal(dial("*421").kind, "peer");
  });

  for (const argument of ["x", "00x44", "00%2044", "1".repeat(33)]) {
    it(`given ${argument} behind a code that takes a number, when it is dialed, then it leads nowhere`, () => {
      assert.deepEqual(dial(`*72${argument}`), NOWHERE);
    });
  }

  it("given a trunk that calls, when it dials a code, then it leads nowhere, whatever patterns match", () => {
    const [caller] = inventory.peers;
    assert.ok(caller);
    for (const code of ["*42", "*721002", "*79", "*751"]) assert.deepEqual(dial(code, { ...context, caller }), NOWHERE);
    assert.equal(dial("1002", { ...context, caller }).kind, "line");
  });

  it("given a forwarding or a message, when it leads to a code, then the digits are a number as any other", () => {
    assert.equal(dial("*79", { ...context, mayUseFeatures: false }).kind, "line");
    assert.equal(dial("*42", { ...context, mayUseFeatures: false }).kind, "peer");
  });

  it("given the host of a trunk, when a code is dialed there, then it is no code", () => {
    assert.notEqual(dial("sip:*42@trunk.example").kind, "feature");
  });

  it("given a code for emergencies, when it is dialed, then that comes first", () => {
    const emergency = emergencyPlan({ numbers: ["*42"], route: "1002" }, inventory);
    assert.equal(dial("*42", { ...context, emergency }).kind, "phone");
  });

  it("given the beginning of a code, when nothing else matches, then more may follow for a phone", () => {
    const [peer] = inventory.peers;
    assert.ok(peer);
    assert.deepEqual(dial("*8"), { ...NOWHERE, more: true });
    assert.deepEqual(dial("*8", { ...context, caller: peer }), NOWHERE);
    assert.deepEqual(dial("*8", { ...context, mayUseFeatures: false }), NOWHERE);
  });

  it("given other codes, when they are dialed, then they count, and the defaults no more; an empty one is off", () => {
    const own = withCodes({ Park: "70#", GroupPickup: "" });
    assert.equal(dial("70#", own).kind, "feature");
    assert.equal(dial("*42", own).kind, "peer");
    assert.deepEqual(dial("*80", own), NOWHERE);
  });

  it("given codes of several lengths, when one is dialed, then the longest that takes it counts", () => {
    const own = withCodes({ Park: "7", Transfer: "71" });
    assert.deepEqual(
      ["7", "71", "72"].map((digits) => {
        const found = dial(digits, own);
        return found.kind === "feature" ? found.feature : found.kind;
      }),
      ["park", "transfer", "none"],
    );
  });

  describe("of speed dials", () => {
    it("given a place, when it is dialed, then it leads where its destination does", () => {
      assert.deepEqual(dial("*751"), dial("1002"));
      assert.deepEqual(dial("*75001"), dial("1002"));
      assert.deepEqual(dial("*754"), dial("1002"));
      assert.deepEqual(dial("*756"), dial("sip:777@trunk.example"));
    });

    it("given the code of another feature behind it, when it is dialed, then it is that; a speed dial behind it is a loop", () => {
      assert.deepEqual(dial("*752"), { kind: "feature", feature: "park", argument: "", number: "*42" });
      assert.deepEqual(dial("*753"), { kind: "none", reason: "translation-loop" });
    });

    for (const place of ["0", "7", "999", "1234", "x", "1#"]) {
      it(`given no speed dial ${place}, when it is dialed, then it leads nowhere`, () => {
        assert.deepEqual(dial(`*75${place}`), NOWHERE);
      });
    }

    it("given an emergency number behind it, when it is dialed, then it is an emergency call", () => {
      const emergency = emergencyPlan({ numbers: ["112"], route: "trunk" }, inventory);
      const [peer] = inventory.peers;
      assert.deepEqual(dial("*755", { ...context, emergency }), { kind: "peer", peer, number: "112" });
      assert.deepEqual(withoutSpeedDial({ user: "*755" }, context), { user: "112" });
    });

    it("given what is no speed dial, when what stands behind it is asked, then it stays as it is", () => {
      for (const dialed of [{ user: "1002" }, { user: "*42" }, { user: "*751", host: "trunk.example" }]) {
        assert.deepEqual(withoutSpeedDial(dialed, context), dialed);
      }
    });

    it("given another device, when it dials the same, then its own speed dials count", () => {
      const caller = { ...phoneOf(inventory, "1002"), name: "locked-in" };
      assert.deepEqual(dial("*751", { ...context, caller }), NOWHERE);
    });
  });

  describe("explained", () => {
    const plan = samplePlan(PLAN);
    const explain = (digits: string, from = "phone-1001"): DialPlanExplanation =>
      explainDialed(from, digits, { plan, nowMs: 0, services: new Map(), emergency: undefined });

    for (const [digits, from, kind, text] of [
      [
        "*42",
        "phone-1001",
        "feature",
        "It is the code of park: it parks the call that the phone has on hold on a free number.",
      ],
      [
        "*721002",
        "1001",
        "feature",
        "It is the code of forward-all-on: it forwards all calls of the line to the number that follows.",
      ],
      ["*72", "1001", "nowhere", "It is the code of forward-all-on, behind which more has to follow."],
      ["*72x", "1001", "nowhere", "It is the code of forward-all-on, and x is no number."],
      ["*42", "trunk", "nowhere", "It is the code of park, which phones of the switch alone may dial."],
      ["*759", "1001", "nowhere", "It is the code of speed-dial, and the device has none there that can be dialed."],
      ["*752", "1001", "feature", "Speed dial 2 dials *42."],
      ["*754", "1001", "feature", "Speed dial 4 dials 1002@127.0.0.1."],
    ] as const) {
      it(`given ${digits} from ${from}, when it is explained, then the result says ${kind}`, () => {
        const { result, steps } = explain(digits, from);
        assert.deepEqual([result.kind, result.text, steps], [kind, text, []]);
      });
    }

    it("given a code with a number behind it, when it is explained, then both are told", () => {
      const { feature, argument, number } = explain("*721002").result;
      assert.deepEqual([feature, argument, number], ["forward-all-on", "1002", "*721002"]);
    });

    it("given a speed dial of a number, when it is explained, then the look-up is of that", () => {
      const { digits, speedDial, steps, result } = explain("*751");
      assert.deepEqual([digits, speedDial, steps[0]?.digits], ["*751", { place: 1, dials: "1002" }, "1002"]);
      assert.deepEqual([result.kind, result.number], ["line", "1002"]);
    });
  });
});
