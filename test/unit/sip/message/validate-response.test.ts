import assert from "node:assert/strict";
import { parseNameAddr, parseSipMessage, tagOf, validateResponse } from "../../../../src/sip/message/index.ts";
import { type Headers, textOf, valueOf } from "./messages.ts";

const isValid = (changed: Headers): boolean =>
  validateResponse(valueOf(parseSipMessage(textOf("SIP/2.0 200 OK", changed)))).ok;

describe("validateResponse", () => {
  it("given what every response has, when checked, then it is valid", () => {
    assert.ok(isValid({ Contact: undefined, "Max-Forwards": undefined }));
  });
  it("given a Contact or Max-Forwards that no request may have, when checked, then they are not looked at", () => {
    assert.ok(isValid({ Contact: "<", "Max-Forwards": "x" }));
  });
  it("given a second tag in To, as SIPp's scenarios send, when checked, then it is valid and the first one counts", () => {
    const twice = "<sip:a@b>;tag=first;tag=second";
    assert.ok(isValid({ To: twice }));
    assert.equal(valueOf(parseNameAddr(twice, "first-counts")).params.get("tag"), tagOf(twice));
  });
  for (const [why, changed] of [
    ["no Via", { Via: undefined }],
    ["no From", { From: undefined }],
    ["a second tag in From", { From: "<sip:a@b>;tag=first;tag=second" }],
    ["a malformed To", { To: "<sip:a" }],
    ["no Call-ID", { "Call-ID": undefined }],
    ["a second Content-Type", { "Content-Type": ["application/sdp", "text/plain"] }],
    ["a Content-Type of more than 1,024 octets", { "Content-Type": `text/plain;a=${"b".repeat(1_024)}` }],
    ["a CSeq beyond 2^31", { CSeq: "9292394834772304023312 OPTIONS" }],
  ] as const) {
    it(`given ${why}, when checked, then it is not valid`, () => {
      assert.equal(isValid(changed), false);
    });
  }
});
