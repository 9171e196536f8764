import assert from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { establish, hangUp, requestsTo, roundTrip, statusesTo } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("interop 07: CANCEL crossing 200", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await node.stop();
  });

  async function ringing(sdp: string | undefined = testSdp(4_000)): Promise<{ near: PhoneCall; far: PhoneCall }> {
    const near = await alice.call("1002", sdp === undefined ? {} : { sdp });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 180);
    await near.invite?.response(180);
    return { near, far };
  }

  /** The methods of what a phone was asked, in order. */
  function asked({ received }: SipPhone): string[] {
    return received.filter(({ kind }) => kind === "request").map(({ method }) => method);
  }

  for (const [name, sdp] of [
    ["an offer", testSdp(4_000)],
    ["no offer", undefined],
  ] as const) {
    it(`given an INVITE with ${name}, when the switch's CANCEL crosses the callee's 200, then the callee gets ACK and then BYE, the caller one 487`, async () => {
      const { near, far } = await ringing(sdp);
      near.invite?.cancel();
      assert.equal((await near.invite?.final())?.status, 487);
      await far.request("CANCEL");
      await far.answer({ sdp: testSdp(5_000) });
      await far.takeBye();
      const [record] = await node.settled(1);
      assert.equal(record?.reason, "cancelled");
      assert.deepEqual(asked(bob), ["INVITE", "CANCEL", "ACK", "BYE"]);
      assert.deepEqual(statusesTo(alice, "INVITE").slice(-2), [180, 487]);
      assert.deepEqual(statusesTo(alice, "CANCEL"), [200]);
    });
  }

  it("given a callee that has answered, when the caller cancels before the switch could tell it, then the callee gets ACK and BYE, the caller 487 and no 200", async () => {
    const { near, far } = await ringing();
    const open = node.relay.hold();
    await far.answer({ sdp: testSdp(5_000) });
    near.invite?.cancel();
    assert.equal((await near.invite?.final())?.status, 487);
    await far.takeBye();
    open();
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "cancelled");
    assert.deepEqual(asked(bob), ["INVITE", "ACK", "BYE"]);
  });

  it("given the caller's CANCEL that crosses the switch's 200, when it arrives, then it gets 200 and has no effect; the caller ends the call by ACK and BYE", async () => {
    const { near, far } = await ringing();
    await far.answer({ sdp: testSdp(5_000) });
    const answer = await near.invite?.final();
    assert.equal(answer?.status, 200);
    near.invite?.cancel();
    await eventually(() => assert.deepEqual(statusesTo(alice, "CANCEL"), [200]), { timeoutMs: 2_000, intervalMs: 5 });
    near.ack(near.invite, answer);
    await roundTrip(far);
    assert.equal(node.metric("tandem_calls"), 1);
    assert.deepEqual(asked(bob), ["INVITE", "ACK"]);
    await hangUp(near, far);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "normal");
    assert.ok(!statusesTo(alice, "INVITE").includes(487));
  });

  for (const by of ["caller", "callee"] as const) {
    it(`given a re-INVITE of the ${by}'s, when its CANCEL crosses the other's 200, then it gets 487, the other ACK and no BYE, and both are put on one session again`, async () => {
      const { near, far } = await establish(alice, bob);
      const [asking, other] = by === "caller" ? [near, far] : [far, near];
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 180);
      invite.cancel();
      assert.equal((await invite.final()).status, 487);
      await other.request("CANCEL");
      other.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
      await other.request("ACK");
      for (const party of [far, near]) {
        const again = await party.request("INVITE");
        party.respond(again, 200, { sdp: testSdp(party === asking ? 4_000 : 7_000, [], 3) });
        await party.request("ACK");
      }
      await roundTrip(asking);
      assert.deepEqual([...requestsTo(alice, "BYE"), ...requestsTo(bob, "BYE")], []);
      await hangUp(asking, other);
      await node.settled(1);
    });

    it(`given a re-INVITE of the ${by}'s, when its CANCEL crosses the switch's 200, then the new session stands and the call goes on`, async () => {
      const { near, far } = await establish(alice, bob);
      const [asking, other] = by === "caller" ? [near, far] : [far, near];
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
      await other.request("ACK");
      const answer = await invite.final();
      assert.equal(answer.status, 200);
      invite.cancel();
      asking.ack(invite, answer);
      await roundTrip(asking);
      await roundTrip(other);
      assert.deepEqual(statusesTo(asking.phone, "CANCEL"), [200]);
      assert.equal(requestsTo(other.phone, "CANCEL").length, 0);
      await hangUp(other, asking);
      await node.settled(1);
    });
  }
});
