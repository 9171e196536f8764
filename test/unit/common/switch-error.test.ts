import assert from "node:assert/strict";
import { errorCodeOf, errorMessageOf, SwitchError } from "../../../src/common/index.ts";

class DoorError extends SwitchError<"shut"> {}

describe("SwitchError", () => {
  it("given a subclass, when it is made, then it carries its name, code, details and cause", () => {
    const cause = new Error("no key");
    const error = new DoorError("shut", "the door is shut", { door: 3 }, { cause });
    assert.equal(error.name, "DoorError");
    assert.equal(error.code, "shut");
    assert.equal(error.message, "the door is shut");
    assert.deepEqual(error.details, { door: 3 });
    assert.equal(error.cause, cause);
  });
});

describe("errorCodeOf", () => {
  it("given a SwitchError or a system error, when asked, then its code is returned", () => {
    assert.equal(errorCodeOf(new DoorError("shut", "x")), "shut");
    assert.equal(errorCodeOf(Object.assign(new Error("x"), { code: "ENOENT" })), "ENOENT");
  });

  it("given anything else, when asked, then there is none", () => {
    for (const thrown of [new Error("x"), null, undefined, "text", { code: 7 }])
      assert.equal(errorCodeOf(thrown), undefined);
  });
});

describe("errorMessageOf", () => {
  it("given an error or another value, when asked, then one line of text is returned", () => {
    assert.equal(errorMessageOf(new Error("broken")), "broken");
    assert.equal(errorMessageOf(42), "42");
  });
});
