import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { sine, rootMeanSquare, tonePower } from "../../support/goertzel.ts";
import { CALL as key, LOCAL as local, RelayCall, type Facing } from "./relay-call.ts";
import { audioPortOf, rtpPacket, type HeardPacket, type RtpPhone } from "../../support/rtp-phone.ts";
import { heardAudio } from "../../support/tone-phone.ts";
import { writeWav } from "../../support/wav.ts";
import type { RelayFixture } from "./relay-fixture.ts";

/** The packets are one stream: one SSRC, no number left out, time that goes on. */
function assertOneStream(packets: readonly HeardPacket[]): void {
  assert.equal(new Set(packets.map(({ packet }) => packet.readUInt32BE(8))).size, 1);
  packets.slice(1).forEach(({ packet }, index) => {
    const before = packets[index]?.packet;
    assert.ok(before);
    assert.equal(packet.readUInt16BE(2), (before.readUInt16BE(2) + 1) & 0xffff);
    const passed = (packet.readUInt32BE(4) - before.readUInt32BE(4)) >>> 0;
    assert.ok(passed >= 160 && passed < 8000, `${passed} samples passed`);
  });
}

describe("what is played over a call", () => {
  let both: RelayCall;
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  beforeEach(async () => {
    both = await RelayCall.start();
    ({ fixture, alice, bob } = both);
  });
  afterEach(() => both.close());

  const call = (codecs = "0 101", lines = ["a=sendrecv"], answered = lines): Promise<Facing> =>
    both.agree(alice.sdp({ codecs, lines }), bob.sdp({ codecs, lines: answered }));

  /** The next packets of a phone that come after what it has heard so far. */
  async function next(phone: RtpPhone, count: number): Promise<HeardPacket[]> {
    const from = phone.heard.length;
    await phone.nthHeard(from + count, 5000);
    return phone.heard.slice(from, from + count);
  }

  it("given a call with speech, when music is played to a side and ended, then it hears one stream, and the other hears it all the while", async () => {
    const { aliceFacing, bobFacing } = await call();
    both.speak(alice, aliceFacing, 1000);
    both.speak(bob, bobFacing, 600);
    assert.ok(tonePower(heardAudio(await next(alice, 15)), 8000, 600) > 0.95);
    await fixture.relay.play("call-1", "caller", "music");
    await next(alice, 2);
    const music = heardAudio(await next(alice, 20));
    assert.ok(tonePower(music, 8000, 600) < 0.2);
    assert.ok(rootMeanSquare(music) > 500);
    assert.ok(tonePower(heardAudio(await next(bob, 15)), 8000, 1000) > 0.95);
    await fixture.relay.play("call-1", "caller", undefined);
    await next(alice, 2);
    assert.ok(tonePower(heardAudio(await next(alice, 15)), 8000, 600) > 0.95);
    assertOneStream(alice.heard);
    // One for each switch, and one for each stall of a busy machine.
    assert.ok(alice.heard.filter(({ packet }) => (packet[1] ?? 0) >= 0x80).length >= 2);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
  });

  it("given silence or ring-back over a call, when a side listens, then it hears that, whatever comes", async () => {
    const { bobFacing } = await call();
    both.speak(bob, bobFacing, 600);
    await fixture.relay.play("call-1", "caller", "silence");
    await next(alice, 2);
    assert.equal(rootMeanSquare(heardAudio(await next(alice, 10))), 0);
    await fixture.relay.play("call-1", "caller", "ringback");
    await next(alice, 2);
    assert.ok(tonePower(heardAudio(await next(alice, 20)), 8000, 425) > 0.9);
  });

  it("given music over a call, when its codec changes, then the music goes on in the new one", async () => {
    await call("0 101");
    await fixture.relay.play("call-1", "callee", "ringback");
    await next(bob, 5);
    await call("8 101");
    await next(bob, 2);
    const later = await next(bob, 10);
    assert.ok(later.every(({ packet }) => (packet.readUInt8(1) & 0x7f) === 8));
    assert.ok(tonePower(heardAudio(later), 8000, 425) > 0.9);
    assertOneStream(bob.heard);
  });

  it("given a side on hold, when it receives or not, then music is played or pauses", async () => {
    await call("0 101", ["a=sendonly"], ["a=recvonly"]);
    await fixture.relay.play("call-1", "callee", "music");
    await next(bob, 3);
    await call("0 101", ["a=inactive"]);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    await call();
    await next(bob, 3);
    await fixture.relay.play("call-1", "caller", "music");
    await call("0 101", ["a=sendonly"], ["a=recvonly"]);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 1);
    await next(bob, 3);
  });

  it("given codecs or keys that the relay cannot play in, when told to, then the side hears nothing until it ends", async () => {
    const { bobFacing } = await call("96", ["a=rtpmap:96 opus/48000/2"]);
    await fixture.relay.play("call-1", "caller", "music");
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    bob.send(rtpPacket({ sequence: 1, payloadType: 96 }), bobFacing);
    await fixture.event((event) => event.type === "first-packet");
    await fixture.relay.play("call-1", "caller", undefined);
    bob.send(rtpPacket({ sequence: 2, payloadType: 96 }), bobFacing);
    assert.equal((await alice.nthHeard(1)).packet.readUInt16BE(2), 2);
    const secure = (phone: RtpPhone): string =>
      phone.sdp({ lines: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"] });
    const toSavp = (sdp: string): string => sdp.replace("RTP/AVP", "RTP/SAVP");
    const keys = { ...key, callId: "call-2" };
    await fixture.relay.offer(keys, toSavp(secure(alice)), local);
    await fixture.relay.answer(keys, toSavp(secure(bob)), local);
    await fixture.relay.play("call-2", "caller", "music");
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
  });

  it("given something to play before the answer, when it comes, then it is played", async () => {
    await fixture.relay.offer(key, alice.sdp(), local);
    await fixture.relay.play("call-1", "caller", "ringback");
    await fixture.relay.answer(key, bob.sdp(), local);
    assert.ok(tonePower(heardAudio(await next(alice, 10)), 8000, 425) > 0.9);
  });

  it("given no such side, or a built-in one, when told to play, then the code says so", async () => {
    await call();
    await fixture.relay.answerByEndpoint({ ...key, callId: "echo" }, "echo", alice.sdp(), local);
    await assert.rejects(fixture.relay.play("nowhere", "caller", "music"), { code: "unknown-session" });
    await assert.rejects(fixture.relay.play("call-1", "nobody", "music"), { code: "unknown-session" });
    await assert.rejects(fixture.relay.play("echo", "callee", "music"), { code: "offer-refused" });
    await assert.rejects(fixture.relay.play("call-1", "caller", "music:no name"), { code: "offer-refused" });
  });

  it("given music over a call, when the relay is restarted, then it goes on untold; when a side is joined, it ends", async () => {
    const { aliceFacing, bobFacing } = await call();
    await fixture.relay.play("call-1", "caller", "ringback");
    await next(alice, 3);
    await fixture.restart();
    assert.ok(tonePower(heardAudio(await next(alice, 20)), 8000, 425) > 0.9);
    await fixture.relay.join("joined", { callId: "call-1", tag: "caller" }, { callId: "call-1", tag: "callee" });
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    await fixture.relay.play("joined", "callee", "ringback");
    assert.ok(tonePower(heardAudio(await next(bob, 20)), 8000, 425) > 0.9);
    await fixture.relay.play("joined", "callee", undefined);
    const joined = { ...key, callId: "joined" };
    const before = alice.heard.slice(-5);
    assert.equal(audioPortOf(await fixture.relay.offer(joined, alice.sdp(), local)), bobFacing);
    assert.equal(audioPortOf(await fixture.relay.answer(joined, bob.sdp(), local)), aliceFacing);
    both.speak(bob, bobFacing, 600);
    assertOneStream([...before, ...(await next(alice, 5))]);
  });

  it("given music of files, when configured, then it is played, also after a restart; what cannot be read is the built-in music", async () => {
    const file = fixture.folder.join("hold.wav");
    writeFileSync(file, writeWav({ sampleRateHz: 8000, samples: sine(900, 1) }));
    const wide = fixture.folder.join("wide.wav");
    writeFileSync(wide, writeWav({ sampleRateHz: 16_000, samples: sine(900, 1) }));
    const music = [
      { name: "hold", file },
      { name: "wide", file: wide },
    ];
    await fixture.relay.configure({ music });
    await fixture.relay.answerByEndpoint(key, "music:hold", alice.sdp(), local);
    assert.ok(tonePower(heardAudio(await next(alice, 10)), 8000, 900) > 0.95);
    await fixture.restart();
    await next(alice, 1);
    assert.ok(tonePower(heardAudio(await next(alice, 10)), 8000, 900) > 0.95);
    for (const name of ["wide", "unknown"] as const) {
      await fixture.relay.answerByEndpoint({ ...key, callId: name }, `music:${name}`, bob.sdp(), local);
      const heard = heardAudio(await next(bob, 15));
      assert.ok(tonePower(heard, 8000, 900) < 0.2);
      assert.ok(rootMeanSquare(heard) > 500);
      await fixture.relay.release(name);
    }
    await assert.rejects(fixture.relay.configure({ music: [{ name: "a b", file }] }), { code: "offer-refused" });
  });

  it("given an announcement, when it is over, then that is told once, also over a restart", async () => {
    await fixture.relay.answerByEndpoint(key, "announcement:conference-enter", alice.sdp(), local);
    const ended = await fixture.event((event) => event.type === "prompt-ended");
    assert.equal(ended.type === "prompt-ended" && ended.callId, "call-1");
    assert.equal(rootMeanSquare(heardAudio((await next(alice, 3)).slice(1))), 0);
    await fixture.restart();
    assert.equal(rootMeanSquare(heardAudio(await next(alice, 30))), 0);
    assert.equal(fixture.events.filter(({ type }) => type === "prompt-ended").length, 1);
    assert.equal((await fixture.relay.inspect("call-1"))?.hasPromptEnded, true);
    const unknown = fixture.relay.answerByEndpoint({ ...key, callId: "x" }, "announcement:x", bob.sdp(), local);
    await assert.rejects(unknown, { code: "offer-refused" });
  });
});
