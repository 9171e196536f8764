import assert from "node:assert/strict";
import fc from "fast-check";
import { formatAuthenticate, parseAuthorization } from "../../../../../src/sip/message/header/authorization.ts";
import { printable, token } from "../arbitraries.ts";
import { valueOf } from "../messages.ts";

describe("parseAuthorization", () => {
  it("given digest credentials, when parsed, then values are unquoted and names in lower case", () => {
    const value = valueOf(
      parseAuthorization(
        'Digest Username="bob", realm="a \\"b\\"",nc=00000001 ,\tqop=auth, uri="sip:a,b@c", response="0f"',
      ),
    );
    assert.equal(value.scheme, "Digest");
    assert.deepEqual(Object.fromEntries(value.params), {
      username: "bob",
      realm: 'a "b"',
      nc: "00000001",
      qop: "auth",
      uri: "sip:a,b@c",
      response: "0f",
    });
  });
  it("given an unknown scheme, when parsed, then it is kept (RFC 4475 3.3.7)", () => {
    const value = valueOf(parseAuthorization("NoOneKnowsThisScheme opaque-data=here"));
    assert.deepEqual([value.scheme, value.params.get("opaque-data")], ["NoOneKnowsThisScheme", "here"]);
  });
  it("given an empty quoted value, when parsed, then it is empty", () => {
    assert.equal(valueOf(parseAuthorization('Digest nonce=""')).params.get("nonce"), "");
  });
  for (const [text, why] of [
    ["", "empty"],
    ["Digest", "no parameters"],
    ["Digest ", "no parameters"],
    ["Digest realm", "no value"],
    ["Digest realm=", "no value"],
    ['Digest realm="x', "quote never closed"],
    ['Digest realm="x" nonce="y"', "no comma"],
    ['Digest realm="x",', "nothing behind the comma"],
    ["Digest a=1, A=2", "given twice"],
    ["Bearer abc.def/ghi", "no name"],
  ] as const) {
    it(`given ${JSON.stringify(text)} (${why}), when parsed, then it is refused`, () => {
      assert.equal(parseAuthorization(text).ok, false);
    });
  }
});

describe("formatAuthenticate", () => {
  it("given a digest challenge, when written, then all but the tokens of RFC 3261 25.1 are quoted", () => {
    const text = formatAuthenticate("Digest", [
      ["realm", "tandem"],
      ["qop", "auth"],
      ["algorithm", "SHA-256"],
      ["opaque", undefined],
      ["stale", "true"],
    ]);
    assert.equal(text, 'Digest realm="tandem", qop="auth", algorithm=SHA-256, stale=true');
  });
  it("given any parameters, when written and parsed, then they are the same", () => {
    const names = token.map((name) => `x${name.toLowerCase()}`);
    const params = fc.dictionary(names, printable, { minKeys: 1, maxKeys: 5, noNullPrototype: true });
    fc.assert(
      fc.property(params, (values) => {
        const value = valueOf(parseAuthorization(formatAuthenticate("Digest", Object.entries(values))));
        assert.deepEqual(new Map(value.params), new Map(Object.entries(values)));
      }),
    );
  });
});
