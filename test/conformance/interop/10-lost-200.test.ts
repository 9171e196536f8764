import assert from "node:assert/strict";
import { establish, hangUp, requestsTo, roundTrip } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

const PARTIES = ["caller", "callee"] as const;

describe("interop 10: lost 200", () => {
  let node: SwitchFixture;
  let clock: ManualClock;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    clock = new ManualClock();
    node = await SwitchFixture.start({ edgeClock: clock });
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  async function seen(what: () => number, count: number): Promise<void> {
    await eventually(() => assert.equal(what(), count), { timeoutMs: 2_000, intervalMs: 5 });
  }

  const successes = (phone: SipPhone, method = "INVITE"): SipMessage[] =>
    phone.received.filter((one) => one.kind === "response" && one.method === method && one.status === 200);

  /** Loses two 200s of the switch's, takes the third, and asserts that there is no fourth. */
  async function loseTwo(party: PhoneCall, already: number): Promise<SipMessage> {
    const { phone } = party;
    const count = (): number => successes(phone).length - already;
    await seen(count, 1);
    clock.advance(500);
    await seen(count, 2);
    clock.advance(1_000);
    await seen(count, 3);
    const [first, ...again] = successes(phone).slice(already);
    assert.ok(first !== undefined);
    for (const one of again) assert.equal(one.text, first.text, "the same 200");
    return first;
  }

  it("given a 200 that does not reach the caller, when time goes on, then it comes again until the ACK; the callee hears of the call once", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    await far.answer({ sdp: testSdp(5_000) });
    const answer = await loseTwo(near, 0);
    near.ack(near.invite, answer);
    await roundTrip(near);
    clock.advance(30_000);
    await roundTrip(near);
    assert.equal(successes(alice).length, 3);
    assert.deepEqual([requestsTo(bob, "INVITE").length, requestsTo(bob, "ACK").length], [1, 1]);
    await hangUp(near, far);
    await node.settled(1);
  });

  for (const [name, sdp] of [
    ["an offer", testSdp(4_000)],
    ["no offer", undefined],
  ] as const) {
    it(`given an INVITE with ${name}, when the callee sends its 200 again for it has seen no ACK, then each gets the same ACK, and the caller hears of it once`, async () => {
      const near = await alice.call("1002", sdp === undefined ? {} : { sdp });
      const far = await bob.offered();
      const { offer } = far;
      assert.ok(offer !== undefined);
      const answer = { sdp: testSdp(5_000) };
      far.respond(offer, 200, answer);
      const response = await near.established(sdp === undefined ? { sdp: testSdp(4_000) } : {});
      const first = await far.request("ACK");
      for (const count of [2, 3]) {
        far.respond(offer, 200, answer);
        await seen(() => requestsTo(bob, "ACK").length, count);
      }
      for (const ack of requestsTo(bob, "ACK")) {
        assert.deepEqual([ack.get("cseq"), ack.get("to"), ack.body], [first.get("cseq"), first.get("to"), first.body]);
      }
      assert.equal(first.body === "", sdp !== undefined);
      await roundTrip(near);
      assert.deepEqual(successes(alice), [response]);
      await hangUp(far, near);
      await node.settled(1);
    });
  }

  for (const by of PARTIES) {
    it(`given a re-INVITE of the ${by}'s, when its 200 is lost twice, then it comes again, and the other is asked once`, async () => {
      const { near, far } = await establish(alice, bob);
      const [asking, other] = by === "caller" ? [near, far] : [far, near];
      await roundTrip(near);
      const before = successes(asking.phone).length;
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
      await other.request("ACK");
      asking.ack(invite, await loseTwo(asking, before));
      await roundTrip(asking);
      clock.advance(30_000);
      await roundTrip(asking);
      assert.equal(successes(asking.phone).length, before + 3);
      assert.equal(requestsTo(other.phone, "INVITE").length, by === "caller" ? 2 : 1);
      await hangUp(asking, other);
      await node.settled(1);
    });

    it(`given a re-INVITE to the ${by}, when it sends its 200 again, then it gets the same ACK again, and the other hears nothing`, async () => {
      const { near, far } = await establish(alice, bob);
      const [asked, asking] = by === "caller" ? [near, far] : [far, near];
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await asked.request("INVITE");
      const before = requestsTo(asked.phone, "ACK").length;
      for (const count of [1, 2]) {
        asked.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
        await seen(() => requestsTo(asked.phone, "ACK").length, before + count);
      }
      const acks = requestsTo(asked.phone, "ACK").slice(before);
      for (const ack of acks) assert.equal(ack.get("cseq"), (passed.get("cseq") ?? "").replace("INVITE", "ACK"));
      const answer = await invite.final();
      asking.ack(invite, answer);
      await roundTrip(asking);
      assert.deepEqual(invite.responses.waiting, []);
      await hangUp(asked, asking);
      await node.settled(1);
    });

    it(`given the ${by}'s BYE, when its 200 is lost, then the BYE that comes again gets 200, and the other one BYE`, async () => {
      const { near, far } = await establish(alice, bob);
      const [leaving, other] = by === "caller" ? [near, far] : [far, near];
      await roundTrip(near);
      const bye = leaving.send("BYE");
      await other.takeBye();
      await bye.final();
      await node.settled(1);
      leaving.phone.transmit(bye.request.text);
      assert.equal((await bye.final()).status, 200);
      assert.equal(requestsTo(other.phone, "BYE").length, 1);
    });

    it(`given the switch's BYE to the ${by}, when no 200 comes back, then it is sent again, and then nothing is left`, async () => {
      const { near, far } = await establish(alice, bob);
      const [asked, leaving] = by === "caller" ? [near, far] : [far, near];
      await roundTrip(near);
      const bye = leaving.send("BYE");
      const taken = await asked.request("BYE");
      assert.equal((await bye.final()).status, 200);
      clock.advance(500);
      await seen(() => requestsTo(asked.phone, "BYE").length, 2);
      asked.respond(taken, 200);
      await node.settled(1);
    });
  }
});
