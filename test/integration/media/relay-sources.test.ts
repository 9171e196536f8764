import assert from "node:assert/strict";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { eventually } from "../../support/eventually.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const key: RelayKey = { callId: "call-1", fromTag: "a", toTag: "b" };
/** Phones are told apart by their loopback addresses, which count as any others here. */
const ALICE = "127.20.0.1";
const ALICE_SIGNALING = "127.20.0.2";
const BOB = "127.20.0.3";
const STRANGER = "127.20.0.66";
const byAlice: RelayOptions = { signalingAddress: ALICE_SIGNALING, latch: "candidates" };
const byBob: RelayOptions = { signalingAddress: BOB, latch: "candidates" };

describe("relay sources", () => {
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  let stranger: RtpPhone;
  let aliceFacing: number;
  let bobFacing: number;
  const more: RtpPhone[] = [];
  beforeEach(async () => {
    fixture = await RelayFixture.start({ isLoopback: () => false });
    [alice, bob, stranger] = [await RtpPhone.start(ALICE), await RtpPhone.start(BOB), await RtpPhone.start(STRANGER)];
    bobFacing = audioPortOf(await fixture.relay.offer(key, alice.sdp(), byAlice));
    aliceFacing = audioPortOf(await fixture.relay.answer(key, bob.sdp(), byBob));
  });
  afterEach(async () => {
    for (const phone of [alice, bob, stranger, ...more.splice(0)]) await phone.close();
    await fixture.close();
  });

  async function another(address: string): Promise<RtpPhone> {
    const phone = await RtpPhone.start(address);
    more.push(phone);
    return phone;
  }

  async function rejected(count: number): Promise<void> {
    await eventually(() => assert.equal(fixture.metric("tandem_media_packets_rejected_total"), count), {
      timeoutMs: 3000,
      intervalMs: 5,
    });
  }

  it("given a stranger, when it sends first or later, then it never passes, and its packets are counted", async () => {
    stranger.send(rtpPacket({ ssrc: 666 }), aliceFacing);
    stranger.sendRtcp(Buffer.from("80c90001000000010000", "hex"), aliceFacing + 1);
    await rejected(2);
    alice.send(rtpPacket({ ssrc: 1 }), aliceFacing);
    await bob.nthHeard(1);
    stranger.send(rtpPacket({ ssrc: 666 }), aliceFacing);
    await rejected(3);
    alice.send(rtpPacket({ sequence: 2, ssrc: 1 }), aliceFacing);
    await bob.nthHeard(2);
    assert.deepEqual(
      bob.heard.map(({ packet }) => packet.readUInt32BE(8)),
      [1, 1],
    );
    assert.equal((await fixture.relay.list())[0]?.sides[0]?.rejected, 3);
  });

  it("given another port of the SDP's address, when it sends first, then it is locked and sent to", async () => {
    const natted = await another(ALICE);
    natted.send(rtpPacket({ ssrc: 1 }), aliceFacing);
    await bob.nthHeard(1);
    bob.send(rtpPacket({ ssrc: 2 }), bobFacing);
    assert.equal((await natted.nthHeard(1)).packet.readUInt32BE(8), 2);
    alice.send(rtpPacket({ ssrc: 3 }), aliceFacing);
    await rejected(1);
    assert.equal(alice.heard.length, 0);
  });

  it("given the address that signaling comes from, when it sends first, then it is locked and sent to", async () => {
    const elsewhere = await another(ALICE_SIGNALING);
    elsewhere.send(rtpPacket({ ssrc: 1 }), aliceFacing);
    await bob.nthHeard(1);
    bob.send(rtpPacket({ ssrc: 2 }), bobFacing);
    await elsewhere.nthHeard(1);
  });

  it("given a locked source, when the side offers again, then another candidate may be chosen, a stranger not", async () => {
    alice.send(rtpPacket(), aliceFacing);
    await bob.nthHeard(1);
    const moved = await another(ALICE);
    assert.equal(audioPortOf(await fixture.relay.offer(key, moved.sdp(), byAlice)), bobFacing);
    stranger.send(rtpPacket({ ssrc: 666 }), aliceFacing);
    await rejected(1);
    bob.send(rtpPacket({ ssrc: 2 }), bobFacing);
    await moved.nthHeard(1);
    moved.send(rtpPacket({ sequence: 2, ssrc: 9 }), aliceFacing);
    assert.equal((await bob.nthHeard(2)).packet.readUInt32BE(8), 9);
  });

  it("given latch any, when a stranger is first, then it is the source", async () => {
    const open = { ...key, callId: "open" };
    await fixture.relay.offer(open, alice.sdp(), { ...byAlice, latch: "any" });
    const port = audioPortOf(await fixture.relay.answer(open, bob.sdp(), byBob));
    stranger.send(rtpPacket({ ssrc: 4 }), port);
    assert.equal((await bob.nthHeard(1)).packet.readUInt32BE(8), 4);
  });

  it("given what is no RTP, when a candidate sends it, then it does not pass", async () => {
    alice.send(Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...Buffer.alloc(12)]), aliceFacing);
    alice.send(rtpPacket({ ssrc: 1 }), aliceFacing);
    await bob.nthHeard(1);
    assert.equal(bob.heard.length, 1);
    assert.equal(fixture.metric("tandem_media_packets_malformed_total"), 1);
  });
});

describe("relay sources on loopback", () => {
  it("given a phone that sends from 127.0.0.1 and not from its SDP's address, when it is first, then it is heard", async () => {
    const fixture = await RelayFixture.start();
    const alice = await RtpPhone.start(ALICE);
    const unbound = await RtpPhone.start("127.0.0.1");
    const bob = await RtpPhone.start(BOB);
    try {
      await fixture.relay.offer(key, alice.sdp(), { signalingAddress: ALICE, latch: "candidates" });
      unbound.send(rtpPacket({ ssrc: 5 }), audioPortOf(await fixture.relay.answer(key, bob.sdp(), byBob)));
      assert.equal((await bob.nthHeard(1)).packet.readUInt32BE(8), 5);
    } finally {
      for (const phone of [alice, unbound, bob]) await phone.close();
      await fixture.close();
    }
  });
});
