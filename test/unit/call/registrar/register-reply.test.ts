import assert from "node:assert/strict";
import { registerReplyHeaders } from "../../../../src/call/registrar/register-reply.ts";
import { sampleBinding } from "./sample-bindings.ts";

describe("headers of a 200 to REGISTER", () => {
  const reply = { path: [], isOutbound: false, remainingSeconds: () => 120, wallMs: Date.UTC(2024, 1, 29, 23, 29, 0) };

  it("given no bindings, when they are made, then there is no Contact", () => {
    assert.deepEqual(registerReplyHeaders({ ...reply, bindings: [] }), [
      ["Supported", "path, outbound"],
      ["Date", "Thu, 29 Feb 2024 23:29:00 GMT"],
    ]);
  });

  it("given bindings, when they are made, then Contact lists each as it was written with what remains", () => {
    const bindings = [
      sampleBinding(),
      sampleBinding({ contactUri: "sip:A@h;x=%61?b=c", q: 0.5, instance: "<urn:uuid:1>", regId: 2 }),
    ];
    const headers = registerReplyHeaders({
      ...reply,
      bindings,
      remainingSeconds: (binding) => (binding.regId === undefined ? 60 : 3_600),
    });
    assert.deepEqual(headers.slice(0, 2), [
      ["Contact", "<sip:1001@192.0.2.7:5060>;expires=60"],
      ["Contact", '<sip:A@h;x=%61?b=c>;expires=3600;q=0.5;+sip.instance="<urn:uuid:1>";reg-id=2'],
    ]);
  });

  it("given a flow that is kept, when they are made, then the phone learns so and how often to be heard", () => {
    const headers = registerReplyHeaders({ ...reply, bindings: [], isOutbound: true, flowTimerSeconds: 120 });
    assert.deepEqual(headers.slice(0, 2), [
      ["Require", "outbound"],
      ["Flow-Timer", "120"],
    ]);
  });

  it("given a path that was taken, when they are made, then it is returned", () => {
    const headers = registerReplyHeaders({ ...reply, bindings: [], path: ["<sip:p1;lr>", "<sip:p2;lr>"] });
    assert.deepEqual(headers.slice(0, 2), [
      ["Path", "<sip:p1;lr>"],
      ["Path", "<sip:p2;lr>"],
    ]);
  });
});
