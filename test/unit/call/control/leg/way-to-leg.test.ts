import assert from "node:assert/strict";
import { registrationAt, wayToLeg } from "../../../../../src/call/control/leg/way-to-leg.ts";
import type { Binding } from "../../../../../src/call/registrar/binding.ts";
import { sampleBinding } from "../../registrar/sample-bindings.ts";

const source = (port: number, protocol = "tcp", address = "192.0.2.7") => ({ protocol, address, port });
const way = (port: number): string => `sip:192.0.2.7:${port};transport=tcp`;

/** A contact over the connection from a port, refreshed at a time. */
function over(port: number, refreshedAtMs: number, changes: Partial<Binding> = {}): Binding {
  const contactUri = `sip:1001@192.0.2.7:${port};transport=tcp`;
  return sampleBinding({ contactUri, source: source(port), proxyUri: way(port), refreshedAtMs, ...changes });
}

describe("wayToLeg", () => {
  const was = { source: source(1), dialog: { remoteTarget: "sip:1001@192.0.2.7:1;transport=tcp", routeSet: [] } };

  it("given an instance, when it has registered from another connection, then that is the way, whoever else is newer", () => {
    const bindings = [over(1, 0), over(2, 10, { instance: "<i>", callId: "x" }), over(3, 20, { instance: "<j>" })];
    assert.equal(wayToLeg(bindings, { ...was, registration: { callId: "call-1", instance: "<i>" } }), way(2));
  });

  it("given an instance that is registered no more, when it is looked for, then nobody is taken for it", () => {
    assert.equal(wayToLeg([over(2, 10)], { ...was, registration: { callId: "call-1", instance: "<i>" } }), undefined);
  });

  it("given the Call-ID of its REGISTERs, when there is a newer contact of it, then that is the way", () => {
    const bindings = [over(1, 0), over(2, 10), over(3, 20, { callId: "another phone's" })];
    assert.equal(wayToLeg(bindings, { ...was, registration: { callId: "call-1" } }), way(2));
  });

  it("given a phone that was started again, when its Contact is the same, then that is the way", () => {
    const bindings = [over(5, 20), over(2, 10, { contactUri: "sip:x@y.invalid;transport=ws", callId: "new" })];
    assert.equal(
      wayToLeg(bindings, {
        ...was,
        dialog: { remoteTarget: "sip:x@y.invalid;transport=ws", routeSet: [] },
        registration: { callId: "old" },
      }),
      way(2),
    );
  });

  it("given nothing that it is known by, when there are newer ones from its address, then the newest is the way", () => {
    const elsewhere = over(4, 40, { source: source(4, "tcp", "192.0.2.8") });
    const bindings = [over(1, 0), over(2, 10), over(3, 20), elsewhere, over(5, 50, { source: source(5, "tls") })];
    assert.equal(wayToLeg(bindings, was), way(3));
  });

  for (const [what, bindings, leg] of [
    ["it is where it was", [over(1, 0)], { ...was, registration: { callId: "call-1" } }],
    ["it speaks UDP", [over(2, 0)], { ...was, source: source(1, "udp") }],
    ["it has not answered yet", [over(2, 0)], { ...was, source: source(0, "") }],
    ["it is behind a proxy", [over(2, 0, { path: ["<sip:proxy;lr>"] })], was],
    ["its dialog has a route set", [over(2, 0)], { ...was, dialog: { ...was.dialog, routeSet: ["<sip:proxy;lr>"] } }],
    ["it is not registered", [], was],
  ] as const) {
    it(`given ${what}, when it is looked for, then the edge is told nothing`, () => {
      assert.equal(wayToLeg(bindings, leg), undefined);
    });
  }

  it("given the connection of a request, when its phone registered over it, then it is known by that", () => {
    const bindings = [over(1, 0), over(2, 10, { callId: "second", instance: "<i>" })];
    assert.deepEqual(registrationAt(bindings, source(2)), { callId: "second", instance: "<i>" });
    assert.equal(registrationAt(bindings, source(3)), undefined);
  });
});
