import assert from "node:assert/strict";
import { establish, requestsTo, roundTrip, statusesTo } from "../../support/established-call.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

/** RFC 3261 13.3.1.4: 0.5, 1, 2 s, then every 4 s, until 32 s have passed. */
const REPETITIONS = 10;

describe("interop 11: lost ACK", () => {
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

  const successes = (phone: SipPhone): number => statusesTo(phone, "INVITE").filter((status) => status === 200).length;

  /** 32 s without ACK: nothing ends before, and then both legs do. */
  async function endsAfter32s(unheard: PhoneCall, other: PhoneCall, before: number): Promise<void> {
    clock.advance(31_900);
    await roundTrip(other);
    assert.equal(node.metric("tandem_calls"), 1);
    assert.deepEqual([...requestsTo(alice, "BYE"), ...requestsTo(bob, "BYE")], []);
    clock.advance(200);
    const [bye] = await Promise.all([unheard.takeBye(), other.takeBye()]);
    assert.match(bye.get("reason") ?? "", /ACK/i);
    assert.equal(successes(unheard.phone) - before, 1 + REPETITIONS);
    await node.settled(1);
    assert.deepEqual([requestsTo(alice, "BYE").length, requestsTo(bob, "BYE").length], [1, 1]);
  }

  it("given a caller whose ACK never comes, when 32 s have passed, then both legs get BYE and nothing is left", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    await far.answer({ sdp: testSdp(5_000) });
    assert.equal((await near.invite?.final())?.status, 200);
    await endsAfter32s(near, far, 0);
  });

  it("given a delayed offer whose answer never comes, when 32 s have passed, then the callee gets its ACK and BYE, the caller BYE", async () => {
    const near = await alice.call("1002");
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.adopt(far.offer);
    far.respond(far.offer, 200, { sdp: testSdp(5_000) });
    assert.equal((await near.invite?.final())?.status, 200);
    clock.advance(31_900);
    await roundTrip(far);
    assert.deepEqual([requestsTo(alice, "BYE").length, requestsTo(bob, "BYE").length], [0, 0]);
    clock.advance(200);
    await Promise.all([near.takeBye(), far.takeBye()]);
    await node.settled(1);
    const methods = bob.received.filter(({ kind }) => kind === "request").map(({ method }) => method);
    assert.deepEqual(methods, ["INVITE", "ACK", "BYE"]);
  });

  for (const by of ["caller", "callee"] as const) {
    it(`given a re-INVITE of the ${by}'s whose ACK never comes, when 32 s have passed, then both legs get BYE and nothing is left`, async () => {
      const { near, far } = await establish(alice, bob);
      await roundTrip(near);
      const [asking, other] = by === "caller" ? [near, far] : [far, near];
      const before = successes(asking.phone);
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
      await other.request("ACK");
      assert.equal((await invite.final()).status, 200);
      await endsAfter32s(asking, other, before);
    });

    it(`given a lost ACK, when the ${by} hangs up before 32 s have passed, then the other leg ends at once, the 200 comes no more, and nothing is left`, async () => {
      const near = await alice.call("1002", { sdp: testSdp(4_000) });
      const far = await bob.offered();
      await far.answer({ sdp: testSdp(5_000) });
      const answer = await near.invite?.final();
      assert.ok(answer !== undefined && far.offer !== undefined);
      near.adopt(answer);
      far.adopt(far.offer);
      clock.advance(600);
      await near.invite?.final();
      const leaving = by === "caller" ? near : far;
      assert.equal((await leaving.bye()).status, 200);
      if (by === "caller") await far.takeBye();
      else {
        // RFC 3261 15: the one who answered sends no BYE before the ACK or its time is over.
        await roundTripOf(near);
        assert.deepEqual(requestsTo(alice, "BYE"), []);
        clock.advance(33_100);
        await near.takeBye();
      }
      await node.settled(1);
      const count = successes(alice);
      clock.advance(40_000);
      assert.equal((await alice.register()).status, 200);
      assert.equal(successes(alice), count);
    });
  }

  /** The dialog is ended for call control: what counts is that the answer comes after what was sent before. */
  async function roundTripOf(party: PhoneCall): Promise<void> {
    await party.send("OPTIONS").final();
  }
});
