import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp, sdpLine } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const WITH = { headers: [["Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"]] } as const;
const WITHOUT = { headers: [["Allow", "INVITE, ACK, BYE, CANCEL"]] } as const;
const RELAYED = "c=IN IP4 192.0.2.200";

describe("interop 16: UPDATE", () => {
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

  /** A call that rings, with dialogs on both legs. */
  async function ringing(): Promise<{ near: PhoneCall; far: PhoneCall }> {
    const near = await alice.call("1002", { sdp: testSdp(4_000), ...WITH });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 180, WITH);
    const response = await near.invite?.response(180);
    assert.ok(response !== undefined);
    near.adopt(response);
    return { near, far };
  }

  async function answerAndEnd(near: PhoneCall, far: PhoneCall): Promise<void> {
    const acked = far.answer({ sdp: testSdp(5_000), ...WITH });
    await near.established();
    await acked;
    await hangUp(near, far);
    await node.settled(1);
  }

  for (const name of ["caller", "callee"] as const) {
    it(`given a call that rings, when the ${name} sends UPDATE without SDP, then it gets 200, the other nothing, and the call can be answered`, async () => {
      const { near, far } = await ringing();
      const update = (name === "caller" ? near : far).send("UPDATE");
      const response = await update.final();
      assert.equal(response.status, 200);
      assert.equal(response.body, "");
      assert.ok(response.has("contact"), "RFC 3311 5.2: a 2xx names a target");
      await answerAndEnd(near, far);
      const other = name === "caller" ? bob : alice;
      assert.equal(
        other.received.some(({ kind, method }) => kind === "request" && method === "UPDATE"),
        false,
      );
    });

    it(`given a call that rings, when the ${name} sends UPDATE with an offer, then it is told to try later and the call can be answered`, async () => {
      const { near, far } = await ringing();
      const update = (name === "caller" ? near : far).send("UPDATE", { sdp: testSdp(6_000, [], 2) });
      const response = await update.final();
      // RFC 3311 5.2: 500 for an offer on top of one that waits for its answer, 491 for one that crosses ours.
      assert.equal(response.status, name === "caller" ? 500 : 491);
      assert.equal(response.has("retry-after"), name === "caller");
      await answerAndEnd(near, far);
    });
  }

  it("given a 200 that is not acknowledged yet, when the callee sends UPDATE, then it is answered, and again after the ACK it passes", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), ...WITH });
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    await far.answer({ sdp: testSdp(5_000), ...WITH });
    const answer = await near.invite?.final();
    assert.equal(answer?.status, 200);
    const early = await far.send("UPDATE", { sdp: testSdp(5_002, [], 2) }).final();
    assert.equal(early.status, 491, "the caller's leg has no session before its ACK");
    near.ack(near.invite, answer);
    await changes(far, near, "UPDATE");
    await hangUp(far, near);
    await node.settled(1);
  });

  it("given a 200 that is not acknowledged yet, when the caller's UPDATE overtakes its ACK, then it is answered and the call goes on", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), ...WITH });
    const far = await bob.offered();
    await far.answer({ sdp: testSdp(5_000), ...WITH });
    const answer = await near.invite?.final();
    assert.ok(answer !== undefined);
    near.adopt(answer);
    const overtaking = await near.send("UPDATE", { sdp: testSdp(4_002, [], 2) }).final();
    assert.equal(overtaking.status, 491);
    near.ack(near.invite, answer);
    await changes(near, far, "UPDATE");
    await hangUp(near, far);
    await node.settled(1);
  });

  it("given an UPDATE right behind the caller's ACK, when both arrive together, then it passes", async () => {
    const near = await alice.call("1002", { sdp: testSdp(4_000), ...WITH });
    const far = await bob.offered();
    await far.answer({ sdp: testSdp(5_000), ...WITH });
    const answer = await near.invite?.final();
    assert.ok(answer !== undefined);
    near.ack(near.invite, answer);
    await changes(near, far, "UPDATE");
    await hangUp(near, far);
    await node.settled(1);
  });

  /** A change of the session by UPDATE of `by`, seen by `other` as `method`. */
  async function changes(by: PhoneCall, other: PhoneCall, method: "UPDATE" | "INVITE"): Promise<void> {
    const update = by.send("UPDATE", { sdp: testSdp(6_000, ["a=sendonly"], 3) });
    const passed = await other.request(method);
    assert.equal(sdpLine(passed, "c="), RELAYED);
    assert.match(passed.body, /a=sendonly/);
    other.respond(passed, 200, { sdp: testSdp(7_000, ["a=recvonly"], 3) });
    const answer = await update.final();
    assert.equal(answer.status, 200);
    assert.equal(sdpLine(answer, "c="), RELAYED);
    assert.match(answer.body, /a=recvonly/);
    if (method === "INVITE") await other.request("ACK");
  }

  for (const [name, order] of EITHER_SIDE) {
    it(`given only the ${name} with UPDATE, when it changes the session, then the other gets a re-INVITE and its ACK`, async () => {
      const isCaller = name === "caller";
      const call = await establish(alice, bob, {
        near: isCaller ? WITH : WITHOUT,
        far: isCaller ? WITHOUT : WITH,
      });
      const [by, other] = order(call);
      await changes(by, other, "INVITE");
      await hangUp(other, by);
      await node.settled(1);
    });

    it(`given only the ${name} with UPDATE, when the other refuses the re-INVITE, then the refusal comes to the UPDATE and the call goes on`, async () => {
      const isCaller = name === "caller";
      const call = await establish(alice, bob, {
        near: isCaller ? WITH : WITHOUT,
        far: isCaller ? WITHOUT : WITH,
      });
      const [by, other] = order(call);
      const update = by.send("UPDATE", { sdp: testSdp(6_000, ["a=sendonly"], 2) });
      const passed = await other.request("INVITE");
      other.respond(passed, 488);
      assert.equal((await update.final()).status, 488);
      await hangUp(by, other);
      await node.settled(1);
    });

    it(`given a ${name} without UPDATE in Allow, when it sends one all the same, then it is taken`, async () => {
      const call = await establish(alice, bob, { near: WITHOUT, far: WITHOUT });
      const [by, other] = order(call);
      await changes(by, other, "INVITE");
      await hangUp(by, other);
      await node.settled(1);
    });
  }
});
