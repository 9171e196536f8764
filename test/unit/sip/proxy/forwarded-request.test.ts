import assert from "node:assert/strict";
import { parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";
import { forwardedRequest, hopsLeft, type Forwarding } from "../../../../src/sip/proxy/forwarded-request.ts";
import { valueOf } from "../message/messages.ts";

const forwarding: Forwarding = {
  uri: "sip:b@target",
  via: "SIP/2.0/UDP us;branch=z9hG4bKx",
  routes: [],
  recordRoutes: [],
  path: undefined,
  extra: undefined,
};
function request(lines: string): SipMessage {
  return valueOf(parseSipMessage(`BYE sip:b@us SIP/2.0\r\n${lines}\r\nbody`));
}

describe("forwardedRequest", () => {
  it("given a request, when forwarded, then header fields and body stay and ours stand on top", () => {
    const text = forwardedRequest(request("Via: them\r\nmax-forwards: 5\r\nX-a:  1\r\nRoute: <sip:us;lr>\r\n"), {
      ...forwarding,
      routes: ["<sip:next;lr>"],
      recordRoutes: ["<sip:out;lr>", "<sip:in;lr>"],
    });
    assert.equal(
      text,
      "BYE sip:b@target SIP/2.0\r\nVia: SIP/2.0/UDP us;branch=z9hG4bKx\r\nRecord-Route: <sip:out;lr>\r\n" +
        "Record-Route: <sip:in;lr>\r\nRoute: <sip:next;lr>\r\nMax-Forwards: 4\r\nVia: them\r\nX-a: 1\r\n" +
        "Content-Length: 4\r\n\r\nbody",
    );
  });
  it("given a next hop that routes strictly, when forwarded, then it is the Request-URI and the target the last route", () => {
    const text = forwardedRequest(request("Via: them\r\n"), { ...forwarding, routes: ["<sip:strict>", "<sip:n;lr>"] });
    assert.match(text, /^BYE sip:strict SIP\/2\.0\r\n/);
    assert.match(text, /\r\nRoute: <sip:n;lr>\r\nRoute: <sip:b@target>\r\n/);
  });
  it("given fields that an application must not set, when forwarded, then they are left out and others replace", () => {
    const extra = request("Via: evil\r\nCall-ID: evil\r\nSubject: new\r\n");
    const text = forwardedRequest(request("Via: them\r\nSubject: old\r\n"), { ...forwarding, extra });
    assert.equal(text.includes("evil"), false);
    assert.equal(text.includes("old"), false);
    assert.match(text, /\r\nSubject: new\r\n/);
  });
  it("given no Max-Forwards, when forwarded, then 70 hops were left", () => {
    assert.equal(hopsLeft(request("Via: them\r\n")), 70);
    assert.equal(hopsLeft(request("Max-Forwards: 0\r\n")), 0);
  });
});
