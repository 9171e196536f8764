import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RelaySessionSummary } from "../../../src/media/index.ts";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { sine, tonePower } from "../../support/goertzel.ts";
import { Linphone } from "../../support/linphone.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { doneOn } from "../../support/tandem-shell.ts";
import { writeWav } from "../../support/wav.ts";

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

  async function onlySession(): Promise<RelaySessionSummary> {
    const [session, ...others] = (await node.ask("media", "media.list", {})) as RelaySessionSummary[];
    assert.ok(session);
    assert.equal(others.length, 0);
    return session;
  }

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
    const session = await onlySession();
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

  it("given a music source that is added, when it is played, then a phone hears its file, also after the relay died", async () => {
    mkdirSync(join(node.dataDir, "music"));
    const music = writeWav({ sampleRateHz: 8_000, samples: sine(1_200, 2) });
    writeFileSync(join(node.dataDir, "music", "hold.wav"), music);
    await doneOn(node, ["music", "add", "hold", "file=music/hold.wav"]);
    await baresip.dial("9196");
    await assertHears(baresip, 660, 5_000);
    const session = await onlySession();
    // What is added is there within a second, and what plays goes on: it is played anew until it is.
    await eventually(
      async () => {
        for (const source of ["silence", "music:hold"]) {
          await node.ask("media", "media.play", { callId: session.callId, tag: "caller", source });
        }
        await assertHears(baresip, 1_200, 500);
      },
      { timeoutMs: 8_000 },
    );
    const formerPid = await node.killService("media");
    await node.serviceAgain("media", formerPid, 10_000);
    await assertHears(baresip, 1_200, 5_000);
    await baresip.hangup();
    await node.zero(CALL_GAUGES, 5_000);
  });
});
