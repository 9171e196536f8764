import assert from "node:assert/strict";
import { parseReason } from "../../../../../src/sip/message/header/reason.ts";
import { valueOf } from "../messages.ts";

describe("parseReason", () => {
  it("given cause and text, when parsed, then each is found", () => {
    const { protocol, cause, text } = valueOf(parseReason('Q.850 ;cause=16 ;text="Terminated"'));
    assert.deepEqual([protocol, cause, text], ["Q.850", 16, "Terminated"]);
  });
  it("given only a protocol, when parsed, then the rest is absent", () => {
    const { protocol, cause, text } = valueOf(parseReason("SIP"));
    assert.deepEqual([protocol, cause, text], ["SIP", undefined, undefined]);
  });
  for (const text of ["", ";cause=1", "SIP;cause=x", "SIP;cause=1000", "SIP cause=200", "SIP;;"]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseReason(text).ok, false);
    });
  }
});
