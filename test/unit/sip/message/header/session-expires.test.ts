import assert from "node:assert/strict";
import { parseSessionExpires } from "../../../../../src/sip/message/header/session-expires.ts";
import { valueOf } from "../messages.ts";

describe("parseSessionExpires", () => {
  it("given a refresher, when parsed, then it is found in lower case", () => {
    assert.deepEqual(valueOf(parseSessionExpires("1800 ; refresher=UAC")), { seconds: 1_800, refresher: "uac" });
  });
  it("given only seconds, when parsed, then there is no refresher", () => {
    assert.deepEqual(valueOf(parseSessionExpires("90;lr")), { seconds: 90, refresher: undefined });
  });
  for (const text of ["", "x", "4294967296", "1800;refresher=both", "1800;refresher", "1800 90", "-1"]) {
    const refused = text !== "1800;refresher";
    it(`given ${JSON.stringify(text)}, when parsed, then it is ${refused ? "refused" : "taken as without one"}`, () => {
      assert.equal(parseSessionExpires(text).ok, !refused);
    });
  }
});
