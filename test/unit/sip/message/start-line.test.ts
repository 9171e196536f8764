import assert from "node:assert/strict";
import { parseStartLine } from "../../../../src/sip/message/start-line.ts";
import { valueOf } from "./messages.ts";

describe("parseStartLine", () => {
  it("given a request line, when parsed, then method, URI and version are found", () => {
    assert.deepEqual(valueOf(parseStartLine("INVITE sip:bob@example.com SIP/2.0")), {
      kind: "request",
      version: "SIP/2.0",
      method: "INVITE",
      uri: "sip:bob@example.com",
      status: 0,
      reason: "",
    });
  });
  it("given a status line, when parsed, then status and reason are found", () => {
    assert.deepEqual(valueOf(parseStartLine("SIP/2.0 180 Ringing now")), {
      kind: "response",
      version: "SIP/2.0",
      method: "",
      uri: "",
      status: 180,
      reason: "Ringing now",
    });
  });
  it("given another version of a request, when parsed, then it is told", () => {
    assert.equal(valueOf(parseStartLine("OPTIONS sip:a SIP/7.0")).version, "SIP/7.0");
  });
  it("given a version in lower case, when parsed, then it is that in upper case (RFC 3261 7.1)", () => {
    assert.equal(valueOf(parseStartLine("OPTIONS sip:a sip/2.0")).version, "SIP/2.0");
    assert.equal(valueOf(parseStartLine("Sip/2.0 200 OK")).version, "SIP/2.0");
  });
  it("given an empty reason, when parsed, then it is taken, with and without the space (RFC 4475 3.1.1.13)", () => {
    assert.equal(valueOf(parseStartLine("SIP/2.0 100 ")).reason, "");
    assert.equal(valueOf(parseStartLine("SIP/2.0 100")).reason, "");
  });
  it("given octets of UTF-8 in the reason, when parsed, then they are kept", () => {
    assert.equal(valueOf(parseStartLine("SIP/2.0 200 \xd0\xbd\xd0\xbe")).reason, "\xd0\xbd\xd0\xbe");
  });
  for (const line of [
    "",
    "INVITE",
    "INVITE sip:a",
    "INVITE  SIP/2.0",
    "INVITE  sip:a  SIP/2.0",
    "INVITE sip:a; lr SIP/2.0",
    "INVITE sip:a SIP/2.0  ",
    " INVITE sip:a SIP/2.0",
    "INVITE\tsip:a SIP/2.0",
    "IN(VITE sip:a SIP/2.0",
    "INVITE sip:\xe9 SIP/2.0",
    "INVITE sip:\0 SIP/2.0",
    "INVITE sip:\x7f SIP/2.0",
    "GET / HTTP/1.1",
    "INVITE sip:a SIP/2",
    "SIP/2.0",
    "SIP/2.0 ",
    "SIP/2.0 20",
    "SIP/2.0 2000 OK",
    "SIP/2.0 099 x",
    "SIP/2.0 700 x",
    "SIP/2.0 4294967301 x",
    "SIP/2.0  200 OK",
    "SIP/2.0 2x0 OK",
    "SIP/7.0 200 OK",
    "SIP/2.0/ 200 OK",
    "SIP/2.0 200 OK\nX: y",
    "SIP/2.0 200 OK\rX: y",
    "INVITE sip:a SIP/2.0\n",
  ]) {
    it(`given ${JSON.stringify(line)}, when parsed, then it is refused`, () => {
      assert.equal(parseStartLine(line).ok, false);
    });
  }
});
