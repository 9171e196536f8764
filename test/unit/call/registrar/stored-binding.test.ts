import assert from "node:assert/strict";
import { readStoredBindings } from "../../../../src/call/registrar/stored-binding.ts";
import { sampleBinding } from "./sample-bindings.ts";

describe("stored bindings", () => {
  it("given bindings with and without what is optional, when they went through JSON, then all are read", () => {
    const bindings = [
      sampleBinding(),
      sampleBinding({ instance: "<i>", regId: 1, path: ["<sip:p;lr>"], proxyUri: "sip:x", userAgent: "phone" }),
    ];
    assert.deepEqual(readStoredBindings(JSON.parse(JSON.stringify(bindings))), bindings);
  });

  it("given what is no list, when it is read, then there are none", () => {
    for (const value of [null, undefined, 7, "x", {}, sampleBinding()]) assert.deepEqual(readStoredBindings(value), []);
  });

  const damages: Readonly<Record<string, unknown>> = {
    aor: 1,
    contactUri: null,
    callId: undefined,
    cseq: "1",
    q: Number.NaN,
    expiresAtMs: null,
    refreshedAtMs: "0",
    source: null,
    targetUri: 5,
    instance: 1,
    regId: "1",
    path: "<sip:p>",
    proxyUri: [],
    userAgent: {},
  };
  for (const [name, value] of Object.entries(damages)) {
    it(`given a damaged ${name}, when it is read, then that binding is left out and the others are not`, () => {
      assert.deepEqual(readStoredBindings([{ ...sampleBinding(), [name]: value }, sampleBinding()]), [sampleBinding()]);
    });
  }

  it("given a damaged source or path, when it is read, then the binding is left out", () => {
    const source = { protocol: "udp", address: "192.0.2.7" };
    assert.deepEqual(readStoredBindings([{ ...sampleBinding(), source }, { ...sampleBinding(), path: [1] }, null]), []);
  });
});
