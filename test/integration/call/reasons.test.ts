import assert from "node:assert/strict";
import { establish } from "../../support/established-call.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("reasons and Q.850 causes across the legs of a call", () => {
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

  const refusals: readonly [name: string, status: number, reason: string, expected: RegExp, cause: number][] = [
    ["a Q.850 cause", 486, 'Q.850;cause=34;text="no circuit"', /^Q\.850;cause=34;text="no circuit"$/, 34],
    ["another protocol", 603, "preemption;cause=1", /^preemption;cause=1, Q\.850;cause=21;/, 21],
    ["a malformed value", 404, ";;;", /^Q\.850;cause=1;text="unallocated number"$/, 1],
    ["nothing", 488, "", /^Q\.850;cause=88;/, 88],
  ];
  for (const [name, status, reason, expected, cause] of refusals) {
    it(`given a callee that refuses with ${name}, when the caller is told, then it has the reason, and so has the record`, async () => {
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      const other = await bob.offered();
      assert.ok(other.offer !== undefined);
      other.respond(other.offer, status, reason === "" ? {} : { headers: [["Reason", reason]] });
      const refused = await call.invite?.final();
      assert.equal(refused?.status, status);
      assert.match(refused.get("reason") ?? "", expected);
      const [record] = await node.settled(1);
      assert.deepEqual([record?.cause.q850, record?.cause.sipStatus], [cause, status]);
    });
  }

  it("given a BYE with a cause, when the call ends, then the other party and the record have that cause", async () => {
    const { near, far } = await establish(alice, bob);
    const bye = far.bye([["Reason", "Q.850;cause=27"]]);
    assert.equal((await near.takeBye()).get("reason"), "Q.850;cause=27");
    await bye;
    const [record] = await node.settled(1);
    assert.deepEqual(
      [record?.cause.q850, record?.cause.name, record?.reason],
      [27, "destination out of order", "normal"],
    );
  });

  it("given a BYE that tells a SIP status only, when it is passed on, then a Q.850 cause is added", async () => {
    const { near, far } = await establish(alice, bob);
    const bye = near.bye([["Reason", 'SIP;cause=200;text="done"']]);
    assert.match((await far.takeBye()).get("reason") ?? "", /^SIP;cause=200;text="done", Q\.850;cause=16;/);
    await bye;
    await node.settled(1);
  });

  it("given a CANCEL with a cause, when the call is taken back, then the callee and the record have it", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 180);
    await call.invite?.response(180);
    call.invite?.cancel([["Reason", "Q.850;cause=31"]]);
    assert.equal((await other.request("CANCEL")).get("reason"), "Q.850;cause=31");
    other.respond(other.offer, 487);
    assert.equal((await call.invite?.final())?.status, 487);
    const [record] = await node.settled(1);
    assert.deepEqual([record?.cause.q850, record?.reason], [31, "cancelled"]);
  });

  it("given a phone that is not registered, when it is called, then the caller and the record hear of an absent subscriber", async () => {
    const refused = await (await alice.call("1003", { sdp: testSdp(4_000) })).invite?.final();
    assert.equal(refused?.status, 480);
    assert.equal(refused.get("reason"), 'Q.850;cause=20;text="subscriber absent"');
    const [record] = await node.settled(1);
    assert.equal(record?.cause.q850, 20);
  });

  it("given two places of a callee that both refuse, when the caller is told, then the reason is that of its status", async () => {
    const other = await node.phone("1002", { registered: false });
    assert.equal((await other.register()).status, 200);
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const [first, second] = [await bob.offered(), await other.offered()];
    assert.ok(first.offer !== undefined && second.offer !== undefined);
    first.respond(first.offer, 404, { headers: [["Reason", "Q.850;cause=3"]] });
    second.respond(second.offer, 486, { headers: [["Reason", "Q.850;cause=17"]] });
    const refused = await call.invite?.final();
    assert.deepEqual([refused?.status, refused?.get("reason")], [486, "Q.850;cause=17"]);
    await node.settled(1);
  });
});
