import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, type EstablishedCall, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";

const DIGIT_FIVE = Buffer.from([5, 0x8a, 0x03, 0x20]);
const INFOS = [
  { contentType: "application/dtmf-relay", body: "Signal=5\r\nDuration=160\r\n" },
  { contentType: "application/dtmf", body: "5" },
];

/** Digits are not carried over from one form to the other yet: what counts is that nothing is lost in silence. */
describe("interop 21: DTMF by INFO on one leg and RFC 4733 on the other", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearRtp: RtpPhone;
  let farRtp: RtpPhone;
  let call: EstablishedCall;
  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    [alice, bob] = [await whole.node.phone("1001"), await whole.node.phone("1002")];
    [nearRtp, farRtp] = [await RtpPhone.start(), await RtpPhone.start()];
    call = await establish(alice, bob, { near: { sdp: nearRtp.sdp() }, far: { sdp: farRtp.sdp() } });
  });
  afterEach(async () => {
    await whole.stop();
    await nearRtp.close();
    await farRtp.close();
  });

  async function digitsPassByRtp(): Promise<void> {
    for (const [from, to, told] of [
      [nearRtp, farRtp, call.answer.body],
      [farRtp, nearRtp, call.offered.body],
    ] as const) {
      from.send(rtpPacket({ payloadType: 101, payload: DIGIT_FIVE, marker: true }), audioPortOf(told));
      assert.deepEqual((await to.nthHeard(to.heard.length + 1)).packet.subarray(12), DIGIT_FIVE);
    }
  }

  for (const [name, order] of EITHER_SIDE) {
    for (const info of INFOS) {
      it(`given a ${name} that sends ${info.contentType}, when the other takes it, then it has it word for word, and RTP digits pass too`, async () => {
        const [by, other] = order(call);
        const sent = by.send("INFO", info);
        const passed = await other.request("INFO");
        assert.equal(passed.body, info.body);
        assert.equal(passed.get("content-type"), info.contentType);
        other.respond(passed, 200);
        assert.equal((await sent.final()).status, 200);
        await digitsPassByRtp();
        await hangUp(by, other);
        await whole.settled(1);
      });
    }

    for (const status of [405, 415, 501]) {
      it(`given a ${name} that sends INFO, when the other answers ${status}, then that is what comes back, and RTP digits still pass`, async () => {
        const [by, other] = order(call);
        const sent = by.send("INFO", INFOS[0]);
        const passed = await other.request("INFO");
        other.respond(passed, status);
        assert.equal((await sent.final()).status, status);
        await digitsPassByRtp();
        await hangUp(other, by);
        await whole.settled(1);
      });
    }

    it(`given a ${name} that sends INFO to a phone that does not take it, when it comes, then it gets 405, the other nothing, and RTP digits pass`, async () => {
      await hangUp(call.near, call.far);
      const without = { headers: [["Allow", "INVITE, ACK, BYE, CANCEL"]] } as const;
      call = await establish(alice, bob, {
        near: { sdp: nearRtp.sdp(), ...(name === "callee" ? without : {}) },
        far: { sdp: farRtp.sdp(), ...(name === "caller" ? without : {}) },
      });
      const [by, other] = order(call);
      const refused = await by.send("INFO", INFOS[0]).final();
      assert.equal(refused.status, 405);
      assert.doesNotMatch(refused.getAll("allow").join(), /INFO/);
      await digitsPassByRtp();
      assert.deepEqual(other.requests.waiting, []);
      await hangUp(by, other);
      await whole.settled(2);
    });

    it(`given a ${name} that sends INFO and hangs up before its answer, when the call ends, then the INFO is answered and nothing is left`, async () => {
      const [by, other] = order(call);
      const sent = by.send("INFO", INFOS[0]);
      const passed = await other.request("INFO");
      await hangUp(by, other);
      assert.equal((await sent.final()).status, 481);
      other.respond(passed, 481);
      await whole.settled(1);
    });

    it(`given a ${name} that sends ten digits at once, when the other answers them in any order, then each gets its own answer`, async () => {
      const [by, other] = order(call);
      const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
      const sent = digits.map((body) => by.send("INFO", { contentType: "application/dtmf", body }));
      const passed = [];
      for (const _ of digits) passed.push(await other.request("INFO"));
      assert.deepEqual(passed.map(({ body }) => body).sort(), digits);
      for (const info of passed.reverse()) other.respond(info, info.body === "7" ? 415 : 200);
      const statuses = await Promise.all(sent.map(async (one) => (await one.final()).status));
      assert.deepEqual(
        statuses,
        digits.map((body) => (body === "7" ? 415 : 200)),
      );
      await hangUp(by, other);
      await whole.settled(1);
    });
  }

  it("given a call that rings, when the caller sends INFO, then it is refused and the call can be answered", async () => {
    await hangUp(call.near, call.far);
    const near = await alice.call("1002", { sdp: nearRtp.sdp() });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 180);
    const ringing = await near.invite?.response(180);
    assert.ok(ringing !== undefined);
    near.adopt(ringing);
    assert.equal((await near.send("INFO", INFOS[0]).final()).status, 480);
    const acked = far.answer({ sdp: farRtp.sdp() });
    await near.established();
    await acked;
    await hangUp(far, near);
    await whole.settled(2);
  });
});
