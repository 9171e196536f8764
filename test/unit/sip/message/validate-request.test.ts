import assert from "node:assert/strict";
import { parseSipMessage, type SipMessage, validateRequest } from "../../../../src/sip/message/index.ts";
import { type Headers, invite, request, textOf, valueOf } from "./messages.ts";

function statusOf(message: SipMessage): number {
  const validity = validateRequest(message);
  return validity.ok ? 0 : validity.status;
}

const toUri = (uri: string): SipMessage => valueOf(parseSipMessage(textOf(`INVITE ${uri} SIP/2.0`)));

describe("validateRequest: valid", () => {
  it("given an INVITE, when checked, then it is valid", () => {
    assert.deepEqual(validateRequest(invite()), { ok: true });
  });
  it("given no Max-Forwards, when checked, then it is valid (RFC 2543 has none)", () => {
    assert.equal(statusOf(invite({ "Max-Forwards": undefined })), 0);
  });
  it("given a Content-Type of two folded parameters, when checked, then it is valid", () => {
    const type = `multipart/mixed;\r\n boundary=${"a".repeat(70)};\r\n type="${"b".repeat(800)}"`;
    assert.equal(statusOf(invite({ "Content-Type": type })), 0);
  });
  it("given an unknown method, when checked, then it is valid", () => {
    assert.equal(statusOf(request("NEWMETHOD", { Contact: undefined })), 0);
  });
  it("given From and To with URIs of unknown schemes, when checked, then it is valid", () => {
    assert.equal(statusOf(invite({ From: "<http://www.example.com>;tag=1", To: "isbn:2983792873" })), 0);
  });
  it("given an RFC 2543 INVITE without Contact, when checked, then it is valid (RFC 4475 3.4.1)", () => {
    assert.equal(statusOf(invite({ Via: "SIP/2.0/UDP iftgw.example.com", Contact: undefined })), 0);
  });
  for (const uri of ["sip:example.com", "SIPS:a@example.com", "tel:+15551234", "sip:a@[::1]:5070;lr"]) {
    it(`given Request-URI ${uri}, when checked, then it is valid`, () => {
      assert.equal(statusOf(toUri(uri)), 0);
    });
  }
  for (const contact of ["*", "<sip:a@b>;q=0.5, <sip:c@d>", "<mailto:a@b>", undefined]) {
    it(`given a REGISTER with Contact ${contact ?? "left out"}, when checked, then it is valid`, () => {
      assert.equal(statusOf(request("REGISTER", { Contact: contact })), 0);
    });
  }
  it("given a Contact that makes no dialog, when checked, then it is not looked at", () => {
    assert.equal(statusOf(request("OPTIONS", { Contact: "<" })), 0);
  });
});

