import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Secret } from "../../../src/config/index.ts";

describe("Secret", () => {
  it("given a value, when printed in any way, then it reads ***", () => {
    const secret = new Secret("demo-1001");
    assert.equal(`${secret.toString()}`, "***");
    assert.equal(String(secret), "***");
    assert.equal(JSON.stringify({ secret }), '{"secret":"***"}');
    assert.equal(inspect({ secret }), "{ secret: *** }");
    assert.deepEqual(Object.keys(secret), []);
  });

  it("given a value, when revealed, then it is the value", () => {
    assert.equal(new Secret("demo-1001").reveal(), "demo-1001");
  });
});
