import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { tonePower } from "../../support/goertzel.ts";
import { Linphone } from "../../support/linphone.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

describe("Linphone on a node", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let linphone: Linphone;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    linphone = cleanup.add(await Linphone.start({ user: "1003", toneHz: 880 }), (started) => started.close());
    await linphone.register("1003", node.sip, "demo-1003");
  });

  after(async () => {
    await cleanup.run();
  });

  it("given a registered baresip, when Linphone calls it, then each hears the other's tone", async () => {
    const callee = await Baresip.registered({ toneHz: 660 }, { ...node.account("1002"), answer: "auto" });
    try {
      await linphone.call("1002");
      linphone.playTone();
      await eventually(async () => assert.ok(tonePower(await linphone.hears(300), 8_000, 660) > 0.9, "660 Hz"), {
        timeoutMs: 5_000,
      });
      await eventually(async () => assert.ok(tonePower(await callee.hears(300), 8_000, 880) > 0.9, "880 Hz"), {
        timeoutMs: 5_000,
      });
      await linphone.hangup();
      await callee.closedReason();
      await node.zero(CALL_GAUGES, 5_000);
    } finally {
      await callee.close();
    }
  });
});
