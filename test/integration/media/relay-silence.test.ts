import assert from "node:assert/strict";
import type { RelayEvent, RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };
const keyOf = (callId: string): RelayKey => ({ callId, fromTag: "a", toTag: "b" });
const isTimeout = (event: RelayEvent, callId: string): boolean =>
  event.type === "media-timeout" && event.callId === callId;

describe("relay events", () => {
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  beforeEach(async () => {
    fixture = await RelayFixture.start({ rtpTimeoutMs: 200 });
    alice = await RtpPhone.start();
    bob = await RtpPhone.start();
  });
  afterEach(async () => {
    await alice.close();
    await bob.close();
    await fixture.close();
  });

  async function call(callId: string, offered = "a=sendrecv", answered = "a=sendrecv"): Promise<number> {
    await fixture.relay.offer(keyOf(callId), alice.sdp({ lines: [offered] }), local);
    return audioPortOf(await fixture.relay.answer(keyOf(callId), bob.sdp({ lines: [answered] }), local));
  }

  /** The second time-out of a silent call, as a measure of time for others. */
  async function twoTimeouts(callId: string): Promise<void> {
    await fixture.event((event) => isTimeout(event, callId) && "silentMs" in event && event.silentMs >= 400);
  }

  it("given a silent call, when the time-out passes, then it is told, with both sides, and again", async () => {
    await call("silent");
    const event = await fixture.event((candidate) => isTimeout(candidate, "silent"));
    assert.ok(event.type === "media-timeout");
    assert.deepEqual(event.silentTags, ["a", "b"]);
    assert.ok(event.silentMs >= 200 && event.silentMs < 2000);
    await twoTimeouts("silent");
    assert.ok(fixture.metric("tandem_media_timeouts_total") >= 2);
  });

  it("given calls on hold of every kind, and one not answered, when others time out, then they do not", async () => {
    await call("sendonly", "a=sendonly", "a=recvonly");
    await call("inactive", "a=inactive", "a=inactive");
    await call("misunderstood", "a=sendonly", "a=sendrecv");
    await fixture.relay.offer(keyOf("by-address"), alice.sdp(), local);
    await fixture.relay.answer(keyOf("by-address"), bob.sdp().replace(/c=.*/, "c=IN IP4 0.0.0.0"), local);
    await fixture.relay.offer(keyOf("ringing"), alice.sdp(), local);
    await call("silent");
    await twoTimeouts("silent");
    assert.deepEqual(
      fixture.events.filter((event) => !isTimeout(event, "silent")),
      [],
    );
  });

  it("given a call put on hold and taken off, when silent again, then the time-out is back", async () => {
    await call("call");
    await call("call", "a=sendonly", "a=recvonly");
    await call("silent");
    await twoTimeouts("silent");
    assert.ok(!fixture.events.some((event) => isTimeout(event, "call")));
    await call("call");
    await fixture.event((event) => isTimeout(event, "call"));
  });

  it("given a hold that the other phone did not take, when silent, then the call counts as not held", async () => {
    await call("refused");
    await fixture.relay.offer(keyOf("refused"), alice.sdp({ lines: ["a=sendonly"] }), local);
    await fixture.event((event) => isTimeout(event, "refused"));
  });

  it("given one side that sends, when the other is silent, then the call lives until both are", async () => {
    const port = await call("one-way");
    let sequence = 0;
    const timer = setInterval(() => alice.send(rtpPacket({ sequence: (sequence += 1) }), port), 20);
    try {
      await call("silent");
      await twoTimeouts("silent");
      assert.ok(!fixture.events.some((event) => isTimeout(event, "one-way")));
    } finally {
      clearInterval(timer);
    }
    const event = await fixture.event((candidate) => isTimeout(candidate, "one-way"));
    assert.ok(event.type === "media-timeout");
    assert.deepEqual(event.silentTags, ["a", "b"]);
  });

  it("given the first packet of a side, when it comes, then it is told once", async () => {
    const port = await call("first");
    alice.send(rtpPacket(), port);
    await fixture.event((event) => event.type === "first-packet" && event.tag === "a");
    await call("first");
    alice.send(rtpPacket({ sequence: 2 }), port);
    await bob.nthHeard(2);
    await fixture.relay.list();
    assert.equal(fixture.events.filter((event) => event.type === "first-packet").length, 1);
  });
});
