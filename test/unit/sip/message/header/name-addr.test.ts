import assert from "node:assert/strict";
import fc from "fast-check";
import { formatNameAddr, parseNameAddr } from "../../../../../src/sip/message/header/name-addr.ts";
import { formatUri } from "../../../../../src/sip/message/uri/format-uri.ts";
import { nameAddr, otherUri, sipUri } from "../arbitraries.ts";
import { valueOf } from "../messages.ts";

describe("parseNameAddr", () => {
  it("given a quoted name, brackets and parameters, when parsed, then each is found", () => {
    assert.deepEqual(valueOf(parseNameAddr('"Bell, \\"A\\"" <sip:a@b;lr?x=y>;tag=43')), {
      displayName: 'Bell, "A"',
      uri: "sip:a@b;lr?x=y",
      params: new Map([["tag", "43"]]),
    });
  });
  it("given a bare URI, when parsed, then parameters belong to the header (RFC 3261 20)", () => {
    const address = valueOf(parseNameAddr("sip:watson@example.com ; unknownparam;tag=1"));
    assert.deepEqual([address.uri, [...address.params.keys()]], ["sip:watson@example.com", ["unknownparam", "tag"]]);
  });
  it("given a bare URI and a quoted parameter with brackets, when parsed, then they are not taken for the URI's", () => {
    const address = valueOf(parseNameAddr('sip:a@b;+sip.instance="<urn:uuid:1>"'));
    assert.deepEqual([address.uri, address.params.get("+sip.instance")], ["sip:a@b", "<urn:uuid:1>"]);
  });
  it("given a name of tokens, when parsed, then it is found without the space behind it", () => {
    assert.equal(valueOf(parseNameAddr("A. Bell  <sip:a@b>")).displayName, "A. Bell");
  });
  it("given no space before the bracket, when parsed, then the name is found (RFC 4475 3.1.1.6)", () => {
    assert.equal(valueOf(parseNameAddr("caller<sip:a@b>")).displayName, "caller");
  });
  it("given octets of UTF-8 without quotes, when parsed, then they are a name", () => {
    assert.equal(valueOf(parseNameAddr("\x80Jos\xc3\xa9 <sip:a@b>")).displayName, "\x80Jos\xc3\xa9");
  });
  it("given no name, when parsed, then there is none; given an empty one, then it is empty", () => {
    assert.equal(valueOf(parseNameAddr("<sip:a@b>")).displayName, undefined);
    assert.equal(valueOf(parseNameAddr('"" <sip:a@b>')).displayName, "");
  });
  for (const [text, why] of [
    ["", "empty"],
    ["*", "no URI"],
    ['"Mr. J. User <sip:a@b>', "quote never closed"],
    ['"Joe" sip:a@b', "name without brackets"],
    ["<sip:a@b", "bracket never closed"],
    ["< sip:a@b >", "space in the brackets"],
    ["<>", "no URI"],
    ["<alice>", "no scheme"],
    ["Bell, Alexander <sip:a@b>", "comma in an unquoted name"],
    ["sip:a@b?Route=c", "question mark without brackets"],
    ["sip:a@b,sip:c@d", "comma without brackets"],
    ["<sip:a@b>;;;;", "empty parameters"],
    ["<sip:a@b> x", "text behind"],
    ["<sip:a\xe9@b>", "octet that no URI has"],
  ] as const) {
    it(`given ${JSON.stringify(text)} (${why}), when parsed, then it is refused`, () => {
      assert.equal(parseNameAddr(text).ok, false);
    });
  }
});

describe("formatNameAddr", () => {
  it("given a name, when written, then it is quoted", () => {
    const text = formatNameAddr({ displayName: 'a "b"', uri: "sip:a@b", params: new Map([["tag", "1"]]) });
    assert.equal(text, '"a \\"b\\"" <sip:a@b>;tag=1');
  });
  it("given no name and no parameters, when written, then there are only brackets", () => {
    assert.equal(formatNameAddr({ uri: "sip:a@b", params: new Map() }), "<sip:a@b>");
  });
  it("given any address, when written and parsed, then it is the same", () => {
    const address = nameAddr(fc.oneof(sipUri, otherUri).map(formatUri));
    fc.assert(
      fc.property(address, (value) => {
        const parsed = valueOf(parseNameAddr(formatNameAddr(value)));
        assert.deepEqual(parsed, { ...value, params: new Map(value.params) });
      }),
      { numRuns: 500 },
    );
  });
});
