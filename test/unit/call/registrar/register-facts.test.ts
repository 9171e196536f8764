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
      status: 400,
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

  it("given Path without Supported: path, when they are read, then it is kept all the same", () => {
    const path = ["<sip:p1.example;lr>"];
    assert.deepEqual(pathOf({ path }), path);
    assert.deepEqual(pathOf({ path, supported: ["outbound"] }), path);
  });

  describe("flows (RFC 5626 6)", () => {
    const contacts = ['<sip:a@10.0.0.5>;+sip.instance="<i>";reg-id=1'];
    const read = (facts: Partial<RegisterFacts>): unknown => {
      const result = readRegister({ ...FACTS, contacts, ...facts });
      if (!result.ok) return result.status;
      const { request, isOutbound } = result.value;
      return [isOutbound, request.kind === "contacts" ? request.contacts[0]?.regId : undefined];
    };

    it("given instance and reg-id straight from the phone, when they are read, then its flow counts", () => {
      assert.deepEqual(read({ supported: ["outbound"] }), [true, 1]);
      assert.deepEqual(read({}), [true, 1]);
      assert.deepEqual(read({ contacts: ["<sip:a@h>;reg-id=1"] }), [false, undefined]);
    });

    it("given a proxy next to the phone that keeps flows, when it is read, then the flow counts", () => {
      const path = ["<sip:inner.example;lr>", "<sip:token@edge.example;lr;ob>"];
      assert.deepEqual(read({ viaCount: 3, path, supported: ["outbound, path"] }), [true, 1]);
    });

    it("given a proxy that does not, when it is read, then 439 or, unasked, no flow", () => {
      const paths = [[], ["<sip:edge.example;lr>"], ["<sip:inner.example;lr;ob>", "<sip:edge.example;lr>"]];
      for (const path of paths) {
        assert.equal(read({ viaCount: 2, path, supported: ["outbound", "path"] }), 439);
        assert.deepEqual(read({ viaCount: 2, path, supported: ["path"] }), [false, undefined]);
      }
    });

    it("given a flow among several contacts, when it is read, then 400, unless the others are removed", () => {
      const [flow = ""] = contacts;
      assert.equal(read({ contacts: [flow, "<sip:b@h>"] }), 400);
      assert.deepEqual(read({ contacts: [flow, "<sip:b@h>;expires=0"] }), [true, 1]);
      assert.deepEqual(read({ contacts: [flow, "<sip:b@h>"], expires: "0" }), [true, 1]);
    });
  });

  it("given what is malformed or too long, when it is read, then it is refused", () => {
    const supported = ["path"];
    assert.equal(pathOf({ path: ["garbage"], supported }), "Malformed Path");
    assert.equal(pathOf({ path: ["<sip:p;lr>"], supported: ["a b"] }), "Malformed Supported");
    assert.equal(pathOf({ path: [`<sip:${"p".repeat(4_090)}@h;lr>`], supported }), "Path Too Long");
    assert.equal(pathOf({ callId: "c".repeat(1_025) }), "Call-ID Too Long");
  });
});
