import assert from "node:assert/strict";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "./rtp-phone.ts";

const key: RelayKey = { callId: "call-1", fromTag: "a", toTag: "b" };
const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

describe("relay between two phones", () => {
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  let bobFacing: number;
  let aliceFacing: number;
  beforeEach(async () => {
    fixture = await RelayFixture.start();
    alice = await RtpPhone.start("127.10.0.1");
    bob = await RtpPhone.start("127.10.0.2");
    bobFacing = audioPortOf(await fixture.relay.offer(key, alice.sdp(), local));
    aliceFacing = audioPortOf(await fixture.relay.answer(key, bob.sdp({ codecs: "0 101" }), local));
  });
  afterEach(async () => {
    await alice.close();
    await bob.close();
    await fixture.close();
  });

  it("given an answered call, when both send, then each hears the other from the relay's port", async () => {
    const fromAlice = rtpPacket({ ssrc: 11 });
    alice.send(fromAlice, aliceFacing);
    const atBob = await bob.nthHeard(1);
    assert.deepEqual(atBob.packet, fromAlice);
    assert.equal(atBob.fromPort, bobFacing);
    const fromBob = rtpPacket({ ssrc: 22 });
    bob.send(fromBob, bobFacing);
    const atAlice = await alice.nthHeard(1);
    assert.deepEqual(atAlice.packet, fromBob);
    assert.equal(atAlice.fromPort, aliceFacing);
  });
});
