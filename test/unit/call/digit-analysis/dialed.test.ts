import assert from "node:assert/strict";
import { parseDialed } from "../../../../src/call/digit-analysis/dialed.ts";

describe("what was dialed", () => {
  const cases: readonly (readonly [what: string, requestUri: string, dialed: object])[] = [
    ["a number", "sip:1002@pbx.example", { user: "1002", host: "pbx.example" }],
    ["a port and parameters", "sips:1002@pbx.example:5061;x=1", { user: "1002", host: "pbx.example" }],
    ["a host in capitals", "sip:1002@PBX.Example", { user: "1002", host: "pbx.example" }],
    ["an IPv6 host", "sip:1002@[2001:DB8::1]", { user: "1002", host: "2001:db8::1" }],
    ["an escaped user", "sip:%2A98%231@h", { user: "*98#1", host: "h" }],
    ["separators in a number", "sip:(00)%2d44-1.2;x=1@h", { user: "004412", host: "h" }],
    ["separators in a plain user", "sip:john-doe.x@h", { user: "john-doe.x", host: "h" }],
    ["user=phone", "sip:+1-(201).555;ext=1@h;user=PHONE", { user: "+1201555", host: "h" }],
    ["a tel URI", "tel:+49-30.12;phone-context=x", { user: "+493012" }],
    ["an emergency service", "urn:service:sos", { user: "urn:service:sos", service: "sos" }],
    ["a kind of it in capitals", "URN:service:SOS.Police", { user: "urn:service:sos.police", service: "sos.police" }],
    ["no user", "sip:pbx.example", { user: "", host: "pbx.example" }],
  ];
  for (const [what, requestUri, dialed] of cases) {
    it(`given ${what}, when ${requestUri} is read, then the number and the host are there`, () => {
      assert.deepEqual(parseDialed(requestUri), { ok: true, value: dialed });
    });
  }

  it("given what cannot be called, when it is read, then there is a reason", () => {
    assert.deepEqual(parseDialed("mailto:a@b"), { ok: false, reason: "mailto URIs cannot be dialed" });
    for (const service of ["counseling", "sosa", "sos.", "sos..police", `sos.${"a".repeat(200)}`]) {
      assert.equal(parseDialed(`urn:service:${service}`).ok, false, service);
    }
    assert.equal(parseDialed("urn:nena:sos").ok, false);
    assert.equal(parseDialed("1002").ok, false);
    assert.equal(parseDialed("").ok, false);
  });
});
