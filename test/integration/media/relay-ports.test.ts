import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { freePortRange, RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, RtpPhone } from "../../support/rtp-phone.ts";

const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };
const keyOf = (callId: string): RelayKey => ({ callId, fromTag: "a", toTag: "b" });
const VIDEO = "m=video 4000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n";

describe("relay ports", () => {
  let phone: RtpPhone;
  let fixture: RelayFixture | undefined;
  beforeEach(async () => {
    phone = await RtpPhone.start();
  });
  afterEach(async () => {
    await phone.close();
    await fixture?.close();
  });

  it("given a full range, when another call comes, then it fails, and what was there goes on", async () => {
    const portRange = await freePortRange(4);
    fixture = await RelayFixture.start({ portRange });
    await fixture.relay.offer(keyOf("one"), phone.sdp(), local);
    await fixture.relay.offer(keyOf("two"), phone.sdp(), local);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 8);
    await assert.rejects(fixture.relay.offer(keyOf("three"), phone.sdp(), local), { code: "no-ports" });
    assert.equal((await fixture.relay.list()).length, 2);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 8);
    await fixture.relay.answer(keyOf("one"), phone.sdp(), local);
  });

  it("given too few ports for all streams, when offered, then nothing stays allocated", async () => {
    fixture = await RelayFixture.start({ portRange: await freePortRange(3) });
    await assert.rejects(fixture.relay.offer(keyOf("video"), phone.sdp() + VIDEO, local), { code: "no-ports" });
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
    assert.equal(fixture.metric("tandem_media_sessions"), 0);
  });

  it("given a call of audio, when it cannot get ports for video, then the audio stays as it was", async () => {
    fixture = await RelayFixture.start({ portRange: await freePortRange(3) });
    const before = await fixture.relay.offer(keyOf("call"), phone.sdp(), local);
    await assert.rejects(fixture.relay.offer(keyOf("call"), phone.sdp() + VIDEO, local), { code: "no-ports" });
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 4);
    assert.equal(await fixture.relay.offer(keyOf("call"), phone.sdp(), local), before);
  });

  it("given freed ports, when they have not rested, then they are not used, and then they are", async () => {
    const clock = new ManualClock();
    fixture = await RelayFixture.start({ portRange: await freePortRange(2), clock, restMs: 5000 });
    await fixture.relay.offer(keyOf("one"), phone.sdp(), local);
    await fixture.relay.release("one");
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
    await assert.rejects(fixture.relay.offer(keyOf("two"), phone.sdp(), local), { code: "no-ports" });
    clock.advance(5000);
    await fixture.relay.offer(keyOf("two"), phone.sdp(), local);
  });

  it("given ports that another program has, when calls come, then they are passed over", async () => {
    const portRange = await freePortRange(4);
    const others = [createSocket("udp4"), createSocket("udp4")] as const;
    // One has an RTP port, the other the RTCP port of the next pair.
    for (const [index, socket] of others.entries()) {
      socket.bind(portRange.min + 3 * index, "127.0.0.1");
      await once(socket, "listening");
    }
    try {
      fixture = await RelayFixture.start({ portRange, restMs: 0 });
      const port = audioPortOf(await fixture.relay.offer(keyOf("one"), phone.sdp(), local));
      const [session] = await fixture.relay.list();
      assert.ok(port >= portRange.min + 4);
      assert.deepEqual([...(session?.ports ?? [])].sort(), [portRange.min + 4, portRange.min + 6]);
      assert.equal(fixture.metric("tandem_media_ports_in_use"), 4);
      await assert.rejects(fixture.relay.offer(keyOf("two"), phone.sdp(), local), { code: "no-ports" });
    } finally {
      for (const socket of others) socket.close();
    }
  });

  it("given as many sessions as allowed, when another comes, then it fails, and after a release it does not", async () => {
    fixture = await RelayFixture.start({ maxSessions: 2 });
    const { relay } = fixture;
    const outcomes = await Promise.allSettled(
      ["one", "two", "three"].map((callId) => relay.offer(keyOf(callId), phone.sdp(), local)),
    );
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "fulfilled", "rejected"]);
    await relay.offer(keyOf("one"), phone.sdp(), local);
    await relay.release("one");
    await relay.offer(keyOf("four"), phone.sdp(), local);
  });

  it("given an offer and its release at once, when both are done, then nothing is left", async () => {
    fixture = await RelayFixture.start();
    const { relay } = fixture;
    const [offered, released] = await Promise.all([
      relay.offer(keyOf("one"), phone.sdp(), local),
      relay.release("one"),
    ]);
    assert.ok(audioPortOf(offered) > 0);
    assert.equal(released?.callId, "one");
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
    assert.deepEqual(await relay.list(), []);
  });
});
