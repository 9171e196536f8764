import assert from "node:assert/strict";
import fc from "fast-check";
import { formatUri } from "../../../../../src/sip/message/uri/format-uri.ts";
import { parseUri } from "../../../../../src/sip/message/uri/uri.ts";
import { otherUri, sipUri, telUri } from "../arbitraries.ts";
import { valueOf } from "../messages.ts";

describe("formatUri", () => {
  it("given the least a SIP URI has, when written, then it is short", () => {
    assert.equal(formatUri({ scheme: "sip", host: "example.com", params: new Map() }), "sip:example.com");
  });
  it("given an IPv6 host, a port and a parameter that needs escapes, when written, then it is a valid URI", () => {
    const uri = { scheme: "sip", user: "bob", host: "::1", port: 5070, params: new Map([["x y", "a;b"]]) };
    assert.equal(formatUri(uri), "sip:bob@[::1]:5070;x%20y=a%3Bb");
  });
  it("given any URI, when written and parsed, then it is the same", () => {
    fc.assert(
      fc.property(fc.oneof(sipUri, telUri, otherUri), (uri) => {
        assert.deepEqual(valueOf(parseUri(formatUri(uri))), { ...uri, params: new Map(uri.params) });
      }),
      { numRuns: 500 },
    );
  });
});
