import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Baresip } from "../../support/baresip.ts";
import { dominantTone, tonePower } from "../../support/goertzel.ts";
import { eventually } from "../../support/eventually.ts";
import { Linphone } from "../../support/linphone.ts";
import { audioOf, longestGapMs, RtpCapture } from "../../support/rtp-capture.ts";

describe("Baresip driver, two phones without a server", () => {
  let caller: Baresip;
  let callee: Baresip;

  beforeEach(async () => {
    caller = await Baresip.start({ toneHz: 440 });
    callee = await Baresip.start({ toneHz: 660 });
    await caller.addAccount({ user: "phone" });
    await callee.addAccount({ user: "phone" });
  });

  afterEach(async () => {
    await caller.close();
    await callee.close();
  });

  it("given an answered call, when both listen, then each hears the other's tone and no gap is captured", async () => {
    const capture = await RtpCapture.start(caller.rtpPorts);
    try {
      await establish(caller, callee);
      const sinceMs = Date.now();
      const [heardByCaller, heardByCallee] = await Promise.all([caller.hears(1_000), callee.hears(1_000)]);
      assert.ok(tonePower(heardByCaller, 8_000, 660) > 0.9, "the caller hears 660 Hz");
      assert.ok(tonePower(heardByCallee, 8_000, 440) > 0.9, "the callee hears 440 Hz");
      const packets = await capture.receivedSince(sinceMs, 40, 3_000);
      assert.ok(longestGapMs(packets) < 60, `longest gap ${longestGapMs(packets)} ms`);
      assert.equal(dominantTone(audioOf(packets), 8_000, [440, 660]), 660);
    } finally {
      await capture.close();
    }
  });

  it("given an answered call, when one phone stands still for 300 ms, then the capture shows that gap", async () => {
    const capture = await RtpCapture.start(caller.rtpPorts);
    try {
      await establish(caller, callee);
      await caller.hears(200);
      const sinceMs = Date.now();
      process.kill(callee.pid, "SIGSTOP");
      await delay(300);
      process.kill(callee.pid, "SIGCONT");
      await capture.receivedSince(sinceMs, 40, 3_000);
      const packets = capture.received();
      assert.ok(longestGapMs(packets) >= 250, `longest gap ${longestGapMs(packets)} ms`);
    } finally {
      await capture.close();
    }
  });

  it("given an answered call, when the caller sends digits, then the callee reports them in order", async () => {
    await establish(caller, callee);
    for (const digit of ["5", "#"]) {
      await caller.sendDigits(digit);
      assert.equal((await callee.event("CALL_DTMF_START")).param, digit);
      await callee.event("CALL_DTMF_END");
    }
  });

  it("given a ringing call, when the callee hangs up, then the caller is told that it was refused", async () => {
    await caller.dial(callee.uri);
    await callee.event("CALL_INCOMING");
    await callee.hangup();
    assert.match(await caller.closedReason(), /486|Busy|Rejected/i);
  });
});

async function establish(caller: Baresip, callee: Baresip): Promise<void> {
  await caller.dial(callee.uri);
  await callee.event("CALL_INCOMING");
  await callee.accept();
  await Promise.all([caller.event("CALL_ESTABLISHED"), callee.event("CALL_ESTABLISHED")]);
}

describe("Linphone driver, against a baresip without a server", () => {
  let caller: Linphone;
  let callee: Baresip;

  beforeEach(async () => {
    caller = await Linphone.start({ user: "linphone", toneHz: 880 });
    callee = await Baresip.start({ toneHz: 660 });
    await callee.addAccount({ user: "phone", answer: "auto" });
  });

  afterEach(async () => {
    await caller.close();
    await callee.close();
  });

  it("given a phone that answers, when called, then each hears the other's tone", async () => {
    await caller.call(callee.uri);
    caller.playTone();
    await eventually(async () => assert.ok(tonePower(await caller.hears(300), 8_000, 660) > 0.9), { timeoutMs: 5_000 });
    await eventually(async () => assert.ok(tonePower(await callee.hears(300), 8_000, 880) > 0.9), { timeoutMs: 5_000 });
    await caller.hangup();
  });
});
