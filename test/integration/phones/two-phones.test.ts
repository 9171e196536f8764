import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { tonePower } from "../../support/goertzel.ts";
import { assertHears, callAndAnswer, hangUp } from "../../support/phone-calls.ts";
import { audioOf, longestGapMs, RtpCapture } from "../../support/rtp-capture.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

const CALLER_HZ = 440;
const CALLEE_HZ = 660;

describe("two phones on a node", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });

  after(async () => {
    await cleanup.run();
  });

  for (const transport of ["udp", "tcp"] as const) {
    describe(`over ${transport.toUpperCase()}`, () => {
      const phones = new Cleanup();
      let caller: Baresip;
      let callee: Baresip;

      beforeEach(async () => {
        caller = phones.add(await registered("1001", CALLER_HZ, transport), (phone) => phone.close());
        callee = phones.add(await registered("1002", CALLEE_HZ, transport), (phone) => phone.close());
      });

      afterEach(async () => {
        await phones.run();
      });

      it("given two registered phones, when one calls the other, then each hears the other's tone", async () => {
        await callAndAnswer(caller, "1002", callee);
        await Promise.all([assertHears(caller, CALLEE_HZ), assertHears(callee, CALLER_HZ)]);
        await hangUp(caller, callee);
      });

      it("given a call, when the callee hangs up, then the caller is told and nothing is left", async () => {
        await callAndAnswer(caller, "1002", callee);
        await hangUp(callee, caller);
        await node.zero(CALL_GAUGES, 5_000);
      });

      it("given a call, when the caller holds and resumes, then the callee hears music meanwhile, and audio comes back both ways", async () => {
        const [atCaller, atCallee] = await Promise.all([
          RtpCapture.start(caller.rtpPorts),
          RtpCapture.start(callee.rtpPorts),
        ]);
        try {
          await callAndAnswer(caller, "1002", callee);
          await assertHears(caller, CALLEE_HZ);
          await caller.hold();
          await callee.event("CALL_REMOTE_SDP");
          const heldAtMs = Date.now();
          const music = audioOf(await atCallee.receivedSince(heldAtMs + 200, 40, 5_000));
          assert.ok(tonePower(music, 8_000, CALLER_HZ) < 0.2, "the callee hears the caller who holds");
          assert.ok(loudness(music) > 100, "the callee hears nothing");
          const resumedAtMs = Date.now();
          await caller.resume();
          for (const [capture, toneHz] of [
            [atCaller, CALLEE_HZ],
            [atCallee, CALLER_HZ],
          ] as const) {
            const packets = await capture.receivedSince(resumedAtMs + 200, 40, 5_000);
            assert.ok(longestGapMs(packets) < 100, `gap of ${longestGapMs(packets)} ms after the hold`);
            assert.ok(tonePower(audioOf(packets), 8_000, toneHz) > 0.9, `${toneHz} Hz after the hold`);
          }
          await hangUp(callee, caller);
        } finally {
          await Promise.all([atCaller.close(), atCallee.close()]);
        }
      });

      it("given a call, when each side sends digits, then the other reports them in order", async () => {
        await callAndAnswer(caller, "1002", callee);
        for (const [from, to] of [
          [caller, callee],
          [callee, caller],
        ] as const) {
          for (const digit of ["1", "9", "*", "#"]) {
            await from.sendDigits(digit);
            assert.equal((await to.event("CALL_DTMF_START")).param, digit);
            await to.event("CALL_DTMF_END");
          }
        }
        await hangUp(caller, callee);
      });
    });
  }

  function registered(user: string, toneHz: number, transport: "udp" | "tcp"): Promise<Baresip> {
    return Baresip.registered({ toneHz }, { ...node.account(user), transport });
  }

  it("given phones on UDP and on TCP, when they call each other, then both hear the other's tone", async () => {
    const caller = await registered("1001", CALLER_HZ, "udp");
    const callee = await registered("1002", CALLEE_HZ, "tcp");
    try {
      await callAndAnswer(caller, "1002", callee);
      await Promise.all([assertHears(caller, CALLEE_HZ), assertHears(callee, CALLER_HZ)]);
      await hangUp(callee, caller);
      await callAndAnswer(callee, "1001", caller);
      await Promise.all([assertHears(caller, CALLEE_HZ), assertHears(callee, CALLER_HZ)]);
      await hangUp(callee, caller);
    } finally {
      await caller.close();
      await callee.close();
    }
  });
});

/** Root of the mean square of samples. */
function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
