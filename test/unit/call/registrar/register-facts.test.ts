import assert from "node:assert/strict";
import { readRegister, type RegisterFacts } from "../../../../src/call/registrar/register-facts.ts";
import { phoneOf, sampleInventory, samplePhone } from "../device/sample-devices.ts";

const FACTS: RegisterFacts = {
  phone: phoneOf(sampleInventory([samplePhone("1001")]), "1001"),
  contacts: ["<sip:1001@192.0.2.7>"],
  callId: "c",
  cseq: 1,
  source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
};

function pathOf(changes: Partial<RegisterFacts>): readonly string[] | string {
  const read = readRegister({ ...FACTS, ...changes });
  return read.ok ? read.value.path : read.reason;
}

describe("headers of a REGISTER", () => {
  it("given contacts and Expires, when they are read, then both are there", () => {
    const read = readRegister({ ...FACTS, expires: "120" });
    assert.deepEqual(read.ok && [read.value.request.kind, read.value.expiresSeconds], ["contacts", 120]);
  });

  it("given * and Expires 0, when they are read, then all is to be removed", () => {
    const read = readRegister({ ...FACTS, contacts: ["*"], expires: "0" });
    assert.deepEqual(read.ok && read.value.request, { kind: "remove-all" });
  });

  it("given a malformed Contact, when it is read, then the reason is a phrase for 400", () => {
    assert.deepEqual(readRegister({ ...FACTS, contacts: ["<tel:1>"] }), {
      ok: false,
      reason: "Contact Is Not a SIP URI",
    });
  });

  it("given Path and Supported: path, when they are read, then the path is kept item by item", () => {
    const path = ["<sip:p1.example;lr>, <sip:p2.example;lr>", "<sip:p3.example;lr>"];
    assert.deepEqual(pathOf({ path, supported: ["outbound, PATH"] }), [
      "<sip:p1.example;lr>",
      "<sip:p2.example;lr>",
      "<sip:p3.example;lr>",
    ]);
  });

  it("given Path without Supported: path, when they are read, then the path is not used", () => {
    assert.deepEqual(pathOf({ path: ["<sip:p1.example;lr>"] }), []);
    assert.deepEqual(pathOf({ path: ["<sip:p1.example;lr>"], supported: ["outbound"] }), []);
  });

  it("given what is malformed or too long, when it is read, then it is refused", () => {
    const supported = ["path"];
    assert.equal(pathOf({ path: ["garbage"], supported }), "Malformed Path");
    assert.equal(pathOf({ path: ["<sip:p;lr>"], supported: ["a b"] }), "Malformed Supported");
    assert.equal(pathOf({ path: [`<sip:${"p".repeat(4_090)}@h;lr>`], supported }), "Path Too Long");
    assert.equal(pathOf({ callId: "c".repeat(1_025) }), "Call-ID Too Long");
  });
});
