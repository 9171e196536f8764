import assert from "node:assert/strict";
import type { RelaySessionSummary } from "../../../src/media/index.ts";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { tonePower } from "../../support/goertzel.ts";
import { Linphone } from "../../support/linphone.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

const RINGBACK_HZ = 425;

describe("what is played over a call of real phones", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let linphone: Linphone;
  let baresip: Baresip;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    linphone = cleanup.add(await Linphone.start({ user: "1003", toneHz: 880 }), (started) => started.close());
    await linphone.register("1003", node.sip, "demo-1003");
    const account = { ...node.account("1002"), answer: "auto" } as const;
    baresip = cleanup.add(await Baresip.registered({ toneHz: 660 }, account), (started) => started.close());
  });

  after(async () => {
    await cleanup.run();
  });

  interface Listener {
    hears(ms: number): Promise<Int16Array>;
  }

  async function assertHears(phone: Listener, frequencyHz: number, timeoutMs: number): Promise<void> {
    await eventually(
      async () => {
        const share = tonePower(await phone.hears(200), 8_000, frequencyHz);
        assert.ok(share > 0.8, `${frequencyHz} Hz has ${share.toFixed(2)} of the power`);
      },
      { timeoutMs },
    );
  }

  it("given a call of Linphone and baresip, when ring-back is played to each and ends, then each hears it, and then the other again", async () => {
    await linphone.call("1002");
    linphone.playTone();
    await assertHears(linphone, 660, 5_000);
    await assertHears(baresip, 880, 5_000);
    const [session] = (await node.ask("media", "media.list", {})) as RelaySessionSummary[];
    assert.ok(session);
    for (const [tag, phone, otherHz] of [
      ["caller", linphone, 660],
      ["callee", baresip, 880],
    ] as const) {
      await node.ask("media", "media.play", { callId: session.callId, tag, source: "ringback" });
      await assertHears(phone, RINGBACK_HZ, 3_000);
      await node.ask("media", "media.play", { callId: session.callId, tag });
      await assertHears(phone, otherHz, 2_000);
    }
    await linphone.hangup();
    await node.zero(CALL_GAUGES, 5_000);
  });
});
