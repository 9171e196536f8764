import assert from "node:assert/strict";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { isSameMedia } from "../../../src/call/model/session/hold.ts";
import { eventually } from "../../support/eventually.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import { RelayFixture } from "./relay-fixture.ts";

const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };
const codecs = { codecs: "0 101" };

function keyOf(callId: string, fromTag = "caller"): RelayKey {
  return { callId, fromTag, toTag: fromTag === "caller" ? "callee" : "caller" };
}

/** The number that RFC 3264 8 lets grow. */
function versionOf(sdp: string): number {
  return Number(/^o=\S+ \d+ (\d+) /m.exec(sdp)?.[1]);
}

describe("joined sessions", () => {
  let fixture: RelayFixture;
  let phones: RtpPhone[];
  beforeEach(async () => {
    fixture = await RelayFixture.start();
    phones = [];
    for (const host of [1, 2, 3, 4]) phones.push(await RtpPhone.start(`127.60.0.${host}`));
  });
  afterEach(async () => {
    for (const phone of phones) await phone.close();
    await fixture.close();
  });

  const phone = (index: number): RtpPhone => {
    const found = phones[index];
    assert.ok(found);
    return found;
  };

  /** A call of two phones; what each was told. */
  async function call(
    callId: string,
    caller: RtpPhone,
    callee: RtpPhone,
  ): Promise<{ toCaller: string; toCallee: string }> {
    const toCallee = await fixture.relay.offer(keyOf(callId), caller.sdp(codecs), local);
    const toCaller = await fixture.relay.answer(keyOf(callId), callee.sdp(codecs), local);
    return { toCaller, toCallee };
  }

  it("given two calls, when a side of each is joined, then the same offer and answer give what they had, and they talk", async () => {
    const [alice, bob, carol, dave] = [phone(0), phone(1), phone(2), phone(3)];
    const one = await call("one", alice, bob);
    const two = await call("two", carol, dave);
    alice.send(rtpPacket(), audioPortOf(one.toCaller));
    await bob.nthHeard(1);
    await fixture.relay.join("joined", { callId: "one", tag: "caller" }, { callId: "two", tag: "callee" });
    const toDave = await fixture.relay.offer(keyOf("joined"), alice.sdp(codecs), local);
    const toAlice = await fixture.relay.answer(keyOf("joined"), dave.sdp(codecs), local);
    assert.ok(isSameMedia(toDave, two.toCallee), `${toDave} is not ${two.toCallee}`);
    assert.ok(isSameMedia(toAlice, one.toCaller), `${toAlice} is not ${one.toCaller}`);
    assert.equal(versionOf(toAlice), versionOf(one.toCaller));
    alice.send(rtpPacket({ sequence: 2, ssrc: 1 }), audioPortOf(one.toCaller));
    dave.send(rtpPacket({ ssrc: 4 }), audioPortOf(two.toCallee));
    assert.equal((await dave.nthHeard(1)).packet.readUInt32BE(8), 1);
    assert.equal((await alice.nthHeard(1)).packet.readUInt32BE(8), 4);
    assert.equal(bob.heard.length, 1);
    assert.equal(carol.heard.length, 0);
  });

  it("given a joined call, when a side changes its SDP, then the version of what the other has goes on", async () => {
    const [alice, bob, carol, dave] = [phone(0), phone(1), phone(2), phone(3)];
    const { toCaller } = await call("one", alice, bob);
    await call("two", carol, dave);
    await fixture.relay.join("joined", { callId: "two", tag: "callee" }, { callId: "one", tag: "caller" });
    const toAlice = await fixture.relay.offer(keyOf("joined"), dave.sdp({ codecs: "8" }), local);
    assert.equal(audioPortOf(toAlice), audioPortOf(toCaller));
    assert.equal(versionOf(toAlice), versionOf(toCaller) + 1);
  });

  it("given a call with traffic, when its sides are joined, then nothing passes until the next offer, and each session has its figures", async () => {
    const [alice, bob, carol, dave] = [phone(0), phone(1), phone(2), phone(3)];
    const one = await call("one", alice, bob);
    await call("two", carol, dave);
    alice.send(rtpPacket({ sequence: 1 }), audioPortOf(one.toCaller));
    bob.send(rtpPacket({ sequence: 1 }), audioPortOf(one.toCallee));
    await bob.nthHeard(1);
    await alice.nthHeard(1);
    await fixture.relay.join("joined", { callId: "one", tag: "caller" }, { callId: "two", tag: "callee" });
    alice.send(rtpPacket({ sequence: 2 }), audioPortOf(one.toCaller));
    bob.send(rtpPacket({ sequence: 2 }), audioPortOf(one.toCallee));
    alice.send(rtpPacket({ sequence: 3 }), audioPortOf(one.toCaller));
    await fixture.relay.offer(keyOf("joined"), alice.sdp(codecs), local);
    await fixture.relay.answer(keyOf("joined"), dave.sdp(codecs), local);
    alice.send(rtpPacket({ sequence: 4 }), audioPortOf(one.toCaller));
    assert.equal((await dave.nthHeard(1)).packet.readUInt16BE(2), 4);
    const old = await fixture.relay.release("one");
    assert.deepEqual(
      old?.sides.map(({ tag, packets, sentPackets }) => ({ tag, packets, sentPackets })),
      [
        { tag: "caller", packets: 1, sentPackets: 1 },
        { tag: "callee", packets: 2, sentPackets: 1 },
      ],
    );
    assert.deepEqual(old.ports, [audioPortOf(one.toCallee)]);
    const joined = await fixture.relay.release("joined");
    assert.equal(joined?.sides[0]?.packets, 3);
    assert.equal(joined.sides[1]?.sentPackets, 1);
    assert.ok(await fixture.relay.release("two"));
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
  });

  it("given a side joined alone, when a built-in far end answers it and then a phone, then its port stays", async () => {
    const [alice, bob, carol] = [phone(0), phone(1), phone(2)];
    const { toCaller } = await call("one", alice, bob);
    await fixture.relay.join("attached", { callId: "one", tag: "caller" });
    const answer = await fixture.relay.answerByEndpoint(keyOf("attached"), "tone", alice.sdp(codecs), local);
    assert.equal(audioPortOf(answer), audioPortOf(toCaller));
    await alice.nthHeard(2);
    await fixture.relay.join("called", { callId: "attached", tag: "caller" });
    const toCarol = await fixture.relay.offer(keyOf("called"), alice.sdp(codecs), local);
    const toAlice = await fixture.relay.answer(keyOf("called"), carol.sdp(codecs), local);
    assert.equal(audioPortOf(toAlice), audioPortOf(toCaller));
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    carol.send(rtpPacket({ payload: Buffer.alloc(160, 7) }), audioPortOf(toCarol));
    await eventually(() => assert.ok(alice.heard.some(({ packet }) => packet[20] === 7)), {
      timeoutMs: 3_000,
      intervalMs: 5,
    });
  });

  it("given a side of a call, when it is joined to a built-in far end, then the answer is what its party has, until that differs", async () => {
    const [alice, bob, carol, dave] = [phone(0), phone(1), phone(2), phone(3)];
    const one = await call("one", alice, bob);
    const two = await call("two", carol, dave);
    const sides = [
      ["one", "caller", alice, one.toCaller],
      ["two", "callee", dave, two.toCallee],
    ] as const;
    for (const [callId, tag, party, before] of sides) {
      const attached = `attached ${callId}`;
      await fixture.relay.join(attached, { callId, tag });
      const answer = await fixture.relay.answerByEndpoint(keyOf(attached), "music", party.sdp(codecs), local);
      assert.equal(answer, before);
      await party.nthHeard(2);
      const held = party.sdp({ ...codecs, lines: ["a=sendonly"] });
      const other = await fixture.relay.answerByEndpoint(keyOf(attached), "music", held, local);
      assert.match(other, /a=recvonly/);
      assert.equal(versionOf(other), versionOf(before) + 1);
    }
  });

  it("given a call with video, when a side is joined to a built-in far end that offers, then its video is refused and its audio heard", async () => {
    const [alice, bob] = [phone(0), phone(1)];
    const withVideo = (sdp: string): string => sdp.replace("m=audio", "m=video 5004 RTP/AVP 34\r\nm=audio");
    await fixture.relay.offer(keyOf("one"), withVideo(alice.sdp()), local);
    const toAlice = await fixture.relay.answer(keyOf("one"), withVideo(bob.sdp()), local);
    await fixture.relay.join("attached", { callId: "one", tag: "caller" });
    const backwards = { callId: "attached", fromTag: "callee", toTag: "caller" };
    const offer = await fixture.relay.offerByEndpoint(backwards, "ringback");
    assert.match(offer, /^m=video 0 RTP\/AVP 34\r\n[^]*^m=audio [1-9]/m);
    assert.equal(audioPortOf(offer), audioPortOf(toAlice));
    const answer = withVideo(alice.sdp()).replace("m=video 5004", "m=video 0");
    assert.equal(await fixture.relay.answer(backwards, answer, local), "");
    await alice.nthHeard(3);
  });

  it("given one session, when both of its sides change places in a new one, then they go on", async () => {
    const [alice, bob] = [phone(0), phone(1)];
    const { toCaller, toCallee } = await call("one", alice, bob);
    await fixture.relay.join("turned", { callId: "one", tag: "callee" }, { callId: "one", tag: "caller" });
    assert.equal(
      audioPortOf(await fixture.relay.offer(keyOf("turned"), bob.sdp(codecs), local)),
      audioPortOf(toCaller),
    );
    assert.equal(
      audioPortOf(await fixture.relay.answer(keyOf("turned"), alice.sdp(codecs), local)),
      audioPortOf(toCallee),
    );
    bob.send(rtpPacket({ ssrc: 2 }), audioPortOf(toCallee));
    assert.equal((await alice.nthHeard(1)).packet.readUInt32BE(8), 2);
    assert.deepEqual((await fixture.relay.release("one"))?.ports, []);
  });

  it("given a join that cannot be, when asked for, then the code says why and the calls go on", async () => {
    const [alice, bob] = [phone(0), phone(1)];
    const { toCaller } = await call("one", alice, bob);
    const caller = { callId: "one", tag: "caller" };
    await fixture.relay.answerByEndpoint(keyOf("service"), "echo", phone(2).sdp(codecs), local);
    const refused = [
      ["one", caller, undefined, "offer-refused"],
      ["new", caller, caller, "offer-refused"],
      ["new", caller, { callId: "service", tag: "callee" }, "offer-refused"],
      ["new", caller, { callId: "nowhere", tag: "caller" }, "unknown-session"],
      ["new", caller, { callId: "one", tag: "nobody" }, "unknown-session"],
    ] as const;
    for (const [callId, one, other, code] of refused) {
      await assert.rejects(fixture.relay.join(callId, one, other), { code });
    }
    alice.send(rtpPacket(), audioPortOf(toCaller));
    await bob.nthHeard(1);
    await fixture.relay.join("new", caller);
    await assert.rejects(fixture.relay.join("newer", caller), { code: "unknown-session" });
    await assert.rejects(fixture.relay.offer(keyOf("one"), alice.sdp(codecs), local), { code: "unknown-session" });
    assert.deepEqual((await fixture.relay.list()).map(({ callId }) => callId).sort(), ["new", "one", "service"]);
  });

  it("given a joined call, when the relay is restarted before and after its offer, then what had passed passes", async () => {
    const [alice, bob, carol, dave] = [phone(0), phone(1), phone(2), phone(3)];
    const one = await call("one", alice, bob);
    const two = await call("two", carol, dave);
    alice.send(rtpPacket(), audioPortOf(one.toCaller));
    await bob.nthHeard(1);
    await fixture.relay.join("joined", { callId: "one", tag: "caller" }, { callId: "two", tag: "callee" });
    await fixture.restart();
    alice.send(rtpPacket({ sequence: 2 }), audioPortOf(one.toCaller));
    await assert.rejects(fixture.relay.join("again", { callId: "one", tag: "caller" }), { code: "unknown-session" });
    const toDave = await fixture.relay.offer(keyOf("joined"), alice.sdp(codecs), local);
    assert.ok(isSameMedia(toDave, two.toCallee));
    await fixture.relay.answer(keyOf("joined"), dave.sdp(codecs), local);
    await fixture.restart({ listens: false });
    alice.send(rtpPacket({ sequence: 3 }), audioPortOf(one.toCaller));
    assert.equal((await dave.nthHeard(1)).packet.readUInt16BE(2), 3);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 8);
  });
});
