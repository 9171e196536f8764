import assert from "node:assert/strict";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
  { name: "route-1", kind: "route-point" as const, lines: ["9000"] },
];

describe("rights that change while CTIManager is not there", () => {
  let fixture: ControlFixture;
  let application: Application;
  const own = new Set<string>();
  beforeEach(async () => {
    own.clear();
    own.add("phone-1001");
    own.add("route-1");
    fixture = await ControlFixture.start({ devices: DEVICES });
    application = fixture.open({ name: "clerk", permissions: [], mayUseDevice: (device) => own.has(device) });
  });
  afterEach(() => fixture.close());

  /** CTIManager is killed, its user loses the phone, and the application is back before call control is there. */
  async function restartWithoutTheRight(isCallControlLate: boolean): Promise<void> {
    fixture.table.flush();
    const { callControl } = fixture;
    const connect = callControl.connect.bind(callControl);
    if (isCallControlLate) callControl.connect = () => undefined;
    own.clear();
    await fixture.kill();
    application.resume();
    callControl.connect = connect;
    callControl.connect();
    await settled();
    application.take();
  }

  for (const isLate of [false, true]) {
    it(`given a watched line, when the user may use it no more since a restart (call control late: ${isLate}), then calls of it are not told`, async () => {
      await application.call("events.subscribe", { topics: [{ kind: "line", name: "1001@internal" }] });
      await restartWithoutTheRight(isLate);
      fixture.callControl.calls.start("1001", "1002");
      await settled();
      assert.deepEqual(application.take(), []);
    });

    it(`given a watched call, when the user may see it no more since a restart (call control late: ${isLate}), then it is not told`, async () => {
      const callId = fixture.callControl.calls.start("1001", "1002");
      await settled();
      await application.call("events.subscribe", { topics: [{ kind: "call", callId }] });
      await restartWithoutTheRight(isLate);
      fixture.callControl.calls.answer(callId);
      await settled();
      assert.deepEqual(application.take(), []);
    });
  }

  it("given a device that was closed to control for a moment, when it has been opened since and CTIManager is killed, then it stays open", async () => {
    const view = fixture.callControl.devices.get("route-1");
    assert.ok(view !== undefined);
    fixture.callControl.tell({ kind: "device", device: { ...view, isRestricted: true } });
    fixture.callControl.tell({ kind: "device", device: { ...view, isRestricted: false } });
    await application.call("device.open", { device: "route-1" });
    await fixture.kill();
    application.resume();
    assert.deepEqual(
      application.take().filter((name) => name.includes("device-closed")),
      [],
    );
  });
});
