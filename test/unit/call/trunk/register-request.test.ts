import assert from "node:assert/strict";
import { calledUri } from "../../../../src/call/trunk/called-uri.ts";
import { readGrant, registerRequest, secondsIn } from "../../../../src/call/trunk/register-request.ts";
import { formatRequest, formatResponse, parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";

type Headers = [string, string][];

function response(...headers: Headers): SipMessage {
  const message = parseSipMessage(formatResponse(200, "OK", [["CSeq", "1 REGISTER"], ...headers], ""));
  assert.ok(message.ok);
  return message.value;
}

function granted(...headers: Headers): number {
  return readGrant(response(...headers), "mine", 600).grantedSeconds;
}

describe("REGISTER of a trunk", () => {
  const identity = { callId: "c", contactUser: "mine" };
  const facts = { cseq: 7, fromTag: "t", expiresSeconds: 600 };
  const headersOf = (registrar: string, user = "one"): Readonly<Record<string, string>> =>
    Object.fromEntries(registerRequest("trunk", { registrar, user }, identity, facts).headers ?? []);

  it("given a registrar, when a REGISTER is made, then it is for the user there, without port and transport", () => {
    const headers = headersOf("sip:provider.test:5080;transport=tcp");
    assert.equal(headers.To, "<sip:one@provider.test>");
    assert.equal(headers.From, "<sip:one@provider.test>;tag=t");
    assert.equal(headers.CSeq, "7 REGISTER");
  });

  it("given transports, when a Contact is made, then calls come back the same way", () => {
    assert.equal(headersOf("sip:provider.test").Contact, "<sip:mine@localhost>");
    assert.equal(headersOf("sip:provider.test;transport=udp").Contact, "<sip:mine@localhost>");
    assert.equal(headersOf("sip:provider.test;transport=tls").Contact, "<sip:mine@localhost;transport=tls>");
    assert.equal(headersOf("sips:provider.test").Contact, "<sips:mine@localhost>");
  });

  it("given an address and a user with special characters, when a REGISTER is made, then both are written as in URIs", () => {
    assert.equal(headersOf("sip:[2001:db8::1]:5060", "a#b").To, "<sip:a%23b@[2001:db8::1]>");
  });

  it("given a 200, when it is read, then our Contact counts, then Expires, then what was asked for", () => {
    assert.equal(granted(["Contact", "<sip:other@a>;expires=60, <sip:mine@b>;expires=120"], ["Expires", "300"]), 120);
    assert.equal(granted(["Contact", "<sip:mine@b>"], ["Expires", "300"]), 300);
    assert.equal(granted(["Contact", "<sip:other@a>;expires=60, <sip:third@b>;expires=70"]), 600);
    assert.equal(granted(["Contact", "<sip:rewritten@10.0.0.1>;expires=90"]), 90);
    assert.equal(granted(["Contact", "<sip:mine@b>;expires=soon"]), 600);
    assert.equal(granted(["Contact", "<<<"]), 600);
  });

  it("given Service-Route, when it is read, then routes are kept in order, eight at most, and what is none is left out", () => {
    const routes = Array.from({ length: 12 }, (_, index) => `<sip:p${index}.test;lr>`);
    const headers: Headers = [
      ["Service-Route", `${routes.slice(0, 6).join(",")}, nonsense`],
      ["Service-Route", `<sip:${"x".repeat(600)}.test;lr>`],
      ["Service-Route", routes.slice(6).join(", ")],
    ];
    assert.deepEqual(readGrant(response(...headers), "mine", 1).serviceRoute, routes.slice(0, 8));
  });

  it("given seconds in a header, when they are read, then a comment does not matter, and nonsense is none", () => {
    assert.equal(secondsIn(response(["Retry-After", "120 (busy);duration=3"]), "retry-after"), 120);
    assert.equal(secondsIn(response(["Retry-After", "soon"]), "retry-after"), undefined);
    assert.equal(secondsIn(response(["Retry-After", "99999999999"]), "retry-after"), undefined);
    assert.equal(secondsIn(response(), "min-expires"), undefined);
  });
});

describe("what is called by a trunk that calls our Contact", () => {
  function uriOf(...headers: Headers): string {
    const all: Headers = [["CSeq", "1 INVITE"], ...headers];
    const message = parseSipMessage(formatRequest("INVITE", "sip:mine@192.0.2.1:5060;x=1", all, ""));
    assert.ok(message.ok);
    return calledUri(message.value);
  }

  it("given To, when it names a user, then that is called, at our address", () => {
    assert.equal(uriOf(["To", "<sip:+4930555@provider.test;user=phone>"]), "sip:+4930555@192.0.2.1:5060;x=1");
    assert.equal(uriOf(["To", "<tel:+4930555;ext=7>"]), "sip:+4930555@192.0.2.1:5060;x=1");
    assert.equal(uriOf(["To", "<sip:1001;phone-context=x@provider.test>"]), "sip:1001@192.0.2.1:5060;x=1");
  });

  it("given P-Called-Party-ID, when there is one, then it counts more than To", () => {
    const party: [string, string] = ["P-Called-Party-ID", "<sip:1002@provider.test>"];
    assert.equal(uriOf(["To", "<sip:1001@provider.test>"], party), "sip:1002@192.0.2.1:5060;x=1");
  });

  it("given nobody, when To is read, then the Request-URI stays", () => {
    assert.equal(uriOf(["To", "<sip:provider.test>"]), "sip:mine@192.0.2.1:5060;x=1");
  });
});
