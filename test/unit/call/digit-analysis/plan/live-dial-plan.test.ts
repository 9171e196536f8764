import assert from "node:assert/strict";
import { compileDialPlan } from "../../../../../src/call/digit-analysis/plan/compile-dial-plan.ts";
import type { DialPlan } from "../../../../../src/call/digit-analysis/plan/dial-plan.ts";
import { LiveDialPlan } from "../../../../../src/call/digit-analysis/plan/live-dial-plan.ts";
import { readDialPlan } from "../../../../../src/call/digit-analysis/plan/read-dial-plan.ts";
import { ConfigurationMirror, type Operation } from "../../../../../src/database/index.ts";
import type { SqliteStore } from "../../../../../src/database/sqlite/sqlite-store.ts";
import {
  change,
  keptConfiguration,
  phoneOperations,
  phoneRemoval,
  put,
  remove,
} from "../../../../support/kept-configuration.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";
import { targetText } from "../../../../support/sample-plan.ts";

const DIGITS = ["1", "10", "100", "1001", "1002", "9", "91", "9123", "00491", "80", "81", "855", "*77", "7001", ""];

describe("LiveDialPlan", () => {
  let store: SqliteStore;
  let mirror: ConfigurationMirror;
  let live: LiveDialPlan;
  beforeEach(async () => {
    store = await keptConfiguration();
    await change(
      store,
      ...phoneOperations(["1001"]),
      put("trunk", { name: "carrier", uri: "sip:192.0.2.1", prefixes: ["0"] }),
    );
    mirror = new ConfigurationMirror(store);
    live = new LiveDialPlan(mirror);
  });
  afterEach(() => store.close());

  const takeUp = async (...operations: readonly Operation[]): Promise<void> => {
    await change(store, ...operations);
    await live.takeUp(await mirror.refresh());
  };
  const dial = (plan: DialPlan, digits: string, device = "phone-1001"): string => {
    const result = plan.analyzeDigits(digits, { partitions: plan.callerSpace({ device }), nowMs: 0 });
    return `${targetText(result)}${result.more ? " more" : ""}`;
  };
  /** All that the plan answers, to be compared with one that is compiled from nothing. */
  const answersOf = (plan: DialPlan): unknown[] => [
    plan.patternCount,
    ...DIGITS.map((digits) => dial(plan, digits)),
    ...["phone-1001", "1001", "1002@internal", "carrier", "nobody"].map((from) => plan.findCaller(from) ?? null),
    ...["*42", "70#1", "*4"].map((digits) => [plan.findFeature(digits) ?? null, plan.beginsFeature(digits)]),
    plan.speedDial("phone-1001", 1) ?? null,
    plan.leavesAbroad("carrier", "00491"),
    plan.leavesAbroad("carrier", "+491"),
  ];
  const assertAsNew = (): void =>
    assert.deepEqual(answersOf(live.plan), answersOf(compileDialPlan(readDialPlan(mirror))));

  it("given a new number, when it is taken up, then it leads to its phone, and when it is gone, to nothing", async () => {
    const held = live.plan;
    await takeUp(...phoneOperations(["1002"]));
    assert.equal(dial(held, "1002"), "1002@internal");
    assert.match(dial(held, "100"), /more/);
    await takeUp(...phoneRemoval(["1002"]), ...phoneRemoval(["1001"]));
    assert.doesNotMatch(dial(held, "1002"), /internal/);
    assert.doesNotMatch(dial(held, "100"), /more/);
    assertAsNew();
  });

  it("given codes of features and speed dials, when they change, then the plan knows them, and when they go, their defaults", async () => {
    const held = live.plan;
    const speedDials = [{ label: "Bob", destination: "1002" }];
    await takeUp(
      put("service-parameter", { name: "FeatureCodePark", value: "" }),
      put("service-parameter", { name: "FeatureCodeBarge", value: "70#" }),
      ...phoneOperations(["1001"], { speedDials }),
    );
    assert.deepEqual(held.findFeature("70#1"), { feature: "barge", argument: "1", isIncomplete: false });
    assert.equal(held.findFeature("*42"), undefined);
    assert.deepEqual([held.speedDial("phone-1001", 1), held.speedDial("phone-1001", 2)], ["1002", undefined]);
    assertAsNew();
    await takeUp(
      ...["Park", "Barge"].map((name) => remove("service-parameter", `FeatureCode${name}`)),
      ...phoneOperations(["1001"]),
    );
    assert.equal(held.findFeature("*42")?.feature, "park");
    assert.equal(held.speedDial("phone-1001", 1), undefined);
    assertAsNew();
  });

  it("given patterns, search spaces and parameters, when they change, then the plan is as one compiled from nothing", async () => {
    await takeUp(
      put("partition", { name: "outside" }),
      put("route-pattern", { pattern: "9.!", partition: "outside", trunk: "carrier", discard: "pre-dot" }),
      put("translation-pattern", { pattern: "8[0-5]", calledMask: "1001" }),
    );
    assertAsNew();
    await takeUp(put("calling-search-space", { name: "internal", partitions: ["outside", "internal"] }));
    assertAsNew();
    await takeUp(put("route-pattern", { pattern: "9.!", partition: "outside", blocked: true }));
    assertAsNew();
    await takeUp(put("service-parameter", { name: "CountryCode", value: "49" }));
    assertAsNew();
    await takeUp({
      type: "merge",
      kind: "phone",
      name: "phone-1001",
      body: { callingSearchSpace: "internal", lines: [] },
    });
    assertAsNew();
    await takeUp(remove("route-pattern", "9.!@outside"), remove("translation-pattern", "8[0-5]@internal"));
    assertAsNew();
  });

  it("given changes at random, when each is taken up, then the plan is as one compiled from nothing", async () => {
    const random = seededRandom(7);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
    const patterns = ["9.!", "1XXX", "100[1-3]", "8X?", "85+", "*77", "[^9]!", "0049.!"];
    for (let round = 0; round < 120; round += 1) {
      const pattern = pick(patterns);
      const name = `${pattern}@internal`;
      const body = { pattern, blocked: random() < 0.3, urgent: random() < 0.3 };
      const before = (["route-pattern", "translation-pattern"] as const).find(
        (kind) => store.get(kind, name) !== undefined,
      );
      const after = pick([
        [],
        [put("route-pattern", { ...body, trunk: "carrier" })],
        [put("translation-pattern", { ...body, prefix: "1" })],
      ]);
      const number = pick(["1001", "1002", "1003"]);
      const isThere = store.get("phone", `phone-${number}`) !== undefined;
      const phone = isThere ? phoneRemoval([number]) : phoneOperations([number]);
      await takeUp(...(before === undefined ? [] : [remove(before, name)]), ...after, ...phone);
      assertAsNew();
    }
  });

  it("given many numbers at once, when they are taken up, then others get their turn in between", async () => {
    const numbers = Array.from({ length: 1_500 }, (_, index) => String(20_000 + index));
    await change(store, ...numbers.flatMap((number) => phoneOperations([number])));
    const touched = await mirror.refresh();
    let turns = 0;
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    await live.takeUp(touched);
    clearImmediate(next);
    assert.ok(turns >= 4, `${turns} turns`);
    assert.equal(live.plan.patternCount, 1_501);
    assertAsNew();
  });
});
