import assert from "node:assert/strict";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { tonePower } from "../../support/goertzel.ts";
import { decodeMuLaw } from "../../support/g711.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const key: RelayKey = { callId: "call-1", fromTag: "a", toTag: "far-end" };
const backwards: RelayKey = { callId: "call-1", fromTag: "far-end", toTag: "a" };
const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

describe("built-in far ends", () => {
  let fixture: RelayFixture;
  let alice: RtpPhone;
  beforeEach(async () => {
    fixture = await RelayFixture.start();
    alice = await RtpPhone.start("127.30.0.1");
  });
  afterEach(async () => {
    await alice.close();
    await fixture.close();
  });

  function heardAudio(from: number, to: number): Int16Array {
    return decodeMuLaw(Buffer.concat(alice.heard.slice(from, to).map(({ packet }) => packet.subarray(12))));
  }

  it("given the demo, when a phone listens, then a second of 440 Hz is followed by music, in step with the clock", async () => {
    await fixture.relay.answerByEndpoint(key, "demo", alice.sdp(), local);
    await alice.nthHeard(1);
    const startMs = performance.now();
    await alice.nthHeard(76, 5000);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 1300 && tookMs < 4000, `75 frames took ${Math.round(tookMs)} ms`);
    assert.ok(tonePower(heardAudio(0, 50), 8000, 440) > 0.95);
    assert.ok(tonePower(heardAudio(50, 70), 8000, 440) < 0.1);
    const sequences = alice.heard.slice(0, 76).map(({ packet }) => packet.readUInt16BE(2));
    assert.ok(sequences.every((sequence, index) => sequence === (((sequences[0] ?? 0) + index) & 0xffff)));
  });

  it("given a demo on hold, when the phone comes back, then music goes on and the ports stay", async () => {
    const first = await fixture.relay.answerByEndpoint(key, "demo", alice.sdp(), local);
    await alice.nthHeard(2);
    const held = await fixture.relay.answerByEndpoint(key, "demo", alice.sdp({ lines: ["a=sendonly"] }), local);
    assert.match(held, /a=recvonly/);
    assert.equal(audioPortOf(held), audioPortOf(first));
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    const before = alice.heard.length;
    const resumed = await fixture.relay.answerByEndpoint(key, "demo", alice.sdp(), local);
    assert.match(resumed, /a=sendrecv/);
    assert.match(resumed, /^o=- \d+ 3 /m);
    await alice.nthHeard(before + 3);
  });

  it("given an echo of another codec and RTCP, when the phone sends, then RTP comes back and RTCP does not", async () => {
    const sdp = alice.sdp({ codecs: "96", lines: ["a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1"] });
    const answer = await fixture.relay.answerByEndpoint(key, "echo", sdp, local);
    assert.match(answer, /a=rtpmap:96 opus\/48000\/2/);
    alice.sendRtcp(Buffer.from("80c9000100000001", "hex"), audioPortOf(answer) + 1);
    for (let sequence = 1; sequence <= 5; sequence += 1) {
      alice.send(rtpPacket({ sequence, payloadType: 96 }), audioPortOf(answer));
    }
    await alice.nthHeard(5);
    assert.equal(alice.heardRtcp.length, 0);
    assert.equal(fixture.metric("tandem_media_packets_total", { kind: "rtcp" }), 1);
  });

  it("given an echo on hold, when the phone sends, then nothing comes back until it is off hold", async () => {
    const port = audioPortOf(await fixture.relay.answerByEndpoint(key, "echo", alice.sdp(), local));
    await fixture.relay.answerByEndpoint(key, "echo", alice.sdp({ lines: ["a=inactive"] }), local);
    alice.send(rtpPacket({ sequence: 1 }), port);
    await fixture.event((event) => event.type === "first-packet");
    await fixture.relay.answerByEndpoint(key, "echo", alice.sdp(), local);
    alice.send(rtpPacket({ sequence: 2 }), port);
    assert.equal((await alice.nthHeard(1)).packet.readUInt16BE(2), 2);
  });

  it("given a tone, when it becomes an echo, then the tone ends", async () => {
    await fixture.relay.answerByEndpoint(key, "tone", alice.sdp(), local);
    await alice.nthHeard(1);
    await fixture.relay.answerByEndpoint(key, "echo", alice.sdp(), local);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
  });

  it("given a far end that offers, when the answer has no G.711 or refuses, then the session waits for its release", async () => {
    await fixture.relay.offerByEndpoint(backwards, "demo");
    const opus = alice.sdp({ codecs: "96", lines: ["a=rtpmap:96 opus/48000/2"] });
    await assert.rejects(fixture.relay.answer(backwards, opus, local), { code: "no-common-codec" });
    assert.equal(await fixture.relay.answer(backwards, alice.sdp({ port: 0 }), local), "");
    await assert.rejects(fixture.relay.answer(key, alice.sdp(), local), { code: "unknown-session" });
    await assert.rejects(fixture.relay.offer(key, alice.sdp(), local), { code: "offer-refused" });
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    assert.ok(await fixture.relay.release(key.callId));
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
  });

  it("given many listeners, when they are released, then nothing plays and no port is bound", async () => {
    const callIds = Array.from({ length: 20 }, (_, index) => `listener-${index}`);
    for (const callId of callIds) await fixture.relay.answerByEndpoint({ ...key, callId }, "tone", alice.sdp(), local);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 20);
    await alice.nthHeard(60);
    for (const callId of callIds) await fixture.relay.release(callId);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
  });
});
