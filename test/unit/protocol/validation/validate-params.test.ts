import assert from "node:assert/strict";
import fc from "fast-check";
import { METHOD_NAMES } from "../../../../src/protocol/index.ts";
import { DEFINITIONS, PARAMETERS } from "../../../../src/protocol/generated/parameter-schemas.ts";
import { isMethodName, validateParams } from "../../../../src/protocol/validation/validate-params.ts";
import { createSchemaCompiler } from "../../../support/json-schema-compiler.ts";
import { anyValue, nearValuesOf, valuesOf } from "../../../support/schema-values.ts";

describe("parameters of methods", () => {
  for (const method of METHOD_NAMES)
    it(`given anything for ${method}, when compared with its schema, then it is taken exactly if another validator takes it`, () => {
      const schema = PARAMETERS[method];
      const isValid = createSchemaCompiler().compile({ ...schema, $defs: DEFINITIONS });
      const values = fc.oneof(valuesOf(schema, DEFINITIONS), nearValuesOf(schema, DEFINITIONS), anyValue());
      let taken = 0;
      fc.assert(
        fc.property(values, (value) => {
          const { ok } = validateParams(method, value);
          assert.equal(ok, isValid(value), JSON.stringify(isValid.errors));
          taken += ok ? 1 : 0;
        }),
        { numRuns: 60 },
      );
      assert.ok(taken > 5, `only ${taken} were taken`);
    });
  it("given a request that is wrong, when checked, then the place and the problem are told", () => {
    const params = { device: "sales", routeId: "r1", destinations: [{ to: "1002" }, { to: "" }] };
    assert.deepEqual(validateParams("route.select", params), {
      ok: false,
      path: "/destinations/1/to",
      problem: "is empty",
    });
    assert.deepEqual(validateParams("call.hold", { device: "sales", meta: { key: "k" } }), {
      ok: false,
      path: "/meta/keyMs",
      problem: "is missing",
    });
    assert.deepEqual(validateParams("call.hold", undefined), { ok: false, path: "", problem: "is not an object" });
  });
  it("given names that are no methods, when asked, then they are none", () => {
    assert.equal(isMethodName("call.hold"), true);
    for (const name of ["toString", "__proto__", "hold", ""]) assert.equal(isMethodName(name), false, name);
  });
});
