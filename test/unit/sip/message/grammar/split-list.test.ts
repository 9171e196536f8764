import assert from "node:assert/strict";
import fc from "fast-check";
import { endOfItem, splitList } from "../../../../../src/sip/message/grammar/split-list.ts";
import { octets, token } from "../arbitraries.ts";

describe("splitList", () => {
  it("given plain items, when split, then each is trimmed", () => {
    assert.deepEqual(splitList("a ,\tb,c"), ["a", "b", "c"]);
  });
  it("given commas in a quoted string and in brackets, when split, then they do not count", () => {
    assert.deepEqual(splitList('"Bell, \\"A\\", B" <sip:a,b@x>;q=1, <sip:c>'), [
      '"Bell, \\"A\\", B" <sip:a,b@x>;q=1',
      "<sip:c>",
    ]);
  });
  it("given nothing between commas, when split, then there is an empty item", () => {
    assert.deepEqual(splitList("a,,b"), ["a", "", "b"]);
    assert.deepEqual(splitList(","), ["", ""]);
    assert.deepEqual(splitList("a,"), ["a", ""]);
  });
  it("given an empty value, when split, then there are no items", () => {
    assert.deepEqual(splitList(""), []);
    assert.deepEqual(splitList(" \t"), []);
  });
  it("given a quote or bracket never closed, when split, then it runs to the end", () => {
    assert.deepEqual(splitList('a, "b, c'), ["a", '"b, c']);
    assert.deepEqual(splitList("a, <b, c"), ["a", "<b, c"]);
  });
  it("given tokens joined with commas, when split, then they are the same tokens", () => {
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        assert.deepEqual(splitList(tokens.join(" , ")), tokens);
      }),
    );
  });
  it("given any octets, when split, then nothing but separators and white space is lost", () => {
    const bare = (text: string): string => text.replace(/[ \t,]/g, "");
    fc.assert(
      fc.property(octets, (text) => {
        assert.equal(bare(splitList(text).join("")), bare(text));
      }),
    );
  });
});

describe("endOfItem", () => {
  it("given an end before the closing quote, when looked for, then the end is kept", () => {
    assert.equal(endOfItem('"a,b",c', 0, 3), 3);
  });
});
