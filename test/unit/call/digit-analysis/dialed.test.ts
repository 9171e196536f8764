import assert from "node:assert/strict";
import { parseDialed } from "../../../../src/call/digit-analysis/dialed.ts";

describe("what was dialed", () => {
  const cases: readonly (readonly [what: string, requestUri: string, dialed: object])[] = [
    ["a number", "sip:1002@pbx.example", { user: "1002", host: "pbx.example", isTelephone: false }],
    [
      "a port and parameters",
      "sips:1002@pbx.example:5061;x=1",
      { user: "1002", host: "pbx.example", isTelephone: false },
    ],
    ["a host in capitals", "sip:1002@PBX.Example", { user: "1002", host: "pbx.example", isTelephone: false }],
    ["an IPv6 host", "sip:1002@[2001:DB8::1]", { user: "1002", host: "2001:db8::1", isTelephone: false }],
    ["an escaped user", "sip:%2A98%231@h", { user: "*98#1", host: "h", isTelephone: false }],
    ["separators in a plain user", "sip:john-doe.x@h", { user: "john-doe.x", host: "h", isTelephone: false }],
    ["user=phone", "sip:+1-(201).555;ext=1@h;user=PHONE", { user: "+1201555", host: "h", isTelephone: true }],
    ["a tel URI", "tel:+49-30.12;phone-context=x", { user: "+493012", isTelephone: true }],
    ["an emergency service", "urn:service:sos", { user: "urn:service:sos", isTelephone: false, service: "sos" }],
    [
      "a kind of it in capitals",
      "URN:service:SOS.Police",
      { user: "urn:service:sos.police", isTelephone: false, service: "sos.police" },
    ],
    ["no user", "sip:pbx.example", { user: "", host: "pbx.example", isTelephone: false }],
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
