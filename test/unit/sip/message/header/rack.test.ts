import assert from "node:assert/strict";
import { parseRAck } from "../../../../../src/sip/message/header/rack.ts";
import { valueOf } from "../messages.ts";

describe("parseRAck", () => {
  it("given two numbers and a method, when parsed, then each is found", () => {
    assert.deepEqual(valueOf(parseRAck("776656  1 INVITE")), {
      responseSequence: 776_656,
      sequence: 1,
      method: "INVITE",
    });
  });
  it("given the least response number, when parsed, then it is taken", () => {
    assert.equal(valueOf(parseRAck("1 0 INVITE")).responseSequence, 1);
  });
  for (const text of ["", "1", "1 1", "0 1 INVITE", "4294967296 1 INVITE", "1 2147483648 INVITE", "x 1 INVITE"]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseRAck(text).ok, false);
    });
  }
});
