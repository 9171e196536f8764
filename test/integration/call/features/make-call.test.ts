import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { phoneOperations } from "../../../support/kept-configuration.ts";
import { testSdp } from "../../../support/test-sdp.ts";

describe("calls made by command", () => {
  const cleanup = new Cleanup();
  let configured: ConfiguredSwitch;
  beforeEach(async () => {
    configured = await startConfiguredSwitch(cleanup, [
      ...phoneOperations(["1001"]),
      ...phoneOperations(["1002"]),
      ...phoneOperations(["1003"], { autoAnswer: true }),
    ]);
  });
  afterEach(() => cleanup.run());

  it("given two phones, when a call is made, then the first is rung as by the number, then the number, and both are connected", async () => {
    const { node } = configured;
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const device = node.manager.features.deviceNamed("1001");
    assert.ok(device !== undefined);
    const made = node.manager.features.command({ type: "make-call", device, to: "1002" });
    const near = await alice.offered();
    assert.match(near.offer?.get("from") ?? "", /<sip:1002@/);
    assert.equal(near.offer?.get("answer-mode"), undefined);
    await near.answer({ sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.match(far.offer?.get("from") ?? "", /<sip:1001@/);
    await far.answer({ sdp: testSdp(5_000) });
    const result = await made;
    assert.ok(result.ok);
    const [call] = node.manager.features.callsNow();
    assert.equal(call?.callId, result.callId);
    assert.deepEqual(
      call?.connections.map(({ number, state }) => [number, state]),
      [
        ["1001", "established"],
        ["1002", "established"],
      ],
    );
  });

  it("given a phone that is set to answer by itself, when a call is made for it, then it is asked to, and the number is not", async () => {
    const { node } = configured;
    const [speaker, bob] = [await node.phone("1003"), await node.phone("1002")];
    void node.manager.features.command({ type: "make-call", device: "phone-1003", to: "1002" });
    const near = await speaker.offered();
    assert.equal(near.offer?.get("answer-mode"), "Auto");
    assert.match(near.offer?.get("call-info") ?? "", /;answer-after=0$/);
    await near.answer({ sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.equal(far.offer?.get("answer-mode"), undefined);
    await far.answer({ sdp: testSdp(5_000) });
  });
});
