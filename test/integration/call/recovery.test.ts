import assert from "node:assert/strict";
import type { SipMessage } from "../../../src/sip/message/index.ts";
import { eventually } from "../../support/eventually.ts";
import { establish, type EstablishedCall } from "../../support/established-call.ts";
import { FakeRelay } from "../../support/fake-relay.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("calls that outlive processes", () => {
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

  const LOST = ["session-lost", { q850: 41, name: "temporary failure", sipStatus: 503 }, ["callmanager-restarted"]];
  const parties = ["caller", "callee"] as const;

  async function holdAndHangUp(call: EstablishedCall, by: (typeof parties)[number]): Promise<void> {
    const [near, far] = by === "caller" ? [call.near, call.far] : [call.far, call.near];
    const hold = near.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    const passed = await far.request("INVITE");
    far.respond(passed, 200, { sdp: testSdp(5_000, ["a=recvonly"], 2) });
    await far.request("ACK");
    const held = await hold.final();
    assert.equal(held.status, 200);
    near.ack(hold, held);
    const bye = near.bye();
    await far.takeBye();
    assert.equal((await bye).status, 200);
  }

  for (const by of parties) {
    it(`given an established call, when call control is restarted, then the ${by} can hold and hang up`, async () => {
      const call = await establish(alice, bob);
      await node.restartManager();
      assert.equal(node.metric("tandem_calls"), 1);
      await holdAndHangUp(call, by);
      const [record] = await node.settled(1);
      assert.equal(record?.endedBy, by);
      assert.ok(record?.answeredAt !== undefined);
    });

    it(`given an established call, when the edge is restarted, then the ${by} can hold and hang up`, async () => {
      const call = await establish(alice, bob);
      await node.restartEdge();
      await holdAndHangUp(call, by);
      await node.settled(1);
    });

    it(`given an established call, when edge and call control are restarted, then the ${by} can hold and hang up`, async () => {
      const call = await establish(alice, bob);
      await node.manager.close();
      await node.restartEdgeOnly();
      await node.startManager();
      await holdAndHangUp(call, by);
      await node.settled(1);
    });
  }

  it("given an established call, when call control is killed, then the next one lets either party hold and hang up", async () => {
    const call = await establish(alice, bob);
    await node.killManager();
    await node.startManager();
    await holdAndHangUp(call, "callee");
    const [record] = await node.settled(1);
    assert.equal(record?.endedBy, "callee");
  });

  it("given a re-INVITE that is under way, when call control is killed, then the next one puts both parties on one session", async () => {
    const { near, far } = await establish(alice, bob);
    const reinvite = near.send("INVITE", { sdp: testSdp(6_000, [], 2) });
    const passed = await far.request("INVITE");
    await node.killManager();
    far.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
    await far.request("ACK");
    await node.startManager();
    for (const [party, port] of [
      [far, 5_000],
      [near, 4_000],
    ] as const) {
      const asked = await party.request("INVITE", 6_000);
      party.respond(asked, 200, { sdp: testSdp(port, [], 3) });
      await party.request("ACK");
    }
    assert.ok((await reinvite.final(6_000)).status >= 400);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a call that rings, when call control is killed, then the caller gets 503, the callee CANCEL, and the relay session is released", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 180);
    await call.invite?.response(180);
    await node.killManager();
    assert.equal((await call.invite?.final())?.status, 503);
    await other.request("CANCEL");
    other.respond(other.offer, 487);
    assert.equal(node.relay.sessions.size, 1);
    await node.startManager();
    const [record] = await node.settled(1);
    assert.deepEqual([record?.reason, record?.cause, record?.partial], LOST);
    assert.deepEqual([record?.answeredAt, record?.durationMs], [undefined, 0]);
    assert.deepEqual([record?.caller.number, record?.callee?.device], ["1001", "phone-1002"]);
    const [, leg] = record?.legs ?? [];
    assert.deepEqual(
      [leg?.device, leg?.sipCallId, leg?.outcome],
      ["phone-1002", other.offer.get("call-id"), "given-up"],
    );
  });

  it("given a call that ended before its process died, when the next one starts, then it is not recorded again", async () => {
    const { near, far } = await establish(alice, bob);
    const journal = node.savedCalls();
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
    await node.manager.close();
    node.restoreSavedCalls(journal);
    await node.startManager();
    await node.settled(1);
  });

  it("given a call that has ended and has no record yet, when call control is killed, then the next one writes that, and does not take the call up", async () => {
    const { near, far } = await establish(alice, bob);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const { relay } = node;
    relay.release = async (callId) => {
      await released;
      return FakeRelay.prototype.release.call(relay, callId);
    };
    const bye = near.bye();
    await far.takeBye();
    assert.equal((await bye).status, 200);
    const killed = node.killManager();
    release();
    await killed;
    assert.deepEqual(node.records(), []);
    await node.startManager();
    assert.equal(node.metric("tandem_calls"), 0);
    const [record] = await node.settled(1);
    assert.deepEqual([record?.reason, record?.endedBy], ["normal", "caller"]);
    await node.restartManager();
    await node.settled(1);
  });

  it("given a call to a service of the switch, when call control is restarted, then the caller can hang up", async () => {
    const call = await alice.call("9196", { sdp: testSdp(4_000) });
    await call.established();
    await node.restartManager();
    assert.equal((await call.bye()).status, 200);
    const [record] = await node.settled(1);
    assert.equal(record?.calledNumber, "9196");
  });

  it("given a restarted call control, when new calls come, then they are served and registrations are still there", async () => {
    await node.restartManager();
    assert.equal(node.manager.views.registrations().length, 2);
    const { near, far } = await establish(alice, bob);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a call that rings, when call control stops, then the caller gets 503, the callee CANCEL, and a record is written", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 180);
    await call.invite?.response(180);
    await node.manager.close();
    assert.equal((await call.invite?.final())?.status, 503);
    await other.request("CANCEL");
    other.respond(other.offer, 487);
    await node.startManager();
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "edge-lost");
  });

  it("given a call whose phone hung up while call control was away, when it comes back, then the other party is ended", async () => {
    const { near, far } = await establish(alice, bob);
    await node.manager.close();
    const bye = near.send("BYE");
    await node.startManager();
    assert.equal((await bye.final(8_000)).status, 200);
    await far.takeBye();
    await node.settled(1);
  });

  it("given a call whose dialog the edge has lost, when call control is connected again, then the other party gets BYE and a record is written", async () => {
    const { near } = await establish(alice, bob);
    await node.manager.close();
    const lost = node.edge.listDialogs().find(({ dialogId }) => !dialogId.startsWith(near.callId));
    node.edge.endDialog(lost?.dialogId ?? "", "");
    await node.startManager();
    await near.takeBye();
    const [record] = await node.settled(1);
    assert.equal(record?.endedBy, "switch");
    assert.equal(record.reason, "session-lost");
    assert.equal(record.cause.q850, 41);
  });

  it("given a call that was answered just now, when the edge has not its dialog, then it goes on; when it still has it not later, then it ends", async () => {
    const clock = new ManualClock(Date.now());
    let lists = 0;
    const young = await SwitchFixture.start({
      clock,
      listDialogs: (edge) => {
        lists += 1;
        return edge.listDialogs();
      },
    });
    try {
      const { near } = await establish(await young.phone("1001"), await young.phone("1002"));
      await young.manager.close();
      const lost = young.edge.listDialogs().find(({ dialogId }) => !dialogId.startsWith(near.callId));
      young.edge.endDialog(lost?.dialogId ?? "", "");
      const before = lists;
      await young.startManager();
      await eventually(() => assert.equal(lists, before + 1), { timeoutMs: 2_000, intervalMs: 5 });
      assert.equal(young.metric("tandem_calls"), 1);
      clock.advance(1_000);
      await eventually(() => assert.equal(lists, before + 2), { timeoutMs: 2_000, intervalMs: 5 });
      assert.equal(young.metric("tandem_calls"), 1);
      clock.advance(1_000);
      await eventually(() => assert.equal(young.metric("tandem_calls"), 0), { timeoutMs: 2_000, intervalMs: 5 });
      clock.advance(10_000);
      assert.equal(lists, before + 3);
    } finally {
      await young.stop();
    }
  });

  it("given a dialog that the edge ends by itself, when it says why, then the other party gets BYE and the record says so", async () => {
    const { near, far } = await establish(alice, bob);
    const ended = node.edge.listDialogs().find(({ dialogId }) => dialogId.startsWith(near.callId));
    node.edge.endDialog(ended?.dialogId ?? "", 'SIP;cause=408;text="Session timer expired"');
    await near.takeBye();
    const bye = await far.takeBye();
    assert.match(bye.get("reason") ?? "", /^Q\.850;cause=102/);
    const [record] = await node.settled(1);
    assert.deepEqual([record?.endedBy, record?.reason, record?.cause.q850], ["switch", "session-lost", 102]);
  });

  it("given a dialog of the edge that no call knows, when call control is connected, then it is ended", async () => {
    const { near, far } = await establish(alice, bob);
    await node.manager.close();
    node.forgetCalls();
    await node.startManager();
    await Promise.all([near.takeBye(6_000), far.takeBye(6_000)]);
    await node.settled(0);
  });

  it("given a relay session that no call knows, when the relay is connected again, then it is released", async () => {
    const { near, far } = await establish(alice, bob);
    node.relay.sessions.set("orphan", { callId: "orphan", port: 1, operations: [] });
    node.manager.relayConnected();
    await eventually(() => assert.deepEqual(node.relay.released, ["orphan"]), { timeoutMs: 2_000, intervalMs: 5 });
    assert.equal(node.relay.sessions.size, 1);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given an ended call whose session could not be released, when the relay is back before the phone's 200, then it is released", async () => {
    const { near, far } = await establish(alice, bob);
    node.relay.connected = false;
    const bye = near.bye();
    const got = await far.request("BYE");
    await bye;
    node.relay.connected = true;
    node.manager.relayConnected();
    await eventually(() => assert.equal(node.relay.sessions.size, 0), { timeoutMs: 2_000, intervalMs: 5 });
    assert.equal(node.metric("tandem_call_sessions"), 1);
    far.respond(got, 200);
    await node.settled(1);
  });

  it("given a relay that has lost a call's session and gives other ports, when it is connected again, then both phones are asked to follow", async () => {
    const { near, far } = await establish(alice, bob);
    node.relay.sessions.clear();
    node.manager.relayConnected();
    const asked = await far.request("INVITE");
    far.respond(asked, 200, { sdp: testSdp(5_000, [], 2) });
    await far.request("ACK");
    const second = await near.request("INVITE");
    near.respond(second, 200, { sdp: testSdp(4_000, [], 2) });
    await near.request("ACK");
    assert.equal(node.relay.sessions.size, 1);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });

  it("given a relay that has the same ports again, when it is connected again, then no phone is bothered", async () => {
    const { near, far } = await establish(alice, bob);
    const [session] = node.relay.sessions.values();
    assert.ok(session !== undefined);
    node.relay.sessions.clear();
    node.relay.nextPort = session.port - 2;
    node.manager.relayConnected();
    await eventually(() => assert.equal(node.relay.sessions.size, 1), { timeoutMs: 2_000, intervalMs: 5 });
    await eventually(() => assert.equal(node.relay.sessions.get(session.callId)?.operations.length, 2), {
      timeoutMs: 2_000,
      intervalMs: 5,
    });
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
    const invites = [...alice.received, ...bob.received].filter(
      ({ kind, method }) => kind === "request" && method === "INVITE",
    );
    assert.equal(invites.length, 1);
  });

  it("given a stock server without a control channel, when call control is restarted, then calls go on all the same", async () => {
    const stock = await SwitchFixture.start({ withoutEdgeControl: true });
    try {
      const call = await establish(await stock.phone("1001"), await stock.phone("1002"));
      await stock.restartManager();
      const bye = call.far.bye();
      await call.near.takeBye();
      assert.equal((await bye).status, 200);
      await stock.settled(1);
    } finally {
      await stock.stop();
    }
  });

  describe("a party does not answer what it is asked then", () => {
    let clock: ManualClock;
    let silent: SwitchFixture;
    let call: EstablishedCall;
    let asked: Map<PhoneCall, number>;
    beforeEach(async () => {
      asked = new Map();
      clock = new ManualClock(Date.now());
      silent = await SwitchFixture.start({ clock, edgeClock: clock });
      call = await establish(await silent.phone("1001"), await silent.phone("1002"));
    });
    afterEach(() => silent.stop());

    /** A change of the caller's is under way when call control is killed: both are asked when it is back. */
    async function killDuringChange(): Promise<void> {
      const { near, far } = call;
      near.send("INVITE", { sdp: testSdp(4_000, [], 2) });
      const passed = await invited(far);
      await silent.killManager();
      far.respond(passed, 200, { sdp: testSdp(5_000, [], 2) });
      await far.request("ACK");
      await silent.startManager();
    }

    /** The next INVITE that is no retransmission of one before. */
    async function invited(party: PhoneCall): Promise<SipMessage> {
      for (;;) {
        const invite = await party.request("INVITE");
        const sequence = Number.parseInt(invite.get("cseq") ?? "", 10);
        if (sequence <= (asked.get(party) ?? 0)) continue;
        asked.set(party, sequence);
        return invite;
      }
    }

    async function takeInvite(party: PhoneCall, port: number): Promise<void> {
      party.respond(await invited(party), 200, { sdp: testSdp(port, [], 3) });
      await party.request("ACK");
    }

    /** The caller is asked, and says nothing for as long as the edge waits. */
    async function ignoreInvite(): Promise<void> {
      await invited(call.near);
      clock.advance(33_000);
    }

    async function hangUpByCaller(): Promise<void> {
      const { near, far } = call;
      const bye = near.bye();
      await far.takeBye();
      assert.equal((await bye).status, 200);
      const [record] = await silent.settled(1);
      assert.deepEqual([record?.endedBy, record?.reason], ["caller", "normal"]);
    }

    it("given a caller that is silent once, when it is asked again, then the call goes on, and its BYE gets 200", async () => {
      await killDuringChange();
      await takeInvite(call.far, 5_000);
      await ignoreInvite();
      clock.advance(2_500);
      await takeInvite(call.far, 5_000);
      await takeInvite(call.near, 4_000);
      await hangUpByCaller();
    });

    it("given a caller that stays silent, when it has been asked nothing new, then the call goes on, can be held, and its BYE gets 200", async () => {
      await killDuringChange();
      await takeInvite(call.far, 5_000);
      await ignoreInvite();
      clock.advance(2_500);
      await takeInvite(call.far, 5_000);
      await ignoreInvite();
      const { far, near } = call;
      const hold = far.send("INVITE", { sdp: testSdp(5_000, ["a=sendonly"], 4) });
      await takeInvite(near, 4_000);
      const held = await hold.final();
      assert.equal(held.status, 200);
      far.ack(hold, held);
      await hangUpByCaller();
    });

    it("given a caller that stays silent, when its media is elsewhere now, then the call ends after a minute, and a BYE of its own that crosses gets 200", async () => {
      const { near, far } = call;
      silent.relay.sessions.clear();
      silent.manager.relayConnected();
      await takeInvite(call.far, 5_000);
      await ignoreInvite();
      clock.advance(2_500);
      await ignoreInvite();
      await far.takeBye();
      await near.request("BYE");
      assert.equal((await near.send("BYE").final()).status, 200);
      clock.advance(33_000);
      const [record] = await silent.settled(1);
      assert.deepEqual([record?.endedBy, record?.reason], ["switch", "session-lost"]);
    });
  });
});
