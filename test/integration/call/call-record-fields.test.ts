import assert from "node:assert/strict";
import type { CallRecord, RecordLeg } from "../../../src/call/index.ts";
import { establish, hangUp, roundTrip } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("records of calls", () => {
  let node: SwitchFixture;
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  beforeEach(async () => {
    node = await SwitchFixture.start({ clock });
  });
  afterEach(async () => {
    await node.stop();
  });

  async function recordOf(): Promise<CallRecord & { readonly legs: readonly [RecordLeg, RecordLeg] }> {
    const [record] = await node.settled(1);
    assert.ok(record?.legs[1] !== undefined);
    return record as CallRecord & { readonly legs: readonly [RecordLeg, RecordLeg] };
  }

  /** A call that rings for a second. */
  async function ringing() {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    const { offer } = far;
    assert.ok(offer !== undefined);
    clock.advance(1_000);
    far.respond(offer, 180);
    await near.invite?.response(180);
    return { near, far, offer };
  }

  it("given an answered call that is held, when it ends, then each leg has its times, numbers, media, quality and holds", async () => {
    const startedAtMs = clock.wallMs();
    const { near, far } = await ringing();
    clock.advance(2_000);
    const acked = far.answer({ sdp: testSdp(5_000, ["a=ptime:20"]) });
    await near.established();
    await acked;
    await roundTrip(near);
    clock.advance(10_000);
    for (const direction of ["sendonly", "sendrecv"]) {
      const change = near.send("INVITE", { sdp: testSdp(4_000, [`a=${direction}`], direction === "sendonly" ? 2 : 3) });
      const offered = await far.request("INVITE");
      far.respond(offered, 200, { sdp: testSdp(5_000, ["a=ptime:20"], direction === "sendonly" ? 2 : 3) });
      near.ack(change, await change.final());
      await far.request("ACK");
      await roundTrip(near);
      clock.advance(5_000);
    }
    await hangUp(near, far);
    const record = await recordOf();
    const [caller, callee] = record.legs;
    assert.deepEqual(record.globalCallId, { node: "tandem", call: record.callId });
    assert.deepEqual(record.numbers, {
      calling: { number: "1001", partition: "internal" },
      presented: { number: "1001" },
      dialed: "1002",
      originalCalled: { number: "1002", partition: "internal" },
      finalCalled: { number: "1002", partition: "internal" },
    });
    const times = { startedAtMs, ringingAtMs: startedAtMs + 1_000, connectedAtMs: startedAtMs + 3_000 };
    for (const leg of [caller, callee]) {
      const { outcome, ringingAtMs, connectedAtMs, disconnectedAtMs, durationMs, partition } = leg;
      assert.deepEqual({ startedAtMs: leg.startedAtMs, ringingAtMs, connectedAtMs }, times);
      assert.deepEqual([outcome, disconnectedAtMs, durationMs], ["answered", startedAtMs + 23_000, 20_000]);
      assert.deepEqual([leg.deviceKind, partition, leg.media?.codec], ["sip-phone", "internal", "PCMA/8000"]);
      assert.match(leg.signaling ?? "", /^udp\/127\.0\.0\.1:\d+$/);
    }
    assert.deepEqual([caller.leg, caller.party, caller.device, caller.number], [1, "caller", "phone-1001", "1001"]);
    assert.deepEqual([callee.leg, callee.party, callee.device, callee.number], [2, "callee", "phone-1002", "1002"]);
    assert.deepEqual([caller.sipCallId, callee.sipCallId], [near.callId, far.callId]);
    assert.deepEqual([caller.holds, callee.holds], [{ count: 1, totalMs: 5_000 }, undefined]);
    assert.deepEqual([caller.media?.remote, callee.media?.remote], ["127.0.0.1:4000", "127.0.0.1:5000"]);
    assert.match(caller.media?.local ?? "", /^192\.0\.2\.200:\d+$/);
    assert.equal(callee.media?.packetMs, 20);
    assert.deepEqual([caller.quality?.packetsReceived, callee.quality?.packetsReceived], [100, 90]);
    assert.deepEqual([caller.cause?.q850, callee.cause, record.partial], [16, undefined, undefined]);
    assert.equal(record.answeredAt, new Date(startedAtMs + 3_000).toISOString());
  });

  it("given a callee that is busy, when it refuses, then its leg has the cause and nobody's media is recorded", async () => {
    const { near, far, offer } = await ringing();
    far.respond(offer, 486);
    await near.invite?.final();
    const { legs, durationMs } = await recordOf();
    const busy = { q850: 17, name: "user busy", sipStatus: 486 };
    assert.deepEqual(
      legs.map(({ outcome, cause, media }) => ({ outcome, cause, media })),
      [
        { outcome: "refused", cause: undefined, media: undefined },
        { outcome: "refused", cause: busy, media: undefined },
      ],
    );
    assert.deepEqual([durationMs, legs[1].connectedAtMs, legs[1].quality], [0, undefined, undefined]);
  });

  it("given a call that rings, when the caller takes it back, then the cause is the caller's and the leg was given up", async () => {
    const { near, far, offer } = await ringing();
    near.invite?.cancel();
    await near.invite?.final();
    await far.request("CANCEL");
    far.respond(offer, 487);
    const { legs, endedBy } = await recordOf();
    assert.deepEqual(
      legs.map(({ outcome, cause }) => [outcome, cause?.q850]),
      [
        ["given-up", 16],
        ["given-up", undefined],
      ],
    );
    assert.equal(endedBy, "caller");
  });

  it("given a callee that does not answer, when the time is over, then both legs tell of it", async () => {
    const { near, far, offer } = await ringing();
    clock.advance(200_000);
    await near.invite?.final();
    await far.request("CANCEL");
    far.respond(offer, 487);
    const { legs, reason } = await recordOf();
    assert.deepEqual(
      legs.map(({ outcome, cause }) => [outcome, cause?.q850]),
      [
        ["refused", 19],
        ["given-up", 19],
      ],
    );
    assert.equal(reason, "no-answer");
  });

  it("given a first place that refuses, when the next one answers, then the attempt that failed is a leg, too", async () => {
    const alice = await node.phone("1001");
    const places = [await node.phone("1002"), await node.phone("1002", { registered: false })] as const;
    await places[1].register([["Expires", "600"]], `${places[1].contact};q=0.5`);
    const near = await alice.call("1002", { sdp: testSdp(4_000) });
    const first = await places[0].offered();
    assert.ok(first.offer !== undefined);
    clock.advance(1_000);
    first.respond(first.offer, 480);
    const second = await places[1].offered();
    const acked = second.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    await hangUp(second, near);
    const [record] = await node.settled(1);
    const [, failed, answered] = record?.legs ?? [];
    assert.deepEqual([failed?.outcome, failed?.cause?.q850, failed?.cause?.sipStatus], ["refused", 18, 480]);
    assert.equal(failed?.sipCallId, first.callId);
    assert.equal((failed?.disconnectedAtMs ?? 0) - (failed?.startedAtMs ?? 0), 1_000);
    assert.deepEqual([answered?.leg, answered?.outcome, answered?.sipCallId], [3, "answered", second.callId]);
    assert.deepEqual([answered?.cause?.q850, record?.endedBy], [16, "callee"]);
  });

  it("given a number that leads nowhere, when it is called, then the record has the caller's leg alone", async () => {
    const alice = await node.phone("1001");
    const near = await alice.call("7777", { sdp: testSdp(4_000) });
    assert.equal((await near.invite?.final())?.status, 404);
    const [record] = await node.settled(1);
    assert.deepEqual(
      record?.legs.map(({ outcome, cause }) => [outcome, cause?.q850]),
      [["refused", 1]],
    );
    assert.equal(record?.numbers.finalCalled.number, "7777");
  });

  it("given call control that is killed in a held call, when the call ends, then its record has all that was before, and says so", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { near, far } = await establish(alice, bob);
    const change = near.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    far.respond(await far.request("INVITE"), 200, { sdp: testSdp(5_000, ["a=recvonly"], 2) });
    near.ack(change, await change.final());
    await far.request("ACK");
    const answeredAtMs = clock.wallMs();
    await node.killManager();
    clock.advance(60_000);
    await node.startManager();
    await hangUp(near, far);
    const { legs, partial } = await recordOf();
    assert.deepEqual(partial, ["callmanager-restarted"]);
    assert.deepEqual(legs[0].holds, { count: 1, totalMs: 60_000 });
    assert.deepEqual([legs[1].device, legs[1].outcome, legs[1].sipCallId], ["phone-1002", "answered", far.callId]);
    assert.deepEqual([legs[1].connectedAtMs, legs[1].durationMs], [answeredAtMs, 60_000]);
    assert.match(legs[0].signaling ?? "", /^udp\//);
  });

  it("given a relay that is gone when the call ends, when it is recorded, then the record says what is missing", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const { near, far } = await establish(alice, bob);
    node.relay.connected = false;
    const bye = near.bye();
    await far.takeBye();
    await bye;
    const record = await eventually(() => node.records()[0] ?? assert.fail("not recorded"), {
      timeoutMs: 4_000,
      intervalMs: 10,
    });
    node.relay.connected = true;
    node.relay.sessions.clear();
    assert.deepEqual(record?.partial, ["relay-unreachable"]);
    assert.equal(record.legs[0]?.quality, undefined);
    assert.equal(record.legs[0]?.media?.codec, "PCMA/8000");
  });

  it("given settings that leave records out, when calls end, then they are not written, or have no quality", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const refused = async (): Promise<void> => {
      const near = await alice.call("7777", { sdp: testSdp(4_000) });
      await near.invite?.final();
    };
    node.manager.applySettings({ logZeroDuration: false, diagnostics: false });
    await refused();
    const { near, far } = await establish(alice, bob);
    await hangUp(near, far);
    const [record] = await node.settled(1);
    assert.equal(record?.legs[1]?.outcome, "answered");
    assert.deepEqual([record.legs[1].quality, record.sides], [undefined, []]);
    node.manager.applySettings({ enabled: false, logZeroDuration: true });
    await refused();
    node.manager.applySettings({ enabled: true });
    await refused();
    assert.equal((await node.settled(2)).length, 2);
  });
});

