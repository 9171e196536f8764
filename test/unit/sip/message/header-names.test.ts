import assert from "node:assert/strict";
import { canonicalName, compactCode, displayName } from "../../../../src/sip/message/header-names.ts";

describe("canonicalName", () => {
  it("given long and compact names in any case, when asked for, then it is the long one in lower case", () => {
    assert.deepEqual(["V", "t", "CALL-ID", "X-Any", "z"].map(canonicalName), ["via", "to", "call-id", "x-any", "z"]);
  });
  it("given the compact forms of RFC 3261, when asked for, then they are its names (7.3.3, 20)", () => {
    const names = ["call-id", "contact", "content-encoding", "content-length", "content-type", "from", "subject"];
    assert.deepEqual([..."imelcfs"].map(canonicalName), names);
    assert.deepEqual([..."ktv"].map(canonicalName), ["supported", "to", "via"]);
  });
});

describe("displayName", () => {
  it("given names that are not in title case, when asked for, then they are spelled as in their RFC", () => {
    const names = ["call-id", "cseq", "www-authenticate", "rack", "rseq", "mime-version", "sip-etag", "sip-if-match"];
    const spelled = ["Call-ID", "CSeq", "WWW-Authenticate", "RAck", "RSeq", "MIME-Version", "SIP-ETag", "SIP-If-Match"];
    assert.deepEqual(names.map(displayName), spelled);
  });
  it("given other names, when asked for, then they are in title case", () => {
    assert.deepEqual(["via", "max-forwards", "x-a-1"].map(displayName), ["Via", "Max-Forwards", "X-A-1"]);
  });
  it("given a name that every object has, when asked for, then it is a name like any other", () => {
    assert.equal(displayName("constructor"), "Constructor");
  });
});

describe("compactCode", () => {
  it("given canonical names, when asked for, then it is the code of their letter, 0 without one", () => {
    assert.deepEqual(["via", "cseq"].map(compactCode), [0x76, 0]);
  });
  it("given names that are not known or not canonical, when asked for, then there is none", () => {
    assert.deepEqual(["Via", "v", "x-any", "constructor"].map(compactCode), [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
