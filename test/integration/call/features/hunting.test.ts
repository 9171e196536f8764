import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { establish, hangUp, requestsTo } from "../../../support/established-call.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import { testSdp } from "../../../support/test-sdp.ts";
import type { InputOf } from "../../../../src/database/index.ts";

const NUMBERS = ["1001", "1002", "1003", "1004", "1005"];
const MEMBERS = ["1002@internal", "1003@internal", "1004@internal"];
const OFFER = { sdp: testSdp(4_000) };

describe("hunt pilots", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let dave: SipPhone;

  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(() => cleanup.run());

  async function start(
    group: Partial<InputOf<"line-group">> = {},
    pilot: Partial<InputOf<"hunt-pilot">> = {},
  ): Promise<void> {
    configured = await startConfiguredSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("line-group", { name: "sales", members: MEMBERS, ringSeconds: 1, ...group }),
      put("hunt-pilot", { pattern: "5000", lineGroups: ["sales"], ...pilot }),
    ]);
    const { node } = configured;
    alice = await node.phone("1001");
    [bob, carol, dave] = [await node.phone("1002"), await node.phone("1003"), await node.phone("1004")];
  }

  async function refuse(phone: SipPhone, status: number): Promise<PhoneCall> {
    const offered = await phone.offered();
    offered.respond(offered.offer ?? assert.fail(), status);
    await offered.request("ACK");
    return offered;
  }

  async function answered(call: PhoneCall, phone: SipPhone): Promise<void> {
    const offered = await phone.offered();
    const acked = offered.answer({ sdp: testSdp(5_000) });
    await call.established();
    await acked;
    await hangUp(call, offered);
  }

  it("given top-down, when members are busy, decline for good and do not answer, then each next one rings, told of the pilot", async () => {
    await start();
    const call = await alice.call("5000", OFFER);
    await refuse(bob, 486);
    await refuse(carol, 603);
    const last = await dave.offered();
    assert.match(last.offer?.get("diversion") ?? "", /^<sip:5000@.*;reason=unknown/);
    assert.match(last.offer?.getAll("history-info").join() ?? "", /<sip:5000@/);
    last.respond(last.offer ?? assert.fail(), 180);
    await call.invite?.response(180);
    last.respond(await last.request("CANCEL"), 200);
    last.respond(last.offer ?? assert.fail(), 487);
    assert.equal((await call.invite?.final())?.status, 480);
    const [record] = await configured.node.settled(1);
    assert.deepEqual(record?.numbers.originalCalled, { number: "5000", partition: "internal" });
    assert.deepEqual(record.numbers.lastRedirecting, { number: "5000", partition: "internal" });
    assert.equal(record.redirect?.lastReason, "hunt");
  });

  it("given top-down, when members are in a call, logged out, not registered or not to be disturbed, then they are passed over", async () => {
    await start({ members: [...MEMBERS, "1005@internal"], loggedOut: ["1002@internal"] });
    const { change, node } = configured;
    const erin = await node.phone("1005");
    await change(put("directory-number", { number: "1003", doNotDisturb: "silent" }));
    const call = await alice.call("5000", OFFER);
    await answered(call, dave);
    await change(put("directory-number", { number: "1004", maxCalls: 1 }));
    const other = await establish(dave, alice);
    await answered(await alice.call("5000", OFFER), erin);
    await hangUp(other.near, other.far);
    assert.equal(requestsTo(bob, "INVITE").length + requestsTo(carol, "INVITE").length, 0);
    await node.settled(3);
  });

  it("given a member who has become busy while others rang, when it is its turn, then it is passed over", async () => {
    await start();
    await configured.change(put("directory-number", { number: "1003", maxCalls: 1 }));
    const call = await alice.call("5000", OFFER);
    const first = await bob.offered();
    const erin = await configured.node.phone("1005");
    const other = await establish(erin, carol);
    first.respond(first.offer ?? assert.fail(), 486);
    await answered(call, dave);
    await hangUp(other.near, other.far);
    assert.equal(requestsTo(carol, "INVITE").length, 1);
    await configured.node.settled(2);
  });

  it("given a member that forwards all its calls, when it is hunted, then it rings itself", async () => {
    await start();
    const all = { internal: "1001", external: "1001" };
    await configured.change(put("directory-number", { number: "1002", forwarding: { all } }));
    await answered(await alice.call("5000", OFFER), bob);
  });

  it("given circular, when calls come one after the other, then each begins behind who was rung last", async () => {
    await start({ distribution: "circular" });
    await answered(await alice.call("5000", OFFER), bob);
    const second = await alice.call("5000", OFFER);
    await refuse(carol, 486);
    await answered(second, dave);
    await answered(await alice.call("5000", OFFER), bob);
    await configured.node.settled(3);
  });

  it("given longest idle, when members have had calls, then who has waited longest rings first", async () => {
    await start({ distribution: "longest-idle" });
    for (const [caller, callee] of [
      [alice, carol],
      [bob, alice],
    ] as const) {
      const { near, far } = await establish(caller, callee);
      await hangUp(near, far);
    }
    await answered(await alice.call("5000", OFFER), dave);
    await answered(await alice.call("5000", OFFER), carol);
    await answered(await alice.call("5000", OFFER), bob);
    await answered(await alice.call("5000", OFFER), dave);
    await configured.node.settled(6);
  });

  it("given broadcast, when the pilot is called, then all ring, and who answers first has it", async () => {
    await start({ distribution: "broadcast" });
    const call = await alice.call("5000", OFFER);
    const [first, second, third] = [await bob.offered(), await carol.offered(), await dave.offered()];
    for (const one of [first, second, third]) one.respond(one.offer ?? assert.fail(), 180);
    await call.invite?.response(180);
    const acked = second.answer({ sdp: testSdp(5_000) });
    await call.established();
    await acked;
    for (const other of [first, third]) {
      const cancel = await other.request("CANCEL");
      assert.match(cancel.get("reason") ?? "", /SIP;cause=200/);
      other.respond(cancel, 200);
      other.respond(other.offer ?? assert.fail(), 487);
    }
    await hangUp(call, second);
    const [record] = await configured.node.settled(1);
    assert.equal(record?.callee?.number, "1003");
  });

  it("given a pilot with a number for calls without coverage, when nobody takes a call, then it goes there", async () => {
    await start({ members: ["1002@internal"] }, { noCoverage: "1004" });
    const call = await alice.call("5000", OFFER);
    await refuse(bob, 486);
    const covered = await dave.offered();
    assert.match(covered.offer?.get("diversion") ?? "", /^<sip:5000@.*;reason=no-answer/);
    const acked = covered.answer({ sdp: testSdp(5_000) });
    await call.established();
    await acked;
    await hangUp(call, covered);
    await configured.node.settled(1);
  });

  it("given a pilot with a longest time, when it has passed, then nobody else is rung", async () => {
    await start({ ringSeconds: 60 }, { maxSeconds: 1 });
    const call = await alice.call("5000", OFFER);
    const rung = await bob.offered();
    rung.respond(rung.offer ?? assert.fail(), 180);
    rung.respond(await rung.request("CANCEL"), 200);
    rung.respond(rung.offer ?? assert.fail(), 487);
    const final = await call.invite?.final();
    assert.deepEqual([final?.status, final?.get("reason")], [480, 'Q.850;cause=19;text="no answer from user"']);
    assert.equal(requestsTo(carol, "INVITE").length, 0);
  });

  const nobody: readonly (readonly [string, Partial<InputOf<"line-group">>, number, number])[] = [
    ["nobody is logged in", { loggedOut: MEMBERS }, 480, 20],
    ["there are no members", { members: [] }, 480, 20],
    ["the only member is who calls", { members: ["1001@internal"] }, 486, 17],
  ];
  for (const [what, group, status, cause] of nobody) {
    it(`given a pilot of which ${what}, when it is called, then it is refused with ${status}`, async () => {
      await start(group);
      const final = await (await alice.call("5000", OFFER)).invite?.final();
      assert.equal(final?.status, status);
      assert.match(final.get("reason") ?? "", new RegExp(`cause=${cause};`));
    });
  }

  it("given pilots that lead to each other, when one is called, then the call ends as a loop", async () => {
    await start({ members: [] }, { noCoverage: "5001" });
    await configured.change(put("hunt-pilot", { pattern: "5001", lineGroups: ["sales"], noCoverage: "5000" }));
    assert.equal((await (await alice.call("5000", OFFER)).invite?.final())?.status, 482);
  });

  it("given a line that forwards to a pilot, when it is called, then the members ring", async () => {
    await start();
    const all = { internal: "5000", external: "5000" };
    await configured.change(put("directory-number", { number: "1004", forwarding: { all } }));
    await answered(await alice.call("1004", OFFER), bob);
    const [record] = await configured.node.settled(1);
    assert.deepEqual(record?.numbers.originalCalled, { number: "1004", partition: "internal" });
    assert.deepEqual(record.numbers.lastRedirecting, { number: "5000", partition: "internal" });
  });
});
