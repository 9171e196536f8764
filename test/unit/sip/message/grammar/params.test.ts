import assert from "node:assert/strict";
import fc from "fast-check";
import { formatParams, parseParams } from "../../../../../src/sip/message/grammar/params.ts";
import { headerParams } from "../arbitraries.ts";
import { valueOf } from "../messages.ts";

describe("parseParams", () => {
  it("given white space around separators, when parsed, then names and values are bare", () => {
    const params = valueOf(parseParams(" ;  tag    = 98asjd8 ; lr", 0));
    assert.deepEqual(
      [...params],
      [
        ["tag", "98asjd8"],
        ["lr", undefined],
      ],
    );
  });
  it("given upper-case names, when parsed, then they are found in lower case and values keep theirs", () => {
    assert.equal(valueOf(parseParams(";TAG=AbC", 0)).get("tag"), "AbC");
  });
  it("given a quoted value with separators, when parsed, then it is one value, unquoted", () => {
    assert.equal(valueOf(parseParams(';a="x;y=\\"z\\"";b=1', 0)).get("a"), 'x;y="z"');
  });
  it("given a value such as an IPv6 address, when parsed, then it is taken as it is", () => {
    assert.equal(valueOf(parseParams(";received=[2001:db8::9:255]", 0)).get("received"), "[2001:db8::9:255]");
  });
  it("given a start index, when parsed, then what stands before it is not looked at", () => {
    assert.equal(valueOf(parseParams("<;;>;a=1", 4)).get("a"), "1");
  });
  for (const [text, why] of [
    [";;", "no name"],
    [";", "no name"],
    ["x", "no semicolon"],
    [";a=", "no value"],
    [';a="b', "quote never closed"],
    [";a=1;A=2", "name given twice"],
    [";a=1 b", "text behind the value"],
    [";tag=a|b", "a separator of the wire protocol"],
  ] as const) {
    it(`given ${JSON.stringify(text)} (${why}), when parsed, then it is refused`, () => {
      assert.equal(parseParams(text, 0).ok, false);
    });
  }
});

describe("formatParams", () => {
  it("given values that need quotes and some that do not, when written, then only those are quoted", () => {
    const text = formatParams([
      ["expires", "60"],
      ["lr", undefined],
      ["reason", "not now"],
      ["empty", ""],
    ]);
    assert.equal(text, ';expires=60;lr;reason="not now";empty=""');
  });
  it("given a feature parameter, when written, then its value is quoted in any case (RFC 3840)", () => {
    assert.equal(formatParams([["+sip.ice", "yes"]]), ';+sip.ice="yes"');
  });
  it("given any parameters, when written and parsed, then they are the same", () => {
    fc.assert(
      fc.property(headerParams, (params) => {
        assert.deepEqual([...valueOf(parseParams(formatParams(params), 0))], [...params]);
      }),
    );
  });
});
