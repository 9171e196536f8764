import assert from "node:assert/strict";
import { ControlFixture, settled } from "../../support/control-fixture.ts";
import type { Application } from "../../support/test-application.ts";

const DEVICES = [
  { name: "phone-1001", lines: ["1001"] },
  { name: "phone-1002", lines: ["1002"] },
  { name: "route-1", kind: "route-point" as const, lines: ["9000"] },
];

/** With work for each pair of them it would take longer than a test may. */
const MANY_CALLS = 10_000;

describe("control core", () => {
  let fixture: ControlFixture;
  let application: Application;
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: DEVICES });
    application = fixture.open();
  });
  afterEach(() => fixture.close());

  it("given a watched phone, when it makes a call, then its changes are told in the order of JTAPI", async () => {
    const topics = [{ kind: "device", name: "phone-1001" }];
    const shown = await application.call("events.subscribe", { topics });
    assert.deepEqual(shown["calls"], []);
    const call = fixture.callControl.calls.start("1001", "1002");
    fixture.callControl.calls.ring(call);
    fixture.callControl.calls.answer(call);
    fixture.callControl.calls.end(call);
    assert.deepEqual(application.take(), [
      "call.parties",
      "call.state active",
      "call.connection call-1/1 initiated",
      "call.terminal phone-1001 talking",
      "call.connection call-1/1 dialing",
      "call.connection call-1/1 established",
      "call.connection call-1/2 offered",
      "call.connection call-1/2 alerting",
      "call.terminal phone-1002 ringing",
      "call.connection call-1/2 established",
      "call.terminal phone-1002 talking",
      "call.terminal phone-1001 dropped",
      "call.connection call-1/1 disconnected",
      "call.terminal phone-1002 dropped",
      "call.connection call-1/2 disconnected",
      "call.state invalid",
    ]);
  });

  it("given an open route point, when a call is offered, then it can be redirected, and seq covers the effect", async () => {
    const opened = await application.call("device.open", { device: "route-1" });
    assert.equal(typeof opened["fence"], "number");
    await settled();
    const callId = fixture.callControl.calls.start("1001", "9000");
    const { call } = await application.call<{ call: { operations: string[] } }>("call.get", { callId });
    assert.ok(call.operations.includes("call.redirect"), String(call.operations));
    const done = await application.call("call.redirect", { device: "route-1", callId, to: "1002" });
    assert.equal(done["seq"], application.lastSeq);
    const last = application.events.at(-1);
    assert.equal(last?.type === "call.parties" ? last.currentCalled?.number : undefined, "1002");
    assert.equal(done["callId"], callId);
  });

  it("given a route point with thousands of calls, when it is opened, then all are shown before anybody is kept waiting", async () => {
    const { calls } = fixture.callControl;
    for (let count = 0; count < MANY_CALLS; count += 1) {
      calls.start("1001", "9000");
      if (count % 100 === 0) await settled();
    }
    const opened = await application.call<{ calls: { operations: string[] }[] }>("device.open", { device: "route-1" });
    assert.equal(opened.calls.length, MANY_CALLS);
    for (const { operations } of opened.calls) assert.ok(operations.includes("call.redirect"), String(operations));
  });

  it("given no session, when calls are made, then they are not told; given one, then it knows them, and for a minute after it", async () => {
    const idle = await ControlFixture.start({ devices: DEVICES, observesCalls: false });
    try {
      const { callControl, core, table, clock } = idle;
      const callId = callControl.calls.start("1001", "1002");
      assert.equal(callControl.position, 0);
      await core.observeCalls();
      const first = idle.open();
      assert.deepEqual((await first.call<{ calls: { callId: string }[] }>("call.list", {})).calls[0]?.callId, callId);
      const last = idle.open();
      table.close(first.session, "application");
      for (let second = 0; second < 120; second += 1) {
        clock.advance(1_000);
        last.session.hear();
      }
      await settled();
      assert.equal(callControl.observesCalls, true);
      table.close(last.session, "application");
      clock.advance(59_000);
      assert.equal(callControl.observesCalls, true);
      clock.advance(1_000);
      await settled();
      assert.equal(callControl.observesCalls, false);
      const { position } = callControl;
      callControl.calls.end(callId);
      assert.equal(callControl.position, position);
      await core.observeCalls();
      const again = idle.open();
      assert.deepEqual((await again.call<{ calls: unknown[] }>("call.list", {})).calls, []);
    } finally {
      idle.close();
    }
  });
});
