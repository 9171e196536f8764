import assert from "node:assert/strict";
import { parseDialed } from "../../../src/call/digit-analysis/index.ts";
import { isNumberAllowed } from "../../../src/common/index.ts";

describe("numbers that a token may not dial", () => {
  for (const uri of [
    "sip:9-001@tandem.test",
    "sip:(9)001@tandem.test",
    "sip:-9001@tandem.test",
    "sip:9.001@tandem.test",
    "sip:9001:secret@tandem.test",
    "SIPS:%39001;x=y@tandem.test",
    "tel:9-001",
  ]) {
    it(`given a token that may not dial 9*, when ${uri} is dialed, which leads where 9001 does, then it is refused`, () => {
      const dialed = parseDialed(uri);
      assert.equal(dialed.ok && dialed.value.user, "9001");
      assert.equal(isNumberAllowed({ deny: ["9*"] }, uri), false);
    });
  }
});
