import assert from "node:assert/strict";
import type { RelayKey, RelayOptions, SideStatistics } from "../../../src/media/index.ts";
import { receiverReport, senderReport } from "../../unit/media/rtp/packets.ts";
import { eventually } from "../../support/eventually.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const key: RelayKey = { callId: "call-1", fromTag: "a", toTag: "b" };
const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

describe("relay between two phones", () => {
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  let toBob: string;
  let toAlice: string;
  beforeEach(async () => {
    fixture = await RelayFixture.start();
    alice = await RtpPhone.start("127.10.0.1");
    bob = await RtpPhone.start("127.10.0.2");
    toBob = await fixture.relay.offer(key, alice.sdp(), local);
    toAlice = await fixture.relay.answer(key, bob.sdp({ codecs: "0 101" }), local);
  });
  afterEach(async () => {
    await alice.close();
    await bob.close();
    await fixture.close();
  });

  async function figures(tag: string): Promise<SideStatistics> {
    const [session] = await fixture.relay.list();
    const side = session?.sides.find((candidate) => candidate.tag === tag);
    assert.ok(side);
    return side;
  }

  it("given an answered call, when both send, then packets arrive unchanged from the relay's ports", async () => {
    const fromAlice = rtpPacket({ ssrc: 11, marker: true });
    alice.send(fromAlice, audioPortOf(toAlice));
    assert.deepEqual(await bob.nthHeard(1), {
      packet: fromAlice,
      fromPort: audioPortOf(toBob),
      fromAddress: "127.0.0.1",
    });
    const fromBob = rtpPacket({ ssrc: 22 });
    bob.send(fromBob, audioPortOf(toBob));
    assert.deepEqual(await alice.nthHeard(1), {
      packet: fromBob,
      fromPort: audioPortOf(toAlice),
      fromAddress: "127.0.0.1",
    });
  });

  it("given a call with reports, when its figures are asked for, then each side has what it sent, got and said of it", async () => {
    for (const sequence of [1, 2, 3]) {
      alice.send(rtpPacket({ ssrc: 11, sequence, timestamp: 160 * sequence }), audioPortOf(toAlice));
    }
    await bob.nthHeard(3);
    bob.sendRtcp(receiverReport(2, [{ ssrc: 11 }]), audioPortOf(toBob) + 1);
    await alice.nthHeardRtcp(1);
    const [{ ssrc, packetMs, sentPackets }, toB] = [await figures("a"), await figures("b")];
    assert.deepEqual({ ssrc, packetMs, sentPackets }, { ssrc: 11, packetMs: 20, sentPackets: 0 });
    const { sentSsrc, reported } = toB;
    assert.deepEqual(
      { sent: toB.sentPackets, bytes: toB.sentBytes, sentSsrc, reported },
      {
        sent: 3,
        bytes: 3 * rtpPacket({ ssrc: 11 }).length,
        sentSsrc: 11,
        reported: { lost: 0, jitterMs: 10, fractionLost: 0.25 },
      },
    );
  });

  it("given phones that name another address of this host, when they send from loopback, then they hear each other", async () => {
    const other: RelayKey = { ...key, callId: "call-2" };
    const outside: RelayOptions = { signalingAddress: "192.0.2.7", latch: "candidates" };
    const sdpToBob = await fixture.relay.offer(other, alice.sdp({ address: "192.0.2.7" }), outside);
    const sdpToAlice = await fixture.relay.answer(other, bob.sdp({ address: "192.0.2.7" }), outside);
    bob.send(rtpPacket({ ssrc: 21 }), audioPortOf(sdpToBob));
    await eventually(() => assert.equal(fixture.metric("tandem_media_packets_total", { kind: "rtp" }), 1), {
      timeoutMs: 3_000,
    });
    alice.send(rtpPacket({ ssrc: 22 }), audioPortOf(sdpToAlice));
    assert.equal((await bob.nthHeard(1)).packet.readUInt32BE(8), 22);
    bob.send(rtpPacket({ ssrc: 21, sequence: 2 }), audioPortOf(sdpToBob));
    assert.equal((await alice.nthHeard(1)).packet.readUInt32BE(8), 21);
  });

  it("given the SDP for each phone, when read, then nothing tells where the other is", () => {
    for (const sdp of [toBob, toAlice]) {
      assert.doesNotMatch(sdp, /127\.10\.0\./);
      assert.match(sdp, /^o=- \d+ 1 IN IP4 127\.0\.0\.1\r$/m);
      const port = audioPortOf(sdp);
      assert.equal(port % 2, 0);
      assert.ok(sdp.includes(`a=rtcp:${port + 1} IN IP4 127.0.0.1`));
    }
  });

  it("given a re-INVITE, when the content is the same, then o= is too, and rises when it is not", async () => {
    assert.equal(await fixture.relay.offer(key, alice.sdp(), local), toBob);
    const held = await fixture.relay.offer(key, alice.sdp({ lines: ["a=inactive"] }), local);
    const [, sessionId] = /^o=- (\d+) 1 /m.exec(toBob) ?? [];
    assert.match(held, new RegExp(`^o=- ${sessionId} 2 `, "m"));
  });

  it("given a callee that sends before its SDP is there, when it goes on after it, then the caller hears it from then", async () => {
    const early = { ...key, callId: "early" };
    const port = audioPortOf(await fixture.relay.offer(early, alice.sdp(), local));
    bob.send(rtpPacket({ ssrc: 5 }), port);
    await eventually(() => assert.equal(fixture.metric("tandem_media_packets_rejected_total"), 1), { timeoutMs: 3000 });
    const answered = audioPortOf(await fixture.relay.answer(early, bob.sdp(), local));
    bob.send(rtpPacket({ ssrc: 6 }), port);
    const heard = await alice.nthHeard(1);
    assert.equal(heard.packet.readUInt32BE(8), 6);
    assert.equal(heard.fromPort, answered);
  });

  it("given RTCP reports, when they pass, then they arrive unchanged and the round trip is known", async () => {
    const report = senderReport(11, 0x01020304);
    alice.sendRtcp(report, audioPortOf(toAlice) + 1);
    const atBob = await bob.nthHeardRtcp(1);
    assert.deepEqual(atBob.packet, report);
    assert.equal(atBob.fromPort, audioPortOf(toBob) + 1);
    bob.sendRtcp(receiverReport(22, [{ ssrc: 11, lastSenderReport: 0x01020304 }]), audioPortOf(toBob) + 1);
    await alice.nthHeardRtcp(1);
    const { roundTripMs } = await figures("b");
    assert.ok(roundTripMs !== undefined && roundTripMs >= 0 && roundTripMs < 1000);
    assert.equal((await figures("a")).roundTripMs, undefined);
    assert.equal(fixture.metric("tandem_media_packets_total", { kind: "rtcp" }), 2);
  });

  it("given a second SSRC with telephone events, when it sends beside the speech, then all passes and digits count", async () => {
    const port = audioPortOf(toAlice);
    for (let sequence = 1; sequence <= 10; sequence += 1) alice.send(rtpPacket({ sequence, ssrc: 1 }), port);
    for (let sequence = 500; sequence < 506; sequence += 1) {
      alice.send(rtpPacket({ sequence, ssrc: 2, payloadType: 101, timestamp: sequence < 503 ? 1 : 2 }), port);
    }
    await bob.nthHeard(16);
    const { packets, lost, telephoneEvents } = await figures("a");
    assert.deepEqual({ packets, lost, telephoneEvents }, { packets: 16, lost: 0, telephoneEvents: 2 });
  });

  it("given lost packets, when asked, then loss, score and source are those of the side", async () => {
    const port = audioPortOf(toAlice);
    const sequences = [1, 2, 3, 5, 6, 9, 10];
    for (const sequence of sequences) alice.send(rtpPacket({ sequence }), port);
    await bob.nthHeard(sequences.length);
    const side = await figures("a");
    assert.equal(side.lost, 3);
    assert.equal(side.bytes, sequences.length * 172);
    assert.equal(side.source, `127.10.0.1:${alice.port}`);
    assert.ok(side.mos !== undefined && side.mos < 3);
    assert.equal((await figures("b")).mos, undefined);
  });

  it("given packets in disorder, when asked, then they are counted, and it is known when the last one came", async () => {
    const begunAtMs = Date.now();
    for (const sequence of [1, 3, 2, 4, 7, 6]) alice.send(rtpPacket({ sequence }), audioPortOf(toAlice));
    await bob.nthHeard(6);
    const { outOfOrder, lost, lastPacketAtMs = 0 } = await figures("a");
    assert.deepEqual([outOfOrder, lost], [2, 1]);
    assert.ok(lastPacketAtMs >= begunAtMs - 1 && lastPacketAtMs <= Date.now() + 1, `${lastPacketAtMs - begunAtMs} ms`);
    const other = await figures("b");
    assert.deepEqual([other.outOfOrder, other.lastPacketAtMs], [0, undefined]);
  });

  it("given four streams and a fifth, when offered, then the fifth is refused", async () => {
    const many = { ...key, callId: "many" };
    const video = `m=video ${alice.port} RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n`;
    const offered = await fixture.relay.offer(many, alice.sdp() + video.repeat(4), local);
    const ports = [...offered.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port));
    assert.equal(ports.length, 5);
    assert.equal(ports[4], 0);
    assert.equal(new Set(ports).size, 5);
    const answered = await fixture.relay.answer(many, bob.sdp() + video.repeat(4), local);
    assert.deepEqual(
      [...answered.matchAll(/^m=\w+ (\d+)/gm)].map(([, port]) => Number(port) > 0),
      [true, true, true, true, false],
    );
  });

  it("given a stream that the last offer refused, when the answer has it, then it stays refused", async () => {
    const video = (port: number): string => `m=video ${port} RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n`;
    await fixture.relay.offer(key, alice.sdp() + video(4000), local);
    assert.match(await fixture.relay.answer(key, bob.sdp() + video(4002), local), /^m=video [1-9]\d+ /m);
    assert.match(await fixture.relay.offer(key, alice.sdp() + video(0), local), /^m=video 0 /m);
    assert.match(await fixture.relay.answer(key, bob.sdp() + video(4002), local), /^m=video 0 /m);
  });

  it("given the old hold by address, when offered, then the other hears of a direction and the holder hears nothing", async () => {
    alice.send(rtpPacket(), audioPortOf(toAlice));
    await bob.nthHeard(1);
    const hold = (sdp: string): string => sdp.replaceAll(/IN IP4 127\.10\.0\.\d/g, "IN IP4 0.0.0.0");
    const held = await fixture.relay.offer(key, hold(alice.sdp()), local);
    assert.match(held, /^a=sendonly\r$/m);
    assert.doesNotMatch(held, /0\.0\.0\.0|a=sendrecv/);
    assert.equal(audioPortOf(held), audioPortOf(toBob));
    assert.match(await fixture.relay.answer(key, hold(bob.sdp()), local), /^a=inactive\r$/m);
    bob.send(rtpPacket({ ssrc: 5 }), audioPortOf(toBob));
    await eventually(() => assert.equal(fixture.metric("tandem_media_packets_undeliverable_total"), 1), {
      timeoutMs: 3000,
    });
    await fixture.relay.offer(key, alice.sdp(), local);
    bob.send(rtpPacket({ sequence: 2, ssrc: 6 }), audioPortOf(toBob));
    assert.equal((await alice.nthHeard(1)).packet.readUInt32BE(8), 6);
  });

  it("given a phone that names the session's own port, when it offers or answers, then that is refused", async () => {
    const own = bob.sdp({ port: audioPortOf(toBob), address: "127.0.0.1" });
    await assert.rejects(fixture.relay.answer(key, own, local), { code: "offer-refused" });
    await assert.rejects(fixture.relay.offer(key, own, local), { code: "offer-refused" });
  });

  it("given other leg names, or a far end in a phone's place, when asked, then the session stays as it is", async () => {
    await assert.rejects(fixture.relay.offer({ ...key, toTag: "c" }, alice.sdp(), local), { code: "unknown-session" });
    await assert.rejects(fixture.relay.answerByEndpoint(key, "echo", alice.sdp(), local), { code: "offer-refused" });
    await assert.rejects(fixture.relay.offerByEndpoint(key, "tone"), { code: "offer-refused" });
    alice.send(rtpPacket(), audioPortOf(toAlice));
    await bob.nthHeard(1);
  });
});
