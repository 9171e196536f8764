import assert from "node:assert/strict";
import type { JsonSchema } from "../../../../src/protocol/schema/json-schema.ts";
import { findFault } from "../../../../src/protocol/validation/fault.ts";

const NAMES: JsonSchema = { type: "string", minLength: 1, maxLength: 3 };
const REFUSED: readonly (readonly [string, JsonSchema, unknown, string, string])[] = [
  ["another type", { type: "string" }, 5, "", "is not a text"],
  ["neither of two types", { type: ["string", "null"] }, 5, "", "is not a text or null"],
  ["a broken number", { type: "integer" }, 1.5, "", "is not a whole number"],
  ["a list for an object", { type: "object" }, [], "", "is not an object"],
  ["another constant", { const: "a" }, "b", "", 'is not "a"'],
  ["another choice", { enum: ["a", "b"] }, "c", "", "is none of a, b"],
  ["an empty text", NAMES, "", "", "is empty"],
  ["a long text", NAMES, "abcd", "", "is longer than 3 characters"],
  ["a very long text", NAMES, "a".repeat(100_000), "", "is longer than 3 characters"],
  ["a text of another kind", { type: "string", pattern: "^a$" }, "b", "", "is not like ^a$"],
  ["a small number", { type: "integer", minimum: 1, maximum: 2 }, 0, "", "is not within 1 and 2"],
  ["a large number", { type: "integer", minimum: 1, maximum: 2 }, 3, "", "is not within 1 and 2"],
  ["a long list", { type: "array", items: {}, maxItems: 1 }, [1, 2], "", "has more than 1 elements"],
  ["a short list", { type: "array", items: {}, minItems: 1 }, [], "", "has fewer than 1 elements"],
  ["a list with twins", { type: "array", items: {}, uniqueItems: true }, ["a", "a"], "", "has an element twice"],
  ["a wrong element", { type: "array", items: NAMES }, ["a", ""], "/1", "is empty"],
  ["a missing field", { type: "object", required: ["a"] }, {}, "/a", "is missing"],
  ["a field without its other", { type: "object", dependentRequired: { a: ["b"] } }, { a: 1 }, "/b", "is missing"],
  ["an unknown field", { type: "object", properties: {}, additionalProperties: false }, { a: 1 }, "/a", "is not known"],
  ["a wrong value", { type: "object", additionalProperties: NAMES }, { a: "" }, "/a", "is empty"],
  [
    "a wrong name",
    { type: "object", propertyNames: NAMES },
    { abcd: 1 },
    "/abcd",
    "has a name that is longer than 3 characters",
  ],
  ["too many fields", { type: "object", maxProperties: 1 }, { a: 1, b: 1 }, "", "has more than 1 fields"],
  ["too few fields", { type: "object", minProperties: 1 }, {}, "", "has fewer than 1 fields"],
  ["no form", { oneOf: [{ const: "a" }, { type: "integer" }] }, "b", "", "has none of the forms that it may have"],
];
const TAGGED: JsonSchema = {
  type: "object",
  discriminator: { propertyName: "kind" },
  oneOf: [
    { type: "object", properties: { kind: { const: "a" }, name: NAMES }, required: ["kind", "name"] },
    { $ref: "#/$defs/B" },
  ],
};
const DEFINITIONS = { B: { type: "object", properties: { kind: { const: "b" } }, additionalProperties: false } };

describe("faults of a value", () => {
  for (const [what, schema, value, path, problem] of REFUSED)
    it(`given ${what}, when compared with its schema, then that is the fault`, () => {
      assert.deepEqual(findFault(schema, value, {}), { path, problem });
    });
  it("given objects that a field tells apart, when one is wrong, then the fault is that of its own form", () => {
    assert.equal(findFault(TAGGED, { kind: "a", name: "x" }, DEFINITIONS), undefined);
    assert.equal(findFault(TAGGED, { kind: "b" }, DEFINITIONS), undefined);
    assert.deepEqual(findFault(TAGGED, { kind: "a" }, DEFINITIONS), { path: "/name", problem: "is missing" });
    assert.deepEqual(findFault(TAGGED, { kind: "b", c: 1 }, DEFINITIONS), { path: "/c", problem: "is not known" });
    assert.deepEqual(findFault(TAGGED, { kind: "c" }, DEFINITIONS), {
      path: "/kind",
      problem: "is none that there is",
    });
    assert.deepEqual(findFault(TAGGED, {}, DEFINITIONS), { path: "/kind", problem: "is none that there is" });
  });
  it("given characters of two units, when counted, then each is one", () => {
    assert.equal(findFault(NAMES, "😀😀😀", {}), undefined);
    assert.deepEqual(findFault(NAMES, "😀😀😀😀", {}), { path: "", problem: "is longer than 3 characters" });
  });
  it("given names with slashes and names of objects' own, when they are unknown, then the path is a JSON pointer", () => {
    const schema: JsonSchema = { type: "object", properties: {}, additionalProperties: false };
    assert.deepEqual(findFault(schema, { "a/b~": 1 }, {}), { path: "/a~1b~0", problem: "is not known" });
    assert.deepEqual(findFault(schema, JSON.parse('{"__proto__": 1}'), {}), {
      path: "/__proto__",
      problem: "is not known",
    });
    assert.deepEqual(findFault(schema, { toString: 1 }, {}), { path: "/toString", problem: "is not known" });
  });
});
