import assert from "node:assert/strict";
import { SwitchError } from "../../../../src/common/index.ts";
import type { MethodResults } from "../../../../src/protocol/index.ts";
import type { CallQuality, MediaQualityView } from "../../../../src/signals/index.ts";
import { ControlFixture, settled } from "../../../support/control-fixture.ts";
import type { Application } from "../../../support/test-application.ts";

const DEVICES = ["1001", "1002", "1003"].map((number) => ({ name: `phone-${number}`, lines: [number] }));
const METHOD = "call.mediaQuality";
const AT_MS = 1_795_678_290_000;

type Answer = MethodResults["call.mediaQuality"];

function side(device: string): MediaQualityView {
  const counted = { packetsReceived: 100, octetsReceived: 17_200, packetsLost: 1, lossPercent: 0.99, jitterMs: 1.5 };
  return { device, connectionId: `c/${device}`, codec: "PCMA/8000", ...counted, mos: 4.1 };
}

const QUALITY: CallQuality = { atMs: AT_MS, sides: [side("phone-1001"), side("phone-1002")] };

describe("call.mediaQuality", () => {
  let fixture: ControlFixture;
  let operator: Application;
  let callId: string;
  const asked: { callId: string; timeoutMs: number }[] = [];
  beforeEach(async () => {
    fixture = await ControlFixture.start({ devices: DEVICES });
    operator = fixture.open();
    asked.length = 0;
    fixture.callControl.quality = async (of, timeoutMs) => {
      asked.push({ callId: of, timeoutMs });
      return QUALITY;
    };
    callId = fixture.callControl.calls.start("1001", "1002");
  });
  afterEach(() => fixture.close());

  /** A user who may use one device only. */
  function ownerOf(device: string): Application {
    return fixture.open({ name: `owner of ${device}`, permissions: [], mayUseDevice: (one) => one === device });
  }

  it("given a call that goes on, when it is asked for, then the answer is what call control says, and nothing is commanded", async () => {
    const answer = await operator.call<Answer>(METHOD, { callId });
    assert.deepEqual(answer, { seq: operator.lastSeq, callId, ...QUALITY });
    assert.deepEqual(asked, [{ callId, timeoutMs: 4_000 }]);
    assert.deepEqual(fixture.callControl.commands, []);
  });

  it("given a device, when it is asked for, then only its sides are there; none of one that rings", async () => {
    const one = await operator.call<Answer>(METHOD, { callId, device: "phone-1001" });
    assert.deepEqual(one.sides, [side("phone-1001")]);
    fixture.callControl.quality = async () => ({ atMs: AT_MS, sides: [side("phone-1001")] });
    fixture.callControl.calls.ring(callId);
    const ringing = await operator.call<Answer>(METHOD, { callId, device: "phone-1002" });
    assert.deepEqual(ringing.sides, []);
  });

  it("given a device that is not in the call, or none, when it is asked for, then that is refused, and nothing is asked", async () => {
    const error = await operator.error(METHOD, { callId, device: "phone-1003" });
    assert.deepEqual([error.code, error.facts.path], ["call-not-on-line", "/device"]);
    assert.equal(await operator.refusal(METHOD, { callId, device: "phone-9" }), "not-found-device");
    assert.deepEqual(asked, []);
  });

  it("given who may see the call by one device, when it is asked for, then all of it is there; to others there is no such call", async () => {
    assert.deepEqual((await ownerOf("phone-1001").call<Answer>(METHOD, { callId })).sides, QUALITY.sides);
    const other = ownerOf("phone-1003");
    assert.equal(await other.refusal(METHOD, { callId }), "not-found-call");
    assert.equal(await other.refusal(METHOD, { callId, device: "phone-1001" }), "access-device");
    assert.equal(asked.length, 1);
    const watcher = fixture.open({ name: "watcher", scope: { isMonitorOnly: true } });
    assert.deepEqual((await watcher.call<Answer>(METHOD, { callId })).sides, QUALITY.sides);
  });

  it("given a call that has ended, or ends meanwhile, or none, when it is asked for, then each is said", async () => {
    fixture.callControl.quality = async () => undefined;
    assert.equal(await operator.refusal(METHOD, { callId }), "call-ended");
    fixture.callControl.calls.end(callId);
    await settled();
    fixture.callControl.quality = async () => assert.fail("asked");
    const error = await operator.error(METHOD, { callId });
    assert.deepEqual([error.code, error.facts.entity], ["call-ended", { kind: "call", id: callId }]);
    assert.equal(await operator.refusal(METHOD, { callId: "none" }), "not-found-call");
  });

  it("given call control or the media service away, when it is asked for, then it is said when to try again", async () => {
    fixture.callControl.quality = async () => {
      throw new SwitchError("relay-unreachable", "media.inspect: not connected");
    };
    const { code, facts, message } = await operator.error(METHOD, { callId });
    assert.deepEqual([code, facts.retryAfterMs, /media\.inspect/.test(message)], ["node-unavailable", 500, true]);
    fixture.callControl.disconnect();
    assert.equal(await operator.refusal(METHOD, { callId }), "node-unavailable");
  });

  it("given a deadline that is near, when it is asked for, then it has begun in time, and is waited for as ever", async () => {
    await operator.call(METHOD, { callId }, { deadlineMs: fixture.clock.wallMs() + 700 });
    await operator.call(METHOD, { callId });
    assert.deepEqual(
      asked.map(({ timeoutMs }) => timeoutMs),
      [4_000, 4_000],
    );
  });
});
