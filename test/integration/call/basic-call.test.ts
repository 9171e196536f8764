import assert from "node:assert/strict";
import { ManualClock } from "../../support/manual-clock.ts";
import { establish, sdpLine } from "../../support/established-call.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("a call between two phones", () => {
  let node: SwitchFixture;
  beforeEach(async () => {
    node = await SwitchFixture.start();
  });
  afterEach(async () => {
    await node.stop();
  });

  it("given two registered phones, when one calls, the other rings, answers and hangs up, then both legs end and one record is written", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 180);
    assert.equal((await call.invite?.response(180))?.body, "");
    const acked = other.answer({ sdp: testSdp(5_000) });
    const answer = await call.established();
    await acked;
    assert.equal(sdpLine(answer, "c="), "c=IN IP4 192.0.2.200");
    assert.equal(sdpLine(other.offer, "c="), "c=IN IP4 192.0.2.200");
    assert.equal(node.metric("tandem_calls"), 1);
    const bye = other.bye();
    await call.takeBye();
    assert.equal((await bye).status, 200);
    const [record] = await node.settled(1);
    assert.deepEqual(record?.caller, { device: "phone-1001", number: "1001", sipCallIds: [call.callId] });
    assert.deepEqual(record.callee, { device: "phone-1002", number: "1002", sipCallIds: [other.callId] });
    assert.equal(record.calledNumber, "1002");
    assert.equal(record.endedBy, "callee");
    assert.deepEqual(record.cause, { q850: 16, name: "normal call clearing", sipStatus: 200 });
    assert.equal(record.codec, "PCMA/8000");
    assert.deepEqual(record.sides[0], { side: "caller", packets: 100, lost: 1, jitterMs: 2, mos: 4.3 });
    assert.ok(record.answeredAt !== undefined && record.endedAt >= record.answeredAt);
  });

  it("given an established call, when the caller hangs up with a Reason, then the callee gets BYE with that Reason", async () => {
    const { near, far } = await establish(await node.phone("1001"), await node.phone("1002"));
    const bye = near.bye([["Reason", 'Q.850;cause=16;text="bye"']]);
    const taken = await far.takeBye();
    assert.equal(taken.get("reason"), 'Q.850;cause=16;text="bye"');
    assert.equal((await bye).status, 200);
    const [record] = await node.settled(1);
    assert.equal(record?.endedBy, "caller");
  });

  for (const status of [486, 603, 480, 404]) {
    it(`given a callee that answers ${status}, when it is called, then the caller gets ${status} and nothing is left`, async () => {
      const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      const other = await bob.offered();
      assert.ok(other.offer !== undefined);
      other.respond(other.offer, status);
      assert.equal((await call.invite?.final())?.status, status);
      const [record] = await node.settled(1);
      assert.equal(record?.cause.sipStatus, status);
      assert.equal(record.answeredAt, undefined);
    });
  }

  it("given a ringing call, when the caller cancels with a Reason, then the callee gets CANCEL with it and the caller 487", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 180);
    await call.invite?.response(180);
    call.invite?.cancel([["Reason", "SIP;cause=600"]]);
    assert.equal((await call.invite?.final())?.status, 487);
    const cancel = await other.request("CANCEL");
    assert.equal(cancel.get("reason"), "SIP;cause=600");
    other.respond(other.offer, 487);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "cancelled");
    assert.equal(record.endedBy, "caller");
  });

  it("given a ringing call, when the caller sends BYE in the early dialog, then it gets 200, its INVITE 487 and the callee CANCEL", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 180);
    const ringing = await call.invite?.response(180);
    assert.ok(ringing !== undefined);
    call.adopt(ringing);
    assert.equal((await call.bye()).status, 200);
    assert.equal((await call.invite?.final())?.status, 487);
    await other.request("CANCEL");
    other.respond(other.offer, 487);
    await node.settled(1);
  });
});

describe("a call that nobody answers", () => {
  it("given a callee that only rings, when the ring timer fires, then the caller gets 480 with the Q.850 cause and the callee CANCEL", async () => {
    const clock = new ManualClock(Date.now());
    const node = await SwitchFixture.start({ clock });
    try {
      const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      const other = await bob.offered();
      assert.ok(other.offer !== undefined);
      other.respond(other.offer, 180);
      await call.invite?.response(180);
      clock.advance(180_000);
      const refused = await call.invite?.final();
      assert.equal(refused?.status, 480);
      assert.equal(refused.get("reason"), 'Q.850;cause=19;text="no answer from user"');
      await other.request("CANCEL");
      other.respond(other.offer, 487);
      const [record] = await node.settled(1);
      assert.equal(record?.reason, "no-answer");
      assert.equal(record.cause.q850, 19);
      assert.equal(record.ringMs, 180_000);
    } finally {
      await node.stop();
    }
  });

  it("given a profile that lets its phone ring ten minutes, when it has rung for nine, then it still rings and can answer", async () => {
    const clock = new ManualClock(Date.now());
    const node = await SwitchFixture.start({ clock, phones: [{}, { profile: { ...TEST_PROFILE, ringSeconds: 600 } }] });
    try {
      const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      const other = await bob.offered();
      assert.ok(other.offer !== undefined);
      other.respond(other.offer, 180);
      await call.invite?.response(180);
      clock.advance(540_000);
      const acked = other.answer({ sdp: testSdp(5_000) });
      await call.established();
      await acked;
      const bye = call.bye();
      await other.takeBye();
      await bye;
      await node.settled(1);
    } finally {
      await node.stop();
    }
  });
});
