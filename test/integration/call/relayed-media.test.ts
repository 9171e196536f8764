import assert from "node:assert/strict";
import { establish, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("calls through the real relay", () => {
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    node = relayed.node;
  });
  afterEach(async () => {
    await relayed.stop();
  });

  it("given two phones in a call, when both send RTP, then each hears the other and the record counts the packets", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const [nearRtp, farRtp] = [await relayed.rtp(), await relayed.rtp()];
    const { near, far, offered, answer } = await establish(alice, bob, {
      near: { sdp: testSdp(nearRtp.port) },
      far: { sdp: testSdp(farRtp.port) },
    });
    await nearRtp.sendUntilHeard(answer, farRtp);
    await farRtp.sendUntilHeard(offered, nearRtp);
    await hangUp(near, far);
    const [record] = await node.settled(1);
    assert.deepEqual(record?.sides.map(({ side }) => side).sort(), ["callee", "caller"]);
    assert.ok(record?.sides.every(({ packets }) => packets >= 5));
    assert.deepEqual(await relayed.relay.list(), []);
  });

  it("given a call to echo, when the phone sends RTP, then it hears itself", async () => {
    const alice = await node.phone("1001");
    const own = await relayed.rtp();
    const call = await alice.call("9196", { sdp: testSdp(own.port) });
    const answer = await call.established();
    await own.sendUntilHeard(answer, own, 3);
    await call.bye();
    await node.settled(1);
  });
});