describe("records of calls with real media", () => {
  let relayed: RelayedSwitch;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
  });
  afterEach(async () => {
    await relayed.stop();
  });

  it("given audio both ways, when the call goes on and when it has ended, then its report has what each leg sent and got", async () => {
    const { node } = relayed;
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const [nearRtp, farRtp] = [await relayed.rtp(), await relayed.rtp()];
    const { near, far, offered, answer } = await establish(alice, bob, {
      near: { sdp: testSdp(nearRtp.port) },
      far: { sdp: testSdp(farRtp.port) },
    });
    await nearRtp.sendUntilHeard(answer, farRtp);
    await farRtp.sendUntilHeard(offered, nearRtp);
    const callId = node.manager.views.calls()[0]?.callId ?? "";
    const live = await node.manager.views.callReport(callId);
    assert.equal(live?.state, "live");
    assert.equal(live.call.legs[0]?.outcome, "answered");
    assert.equal(live.call.legs[0].disconnectedAtMs, undefined);
    assert.ok((live.call.legs[0].quality?.packetsReceived ?? 0) >= 5);
    await hangUp(near, far);
    await node.settled(1);
    const past = await node.manager.views.callReport(callId);
    assert.equal(past?.state, "past");
    const [caller, callee] = past.call.legs;
    assert.deepEqual([caller?.quality?.receivedSsrc, callee?.quality?.sentSsrc], [nearRtp.ssrc, nearRtp.ssrc]);
    assert.ok((callee?.quality?.packetsSent ?? 0) >= 5);
    assert.equal(callee?.quality?.octetsSent, 172 * (callee?.quality?.packetsSent ?? 0));
    assert.ok((caller?.quality?.mos ?? 0) > 4);
    assert.equal(caller?.media?.packetMs, 20);
    assert.equal(past.call.partial, undefined);
    assert.equal(await node.manager.views.callReport("unknown"), undefined);
  });
});