describe("validateRequest: 400", () => {
  const cases: readonly (readonly [why: string, changed: Headers])[] = [
    ["Via missing", { Via: undefined }],
    ["Via malformed", { Via: "SIP/2.0/UDP a;;" }],
    ["From missing", { From: undefined }],
    ["From twice", { From: ["<sip:a@b>;tag=1", "<sip:a@b>;tag=2"] }],
    ["From in both forms", { f: "<sip:a@b>;tag=1" }],
    ["From malformed", { From: "<sip:a@b" }],
    ["From with a malformed URI", { From: "<sip:a@b@c>;tag=1" }],
    ["From with an empty tag", { From: "<sip:a@b>;tag" }],
    ["From with a tag that holds a separator", { From: '<sip:a@b>;tag="1|2"' }],
    ["To missing", { To: undefined }],
    ["a second tag in To", { To: "<sip:a@b>;tag=1;tag=2" }],
    ["To twice", { To: ["<sip:a@b>", "<sip:c@d>"] }],
    ["To malformed", { To: '"Mr. J. User <sip:j.user@example.com>' }],
    ["Call-ID missing", { "Call-ID": undefined }],
    ["Call-ID empty", { "Call-ID": "" }],
    ["Call-ID with a separator of the wire protocol", { "Call-ID": "a|b" }],
    ["Call-ID with a space", { "Call-ID": "a b" }],
    ["Call-ID twice", { "Call-ID": ["a", "b"] }],
    ["CSeq missing", { CSeq: undefined }],
    ["CSeq twice", { CSeq: ["1 INVITE", "2 INVITE"] }],
    ["CSeq of another method", { CSeq: "1 OPTIONS" }],
    ["CSeq of the method in another case", { CSeq: "1 invite" }],
    ["CSeq of 2^31", { CSeq: "2147483648 INVITE" }],
    ["Max-Forwards 256", { "Max-Forwards": "256" }],
    ["Max-Forwards empty", { "Max-Forwards": "" }],
    ["Max-Forwards twice", { "Max-Forwards": ["70", "70"] }],
    ["Route malformed", { Route: "sip:a@b?c" }],
    ["Record-Route malformed", { "Record-Route": "<sip:a;lr>,,<sip:b;lr>" }],
    ["Contact missing", { Contact: undefined }],
    ["Contact empty", { Contact: "" }],
    ["two Contacts", { Contact: ["<sip:a@b>", "<sip:c@d>"] }],
    ["two Contacts in a list", { Contact: "<sip:a@b>, <sip:c@d>" }],
    ["Contact of a star", { Contact: "*" }],
    ["Contact with a malformed URI", { Contact: "<sip:>" }],
    ["Contact that cannot be called", { Contact: "<mailto:a@b>" }],
    ["Content-Type twice", { "Content-Type": ["application/sdp", "application/sdp"] }],
    ["Content-Type in both forms", { "Content-Type": "application/sdp", c: "multipart/mixed;boundary=a" }],
    ["a Content-Type of more than 1,024 octets", { "Content-Type": `text/plain;a=${"b".repeat(1_024)}` }],
    ["a Content-Type that is long for its folds", { "Content-Type": `text/plain${"\r\n ".repeat(400)};a=b` }],
  ];
  for (const [why, changed] of cases) {
    it(`given an INVITE with ${why}, when checked, then it is 400`, () => {
      assert.equal(statusOf(invite(changed)), 400);
    });
  }
  it("given a SUBSCRIBE without Contact, when checked, then it is 400", () => {
    assert.equal(statusOf(request("SUBSCRIBE", { Contact: undefined })), 400);
  });
  for (const contact of ["sip:user@example.com?Route=x", "*, <sip:a@b>", "<sip:a@b@c>"]) {
    it(`given a REGISTER with Contact ${contact}, when checked, then it is 400`, () => {
      assert.equal(statusOf(request("REGISTER", { Contact: contact })), 400);
    });
  }
  it("given a REGISTER for what is no SIP URI, when checked, then it is 400 (RFC 4475 3.3.4)", () => {
    assert.equal(statusOf(request("REGISTER", { To: "isbn:2983792873" })), 400);
  });
  for (const uri of ["<sip:user@example.com>", "sip:user@example.com?Route=%3Csip:a%3E", "sip:2001:db8::10", "user"]) {
    it(`given Request-URI ${uri}, when checked, then it is 400`, () => {
      assert.equal(statusOf(toUri(uri)), 400);
    });
  }
  it("given a problem, when checked, then the reason names the header as it is written", () => {
    assert.deepEqual(validateRequest(invite({ "Call-ID": undefined })), {
      ok: false,
      status: 400,
      reason: "Call-ID missing",
    });
  });
});

describe("validateRequest: 416 and 505", () => {
  for (const uri of ["nobodyKnowsThisScheme:totallyopaquecontent", "soap.beep://192.0.2.103:3002"]) {
    it(`given Request-URI ${uri}, when checked, then it is 416`, () => {
      assert.equal(statusOf(toUri(uri)), 416);
    });
  }
  it("given a service as Request-URI, when checked, then it is good; what is no URN is 416 still", () => {
    assert.equal(validateRequest(toUri("urn:service:sos.police")).ok, true);
  });
  it("given another version, when checked, then it is 505 whatever else is wrong", () => {
    const message = valueOf(parseSipMessage("OPTIONS sip:a SIP/7.0\r\n\r\n"));
    assert.equal(statusOf(message), 505);
  });
});
