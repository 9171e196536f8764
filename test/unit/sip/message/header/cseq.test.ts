import assert from "node:assert/strict";
import { parseCSeq } from "../../../../../src/sip/message/header/cseq.ts";
import { valueOf } from "../messages.ts";

describe("parseCSeq", () => {
  it("given a number and a method, when parsed, then both are found", () => {
    assert.deepEqual(valueOf(parseCSeq("314159 INVITE")), { sequence: 314_159, method: "INVITE" });
  });
  it("given leading zeros and much white space, when parsed, then they do not count", () => {
    assert.deepEqual(valueOf(parseCSeq("0009 \t INVITE")), { sequence: 9, method: "INVITE" });
  });
  it("given a method of odd characters, when parsed, then it is kept", () => {
    assert.equal(valueOf(parseCSeq("1 !interesting-Method_*+`.%indeed'~")).method, "!interesting-Method_*+`.%indeed'~");
  });
  it("given zero, when parsed, then it is taken", () => {
    assert.equal(valueOf(parseCSeq("0 INVITE")).sequence, 0);
  });
  it("given 2^31 - 1, when parsed, then it is taken", () => {
    assert.equal(valueOf(parseCSeq("2147483647 BYE")).sequence, 2_147_483_647);
  });
  for (const text of [
    "2147483648 BYE",
    "36893488147419103232 BYE",
    "1",
    "INVITE",
    "1INVITE",
    "-1 BYE",
    "1 A B",
    "1 ",
    "",
  ]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseCSeq(text).ok, false);
    });
  }
});
