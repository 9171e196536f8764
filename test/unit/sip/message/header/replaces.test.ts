import assert from "node:assert/strict";
import { parseReplaces } from "../../../../../src/sip/message/header/replaces.ts";
import { valueOf } from "../messages.ts";

describe("parseReplaces", () => {
  it("given a Call-ID and tags, when parsed, then each is found", () => {
    assert.deepEqual(valueOf(parseReplaces("98732@example.com ;from-tag=r33th4x0r ;to-tag=ff87ff")), {
      sipCallId: "98732@example.com",
      toTag: "ff87ff",
      fromTag: "r33th4x0r",
      earlyOnly: false,
    });
  });
  it("given early-only, when parsed, then it is told", () => {
    assert.equal(valueOf(parseReplaces("a;to-tag=1;from-tag=2;early-only")).earlyOnly, true);
  });
  for (const text of [
    "",
    "a",
    ";to-tag=1;from-tag=2",
    "a b;to-tag=1;from-tag=2",
    "a;to-tag=1",
    "a;from-tag=1",
    "a;;",
  ]) {
    it(`given ${JSON.stringify(text)}, when parsed, then it is refused`, () => {
      assert.equal(parseReplaces(text).ok, false);
    });
  }
});
