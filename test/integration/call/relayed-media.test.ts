import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { freePort } from "../../support/free-port.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { SwitchFixture } from "../../support/switch-fixture.ts";
import { peerAt, trunkEnd, trunkPlan } from "../../support/trunk-pair.ts";
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

  it("given a call that the second of two trunks has taken, when both ends send RTP, then each hears the other", async () => {
    const ports = [await freePort(), await freePort()];
    const peers = ["first", "second"].map((name, index) =>
      peerAt(name, { address: `127.0.0.${21 + index}`, port: ports[index] ?? 0 }),
    );
    const plan = trunkPlan("top-down");
    const pair = await RelayedSwitch.start({ peers, dialPlan: () => plan });
    const cleanup = new Cleanup();
    try {
      const alice = await pair.node.phone("1001");
      const [first, second] = [
        await trunkEnd(cleanup, pair.node, { address: "127.0.0.21", port: ports[0] ?? 0 }),
        await trunkEnd(cleanup, pair.node, { address: "127.0.0.22", port: ports[1] ?? 0 }),
      ];
      const [nearRtp, farRtp] = [await pair.rtp(), await pair.rtp()];
      const call = await alice.call("9123", { sdp: testSdp(nearRtp.port) });
      const failed = await first.offered();
      assert.ok(failed.offer !== undefined);
      failed.respond(failed.offer, 503);
      const taken = await second.offered();
      assert.ok(taken.offer !== undefined);
      await taken.answer({ sdp: testSdp(farRtp.port) });
      await nearRtp.sendUntilHeard(await call.established(), farRtp);
      await farRtp.sendUntilHeard(taken.offer, nearRtp);
      const { views } = pair.node.manager;
      const { sides = [] } = (await views.mediaQuality(views.calls()[0]?.callId ?? "")) ?? {};
      assert.deepEqual(
        sides.map(({ device, packetsReceived }) => [device, packetsReceived >= 5]),
        [
          ["phone-1001", true],
          ["second", true],
        ],
      );
      const bye = call.bye();
      await taken.takeBye();
      await bye;
      const [record] = await pair.settled(1);
      assert.equal(record?.callee?.device, "second");
      assert.ok(record.sides.every(({ packets }) => packets >= 5));
    } finally {
      await cleanup.run();
      await pair.stop();
    }
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
