import assert from "node:assert/strict";
import type { CallRecord } from "../../../../src/call/index.ts";
import { establish, hangUp, type EstablishedCall } from "../../../support/established-call.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import type { SwitchFixture } from "../../../support/switch-fixture.ts";
import { takeInvites } from "../../../support/take-invites.ts";
import { testSdp } from "../../../support/test-sdp.ts";

describe("records of calls with features", () => {
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    node = relayed.node;
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
  });
  afterEach(async () => {
    await relayed.stop();
  });

  async function callOf(caller: SipPhone, callee: SipPhone): Promise<EstablishedCall> {
    const call = await establish(caller, callee, { near: { sdp: testSdp(4_000) }, far: { sdp: testSdp(5_000) } });
    takeInvites(call.near, 4_000);
    takeInvites(call.far, 5_000);
    return call;
  }

  async function isDone(refer: PhoneCall): Promise<void> {
    for (;;) {
      const notify = await refer.request("NOTIFY", 5_000);
      refer.respond(notify, 200);
      if (notify.body.startsWith("SIP/2.0 200")) return;
    }
  }

  function named(records: readonly CallRecord[], name: string): CallRecord {
    const found = records.find(({ callId }) => callId === name);
    assert.ok(found !== undefined, `${name} of ${records.map(({ callId }) => callId).join(", ")}`);
    return found;
  }

  /** The record with which a call ends, whose legs went on in no other. */
  function last(records: readonly CallRecord[]): CallRecord {
    const [ended, ...others] = records.filter(({ part }) => part?.movedTo === undefined);
    assert.ok(ended !== undefined && others.length === 0, `${others.length} others`);
    return ended;
  }

  function numbersOf({ caller, callee, calledNumber }: CallRecord): (string | undefined)[] {
    return [caller.device, callee?.device, calledNumber];
  }

  it("given a blind transfer, when the call ends, then its three records are of one call, hang together and say who transferred", async () => {
    const { near, far } = await callOf(alice, bob);
    const refer = far.send("REFER", { headers: [["Refer-To", "<sip:1003@127.0.0.1>"]] });
    await refer.final();
    const target = await carol.offered();
    void target.answer({ sdp: testSdp(6_000) });
    takeInvites(target, 6_000);
    await isDone(far);
    await far.takeBye();
    await hangUp(near, target);
    const records = await relayed.settled(3);
    const ended = last(records);
    const [first, rung] = (ended.part?.movedFrom ?? []).map((name) => named(records, name));
    assert.ok(first !== undefined && rung !== undefined);
    const calls = new Set(records.map(({ globalCallId }) => globalCallId.call));
    assert.deepEqual([...calls], [first.callId]);
    assert.equal(new Set(records.map(({ callId }) => callId)).size, 3, "no record comes twice");
    assert.deepEqual([first.reason, rung.reason, ended.reason], ["moved", "moved", "normal"]);
    assert.deepEqual([first.part?.movedTo, rung.part?.movedTo], [ended.callId, ended.callId]);
    assert.deepEqual(numbersOf(first), ["phone-1001", "phone-1002", "1002"]);
    assert.deepEqual(numbersOf(rung), ["phone-1001", "phone-1003", "1003"]);
    assert.deepEqual(numbersOf(ended), ["phone-1001", "phone-1003", "1003"]);
    // The switch called: there is no dialog of a caller.
    assert.deepEqual([rung.caller.sipCallIds, rung.legs.map(({ party }) => party)], [[], ["callee"]]);
    assert.equal(rung.callee?.sipCallIds[0], target.callId);
    for (const record of [rung, ended]) {
      assert.equal(record.part?.controller, "phone-1002");
      assert.deepEqual([record.redirect?.onBehalfOf, record.redirect?.lastReason], ["blind-transfer", "transfer"]);
    }
    assert.deepEqual(
      ended.legs.map(({ device }) => device),
      ["phone-1001", "phone-1003"],
    );
    const ends = ["moved", "normal"].map((outcome) => node.metric("tandem_calls_total", { outcome }));
    assert.deepEqual([node.metric("tandem_calls_answered_total"), ...ends], [1, 0, 1]);
  });

  it("given a call held by its phone, when it is transferred after a consultation, then both calls' records lead to the one that survives", async () => {
    const { near, far } = await callOf(alice, bob);
    const hold = far.send("INVITE", { sdp: testSdp(5_000, ["a=sendonly"], 9) });
    far.ack(hold, await hold.final());
    const second = await callOf(bob, carol);
    const { callId, localTag, remote } = second.near;
    const remoteTag = /;tag=([^;>]+)/.exec(remote)?.[1] ?? "";
    const replaces = encodeURIComponent(`${callId};to-tag=${remoteTag};from-tag=${localTag}`);
    const refer = far.send("REFER", { headers: [["Refer-To", `<sip:1003@127.0.0.1?Replaces=${replaces}>`]] });
    assert.equal((await refer.final()).status, 202);
    await isDone(far);
    await far.takeBye();
    await second.near.takeBye();
    await hangUp(near, second.far);
    const records = await relayed.settled(3);
    const ended = last(records);
    const first = records.find(({ callee }) => callee?.device === "phone-1002");
    const consulted = records.find(({ caller }) => caller.device === "phone-1002");
    assert.ok(first !== undefined && consulted !== undefined);
    assert.deepEqual([ended.globalCallId.call, consulted.globalCallId.call], [first.callId, consulted.callId]);
    assert.deepEqual([first.part?.mergedInto, consulted.part?.mergedInto], [undefined, first.callId]);
    assert.deepEqual(ended.part, {
      controller: "phone-1002",
      movedFrom: [first.callId, consulted.callId],
      mergedFrom: [consulted.callId],
    });
    assert.equal(ended.redirect?.onBehalfOf, "transfer");
    assert.equal(first.legs.find(({ device }) => device === "phone-1002")?.holds?.count, 1);
    assert.deepEqual(numbersOf(ended), ["phone-1001", "phone-1003", "1003"]);
  });

  it("given a call that an application holds and retrieves, when it ends, then its record says so and nothing of parts", async () => {
    const { near, far } = await callOf(alice, bob);
    for (const type of ["hold", "retrieve"] as const) {
      assert.equal((await node.manager.features.command({ type, device: "phone-1001" })).ok, true);
    }
    await hangUp(near, far);
    const [record] = await relayed.settled(1);
    assert.deepEqual([record?.legs[0]?.holds?.count, record?.legs[1]?.holds], [1, undefined]);
    assert.equal(record?.part, undefined);
  });
});
