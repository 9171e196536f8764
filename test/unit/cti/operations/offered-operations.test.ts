import assert from "node:assert/strict";
import {
  devicesInView,
  operationsInCall,
  operationsOfDevice,
  type DeviceInView,
} from "../../../../src/cti/operations/offered-operations.ts";
import type { CallView, ConnectionState, DeviceView, TerminalConnectionState } from "../../../../src/signals/index.ts";

const phone: DeviceView = {
  name: "d",
  kind: "phone",
  lines: ["1@internal"],
  isInService: true,
  isRestricted: false,
  capabilities: { answer: "none", offers: false, digits: false },
  doNotDisturb: "off",
};
const port: DeviceView = {
  ...phone,
  kind: "cti-port",
  capabilities: { answer: "application", offers: true, digits: true },
  media: { mode: "switch" },
};
const point: DeviceView = {
  ...phone,
  kind: "route-point",
  capabilities: { answer: "none", offers: true, digits: false },
  media: { mode: "none" },
};

function there(
  device: DeviceView,
  state: ConnectionState,
  terminal?: TerminalConnectionState,
  { hasOther = false, parties = 2 }: { hasOther?: boolean; parties?: number } = {},
): DeviceInView {
  const connection = { connectionId: "c/1", party: { number: "1" }, state, terminals: [] };
  return { device, connection, ...(terminal === undefined ? {} : { terminal }), hasOther: () => hasOther, parties };
}

describe("operations that are offered", () => {
  const cases: readonly (readonly [string, DeviceInView, readonly string[], readonly string[]])[] = [
    ["offered to a port", there(port, "offered"), ["call.accept", "call.answer", "call.redirect"], ["call.hold"]],
    ["offered to a point", there(point, "offered"), ["call.accept", "call.reject"], ["call.answer"]],
    ["offered to a phone", there(phone, "offered"), ["call.setUserData"], ["call.accept"]],
    ["ringing at a phone", there(phone, "alerting", "ringing"), ["call.redirect", "call.reject"], ["call.answer"]],
    ["ringing at another", there(phone, "alerting", "bridged"), [], ["call.redirect"]],
    ["dialing", there(phone, "dialing", "talking"), ["call.drop"], ["call.hold"]],
    ["talking", there(phone, "established", "talking"), ["call.hold", "call.park"], ["call.swap", "call.sendDigits"]],
    [
      "talking, two calls",
      there(phone, "established", "talking", { hasOther: true }),
      ["call.swap"],
      ["call.addParty"],
    ],
    [
      "a conference",
      there(phone, "established", "talking", { hasOther: true, parties: 3 }),
      ["call.dropParty", "call.addParty"],
      [],
    ],
    ["held", there(phone, "established", "held"), ["call.retrieve", "call.drop"], ["call.hold"]],
    ["bridged", there(phone, "established", "bridged"), ["call.barge"], ["call.drop"]],
    ["talking at a point", there(point, "established", "talking"), ["call.redirect"], ["call.consult", "call.hold"]],
    ["private", there(phone, "established", "in-use"), [], ["call.barge"]],
  ];
  for (const [name, device, some, others] of cases) {
    it(`given a call that is ${name}, when operations are listed, then ${some.join(", ")} are among them`, () => {
      const listed = operationsInCall(device);
      for (const method of some) assert.ok(listed.includes(method), `${method}: ${String(listed)}`);
      for (const method of others) assert.ok(!listed.includes(method), `${method}: ${String(listed)}`);
    });
  }

  it("given a device that has left the call, when operations are listed, then there are none", () => {
    assert.deepEqual(operationsInCall(there(phone, "disconnected", "dropped")), []);
  });

  it("given devices, when operations are listed, then a call can be made by one that is in service and is no route point", () => {
    assert.ok(operationsOfDevice(phone).includes("call.connect"));
    assert.ok(!operationsOfDevice({ ...phone, isInService: false }).includes("call.connect"));
    assert.deepEqual(operationsOfDevice(point), []);
    for (const setting of ["device.setDoNotDisturb", "device.setAutoAnswer"]) {
      assert.ok(operationsOfDevice({ ...phone, isInService: false }).includes(setting));
      assert.ok(!operationsOfDevice(port).includes(setting));
    }
  });

  it("given a call that is offered, when its devices are looked for, then they are those of the line that may be controlled", () => {
    const view: CallView = {
      callId: "c",
      ver: 1,
      state: "active",
      calling: { number: "9" },
      called: { number: "1", line: "1@internal" },
      connections: [
        { connectionId: "c/2", party: { number: "1", line: "1@internal" }, state: "offered", terminals: [] },
        { connectionId: "c/3", party: { number: "0" }, state: "network-reached", terminals: [] },
      ],
      mergedFrom: [],
      sinceMs: 0,
    };
    const found = devicesInView(
      view,
      (name) => (name === "d" ? port : undefined),
      () => ["d", "e"],
      () => false,
    );
    assert.deepEqual(
      found.map(({ device, terminal }) => [device.name, terminal]),
      [["d", undefined]],
    );
  });
});
