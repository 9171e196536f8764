import assert from "node:assert/strict";
import {
  FEATURE_CODES,
  FEATURE_NAMES,
  type ConfigurationStore,
  type FeatureName,
  type Operation,
} from "../../../../src/database/index.ts";
import { featureCodeFaults } from "../../../../src/database/model/feature-codes.ts";
import { change, create, merge, openNewStore, refusalOf, remove } from "../../../support/configuration-store.ts";

describe("codes of features", () => {
  let store: ConfigurationStore;
  beforeEach(async () => {
    store = await openNewStore();
  });
  afterEach(() => store.close());

  const set = (name: string, value: string): Operation =>
    create("service-parameter", { name: `FeatureCode${name}`, value });
  const refused = (...operations: Operation[]): Promise<string[]> =>
    refusalOf(store.check({ author: "test", summary: "", operations }));

  it("given the defaults, when each is compared with the others, then none is in the way of another", () => {
    const codes = new Map<FeatureName, string>(FEATURE_NAMES.map((name) => [name, FEATURE_CODES[name].default]));
    assert.deepEqual(
      FEATURE_NAMES.flatMap((name) => featureCodeFaults(name, codes)),
      [],
    );
  });

  for (const [what, name, value, expected] of [
    ["the code of another feature", "Park", "*40", "value: FeatureCodeTransfer is *40, too"],
    [
      "what begins with a code that takes more",
      "Park",
      "*431",
      "value: begins with FeatureCodeBarge, *43, behind which",
    ],
    [
      "what takes more and begins another code",
      "Barge",
      "*4",
      "value: begins FeatureCodeTransfer, *40: what is dialed",
    ],
    ["what cannot be dialed", "Park", "*4x", "value: expected up to 8 digits, * or #"],
    ["what is too long", "Park", "123456789", "value: expected up to 8 digits, * or #"],
  ] as const) {
    it(`given ${what}, when it is set, then it is refused at its place`, async () => {
      const [first = "", ...others] = await refused(set(name, value));
      assert.ok(first.includes(expected), first);
      assert.deepEqual(others, []);
    });
  }

  for (const [what, name, value] of [
    ["an empty code", "Park", ""],
    ["a code that begins another and takes nothing", "Park", "*4"],
    ["one of digits", "Park", "700"],
  ] as const) {
    it(`given ${what}, when it is set, then it is taken`, async () => {
      await change(store, set(name, value));
    });
  }

  it("given two features, when they change codes in one change, then that is taken", async () => {
    await change(store, set("Park", "*40"), set("Transfer", "*42"));
  });

  it("given a feature that is off, when another takes its code and it gets its default back, then that is refused", async () => {
    await change(store, set("Park", ""), set("Transfer", "*42"));
    const [first = ""] = await refused(remove("service-parameter", "FeatureCodePark"));
    assert.ok(first.includes("its default, *42: FeatureCodeTransfer is *42, too"), first);
    const merged = await refused(merge("service-parameter", "FeatureCodePark", { value: "*42" }));
    assert.equal(merged.length, 1);
  });
});
