import assert from "node:assert/strict";
import { audioSdp, eventTypeOf } from "../../support/audio-sdp.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";

const NUMBERS = [101, 96, 120, 126];
/** The digit 5, at its end (RFC 4733 2.3). */
const DIGIT_FIVE = Buffer.from([5, 0x8a, 0x03, 0x20]);

/** What a phone that gives events a number of its own says. */
function sdpOf(rtp: RtpPhone, eventType: number, version = 1): string {
  const formats = [
    [8, "PCMA/8000"],
    [eventType, "telephone-event/8000"],
  ] as const;
  return audioSdp({ port: rtp.port, formats, lines: [`a=fmtp:${eventType} 0-15`], version });
}

describe("interop 20: payload types of telephone events differ", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearRtp: RtpPhone;
  let farRtp: RtpPhone;
  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    [alice, bob] = [await whole.node.phone("1001"), await whole.node.phone("1002")];
    [nearRtp, farRtp] = [await RtpPhone.start(), await RtpPhone.start()];
  });
  afterEach(async () => {
    await whole.stop();
    await nearRtp.close();
    await farRtp.close();
  });

  /** Sends a digit with the number that the description for `from` gives to events; it must be `expected`, and arrive. */
  async function digitPasses(from: RtpPhone, told: string, to: RtpPhone, expected: number): Promise<void> {
    const payloadType = eventTypeOf(told);
    assert.equal(payloadType, expected, "the number that the other side understands");
    const before = to.heard.length;
    from.send(rtpPacket({ payloadType, payload: DIGIT_FIVE, marker: true, sequence: 700 }), audioPortOf(told));
    const { packet } = await to.nthHeard(before + 1);
    assert.equal((packet[1] ?? 0) & 0x7f, expected);
    assert.deepEqual(packet.subarray(12), DIGIT_FIVE);
  }

  for (const near of NUMBERS) {
    for (const far of NUMBERS) {
      it(`given a caller with ${near} and a callee with ${far}, when each sends a digit, then it arrives with the number of the one who hears it`, async () => {
        const call = await establish(alice, bob, {
          near: { sdp: sdpOf(nearRtp, near) },
          far: { sdp: sdpOf(farRtp, far) },
        });
        await digitPasses(nearRtp, call.answer.body, farRtp, far);
        await digitPasses(farRtp, call.offered.body, nearRtp, near);
        const [session] = await whole.relay.list();
        assert.deepEqual(
          session?.sides.map(({ telephoneEvents }) => telephoneEvents),
          [1, 1],
          "the relay counts a digit of each side",
        );
        await hangUp(call.near, call.far);
        await whole.settled(1);
      });
    }
  }

  it("given numbers that differ, when the callee offers again with another one, then digits go by the new numbers", async () => {
    const call = await establish(alice, bob, {
      near: { sdp: sdpOf(nearRtp, 101) },
      far: { sdp: sdpOf(farRtp, 126) },
    });
    await digitPasses(nearRtp, call.answer.body, farRtp, 126);
    const change = call.far.send("INVITE", { sdp: sdpOf(farRtp, 120, 2) });
    const passed = await call.near.request("INVITE");
    call.near.respond(passed, 200, { sdp: sdpOf(nearRtp, 96, 2) });
    await call.near.request("ACK");
    const answer = await change.final();
    call.far.ack(change, answer);
    await digitPasses(nearRtp, passed.body, farRtp, 120);
    await digitPasses(farRtp, answer.body, nearRtp, 96);
    await hangUp(call.far, call.near);
    await whole.settled(1);
  });

  it("given an INVITE without SDP, when the callee offers 126 and the caller's ACK says 96, then each is told the other's", async () => {
    const near = await alice.call("1002");
    const far = await bob.offered();
    const acked = far.answer({ sdp: sdpOf(farRtp, 126) });
    const offer = await near.established({ sdp: sdpOf(nearRtp, 96) });
    const ack = await acked;
    await digitPasses(nearRtp, offer.body, farRtp, 126);
    await digitPasses(farRtp, ack.body, nearRtp, 96);
    await hangUp(near, far);
    await whole.settled(1);
  });

  it("given a callee without telephone events, when it answers, then the caller is told so and speech passes", async () => {
    const call = await establish(alice, bob, {
      near: { sdp: sdpOf(nearRtp, 101) },
      far: { sdp: audioSdp({ port: farRtp.port, formats: [[8, "PCMA/8000"]] }) },
    });
    assert.ok(Number.isNaN(eventTypeOf(call.answer.body)));
    nearRtp.send(rtpPacket({ payloadType: 8 }), audioPortOf(call.answer.body));
    assert.equal((await farRtp.nthHeard(1)).packet[1], 8);
    await hangUp(call.near, call.far);
    await whole.settled(1);
  });
});
