import assert from "node:assert/strict";
import { parseTokenList } from "../../../../../src/sip/message/header/token-list.ts";
import { valueOf } from "../messages.ts";

describe("parseTokenList", () => {
  it("given several values, when parsed, then all tokens come in order, as written", () => {
    assert.deepEqual(valueOf(parseTokenList(["INVITE, ack ,BYE", "100rel"])), ["INVITE", "ack", "BYE", "100rel"]);
  });
  it("given empty values and items, when parsed, then they are left out", () => {
    assert.deepEqual(valueOf(parseTokenList(["", "a,,b,"])), ["a", "b"]);
  });
  it("given an item that is no token, when parsed, then the list is refused", () => {
    assert.equal(parseTokenList(["a, b c"]).ok, false);
  });
  it("given 256 tokens, when parsed, then they are taken; given one more, then the list is refused", () => {
    const tokens = Array.from({ length: 256 }, (_, index) => `t${index}`).join();
    assert.equal(valueOf(parseTokenList([tokens])).length, 256);
    assert.equal(parseTokenList([tokens, "more"]).ok, false);
  });
});
