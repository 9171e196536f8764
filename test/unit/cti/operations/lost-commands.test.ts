import assert from "node:assert/strict";
import { SwitchError } from "../../../../src/common/index.ts";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICE = "phone-1001";

describe("commands whose end is not known", () => {
  let fixture: ControlFixture;
  let application: Application;
  let callId: string;
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: [{ name: DEVICE, lines: ["1001"] }] });
    application = fixture.open();
    callId = fixture.callControl.calls.start("1001", "1002");
  });
  afterEach(() => fixture.close());

  /** Call control answers every command so. */
  function failsWith(code: string): void {
    fixture.callControl.command = () => Promise.reject(new SwitchError(code, "as the test wants it"));
  }

  /** Lets time go by while something is waited for. */
  async function later<T>(waiting: Promise<T>, ms: number): Promise<T> {
    for (let passedMs = 0; passedMs < ms; passedMs += 100) {
      await settled();
      fixture.clock.advance(100);
    }
    return waiting;
  }

  it("given no answer of call control in time, when a command was sent, then it is TIMEOUT_FAR_END, and its outcome unknown", async () => {
    failsWith("timed-out");
    const { code, facts } = await application.error("call.hold", { device: DEVICE, callId });
    assert.equal(code, "timeout-far-end");
    assert.equal(facts.outcome, "unknown");
  });
  it("given a call control that dies and stays away, when a command was sent, then it is NODE_FAILED_DURING, and its outcome unknown", async () => {
    failsWith("not-connected");
    const waiting = application.error("call.hold", { device: DEVICE, callId });
    await settled();
    fixture.callControl.disconnect();
    const { code, facts } = await later(waiting, 11_000);
    assert.equal(code, "node-failed-during");
    assert.equal(facts.outcome, "unknown");
  });
  it("given a call control that dies and comes back, when a command was sent, then it is asked again with the same key", async () => {
    const keys: string[] = [];
    const command = fixture.callControl.command.bind(fixture.callControl);
    fixture.callControl.command = (request) => {
      keys.push(request.key);
      if (keys.length > 1) return command(request);
      fixture.callControl.disconnect();
      fixture.callControl.connect();
      return Promise.reject(new SwitchError("not-connected", "it is gone"));
    };
    const done = await later(application.call("call.hold", { device: DEVICE, callId }), 1_000);
    assert.equal(done["callId"], callId);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
  });
  it("given parameters that call control does not take, when a command was sent, then it is VALIDATION_PARAMETER, and nothing was done", async () => {
    failsWith("bad-params");
    const { code, facts } = await application.error("call.hold", { device: DEVICE, callId });
    assert.deepEqual([code, facts.outcome], ["validation-parameter", "not_applied"]);
  });
  it("given no call control, when anything is asked, then it is NODE_UNAVAILABLE, with when to try again", async () => {
    fixture.callControl.disconnect();
    const { code, facts } = await application.error("call.hold", { device: DEVICE, callId });
    assert.equal(code, "node-unavailable");
    assert.ok(Number(facts.retryAfterMs) > 0);
  });
});
