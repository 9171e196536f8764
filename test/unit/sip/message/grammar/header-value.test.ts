import assert from "node:assert/strict";
import { isValidHeaderValue } from "../../../../../src/sip/message/grammar/header-value.ts";

describe("isValidHeaderValue", () => {
  it("given text with spaces, tabs and octets of UTF-8, when checked, then it is valid", () => {
    assert.ok(isValidHeaderValue("a \t\xc3\xa9"));
  });
  for (const [name, character] of [
    ["CR", "\r"],
    ["LF", "\n"],
    ["NUL", "\0"],
  ] as const) {
    it(`given text that holds ${name}, when checked, then it is not valid`, () => {
      assert.equal(isValidHeaderValue(`a${character}b`), false);
    });
  }
});
