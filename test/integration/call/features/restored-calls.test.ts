import assert from "node:assert/strict";
import type { SavedCall } from "../../../../src/call/control/recovery/saved-call.ts";
import type { SavedModelCall } from "../../../../src/call/model/index.ts";
import { establish, type EstablishedCall } from "../../../support/established-call.ts";
import type { SipMessage } from "../../../../src/sip/message/index.ts";
import { eventually } from "../../../support/eventually.ts";
import { JournalCuts } from "../../../support/journal-cuts.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import type { RtpEnd } from "../../../support/rtp-end.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import type { SwitchFixture } from "../../../support/switch-fixture.ts";
import { takeInvites } from "../../../support/take-invites.ts";
import { testSdp } from "../../../support/test-sdp.ts";

/** Names of the legs that a process would take up, as often as it would. */
function legsIn(journal: Buffer): string[] {
  const saved = [...JournalCuts.valuesOf<Partial<SavedCall>>(journal).values()];
  const up = saved.filter(({ moved, call }) => moved === undefined && call?.state === "established");
  return up.flatMap(({ caller, callee }) => [caller?.localTag, callee?.localTag]).filter((tag) => tag !== undefined);
}

/** What the relay has played to the listener before makes it send on by the name of that source. */
async function sendUntilPassed(from: RtpEnd, description: SipMessage, listener: RtpEnd): Promise<void> {
  const before = listener.heard;
  await eventually(
    () => {
      from.send(description);
      if (listener.heard < before + 5) throw new Error(`${listener.heard - before} of 5 packets heard`);
    },
    { timeoutMs: 3_000, intervalMs: 20 },
  );
}

describe("calls with features that outlive call control", () => {
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let aliceRtp: RtpEnd;
  let bobRtp: RtpEnd;
  let carolRtp: RtpEnd;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    node = relayed.node;
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    [aliceRtp, bobRtp, carolRtp] = [await relayed.rtp(), await relayed.rtp(), await relayed.rtp()];
  });
  afterEach(async () => {
    await relayed.stop();
  });

  async function aliceAndBob(): Promise<EstablishedCall> {
    return establish(alice, bob, { near: { sdp: testSdp(aliceRtp.port) }, far: { sdp: testSdp(bobRtp.port) } });
  }

  /** Bob asks for a transfer to Carol, whose phone is offered the call. */
  async function refer(far: PhoneCall): Promise<PhoneCall> {
    const transaction = far.send("REFER", { headers: [["Refer-To", "<sip:1003@127.0.0.1>"]] });
    assert.equal((await transaction.final()).status, 202);
    return carol.offered();
  }

  /** What the REFER of a party has come to. */
  async function progressOf(far: PhoneCall): Promise<string> {
    for (;;) {
      const notify = await far.request("NOTIFY", 5_000);
      far.respond(notify, 200);
      const status = notify.body.slice("SIP/2.0 ".length, "SIP/2.0 200".length);
      if (Number(status) >= 200) return status;
    }
  }

  async function restart(): Promise<void> {
    await node.killManager();
    await node.startManager();
  }

  async function holdAndResume(holder: PhoneCall, port: number): Promise<void> {
    for (const direction of [["a=sendonly"], []]) {
      const invite = holder.send("INVITE", { sdp: testSdp(port, direction, 20) });
      const answer = await invite.final();
      assert.equal(answer.status, 200);
      holder.ack(invite, answer);
    }
  }

  for (const by of ["caller", "target"] as const) {
    it(`given a transferred call, when call control is killed, then both can hold and resume, and the ${by} hangs up`, async () => {
      const { near, far } = await aliceAndBob();
      takeInvites(near, aliceRtp.port);
      const target = await refer(far);
      void target.answer({ sdp: testSdp(carolRtp.port) });
      assert.equal(await progressOf(far), "200");
      await far.takeBye();
      takeInvites(target, carolRtp.port);
      assert.ok(target.offer !== undefined);
      await carolRtp.sendUntilHeard(target.offer, aliceRtp);
      await restart();
      await carolRtp.sendUntilHeard(target.offer, aliceRtp);
      await holdAndResume(near, aliceRtp.port);
      await holdAndResume(target, carolRtp.port);
      const [ending, other] = by === "caller" ? [near, target] : [target, near];
      const bye = ending.bye();
      await other.takeBye();
      assert.equal((await bye).status, 200);
      await relayed.settled(3);
    });
  }

  it("given a plain call that is held and resumed, when it ends, then its journal has had nothing but its session, and that it is over", async () => {
    const cuts = new JournalCuts(() => node.savedCalls());
    try {
      const { near, far } = await aliceAndBob();
      takeInvites(near, aliceRtp.port);
      await holdAndResume(far, bobRtp.port);
      const bye = near.bye();
      await far.takeBye();
      assert.equal((await bye).status, 200);
      await relayed.settled(1);
    } finally {
      cuts.stop();
    }
    const keys = cuts.all.flatMap((cut) => [...JournalCuts.valuesOf(cut).keys()]);
    const [session] = keys;
    assert.deepEqual([...new Set(keys)], [session, `ended:${session}`]);
  });

  it("given a transfer, when its journal is cut at any of its writes, then each party is in exactly one session", async () => {
    const { near, far } = await aliceAndBob();
    takeInvites(near, aliceRtp.port);
    const cuts = new JournalCuts(() => node.savedCalls());
    let party = "";
    try {
      party = legsIn(node.savedCalls())[0] ?? "";
      const target = await refer(far);
      void target.answer({ sdp: testSdp(carolRtp.port) });
      assert.equal(await progressOf(far), "200");
      await far.takeBye();
      takeInvites(target, carolRtp.port);
      assert.ok(target.offer !== undefined);
      await carolRtp.sendUntilHeard(target.offer, aliceRtp);
      await restart();
      const bye = near.bye();
      await target.takeBye();
      await bye;
      await relayed.settled(3);
      await eventually(() => assert.deepEqual(legsIn(node.savedCalls()), []), { timeoutMs: 2_000, intervalMs: 10 });
    } finally {
      cuts.stop();
    }
    const counts = cuts.all.map((cut) => legsIn(cut).filter((leg) => leg === party).length);
    assert.ok(cuts.all.length > 5, `${cuts.all.length} writes`);
    const firstGone = counts.indexOf(0);
    assert.ok(firstGone > 3, `the party is on file until it hangs up: ${counts.join("")}`);
    assert.ok(
      counts.slice(0, firstGone).every((count) => count === 1),
      counts.join(""),
    );
    assert.ok(
      counts.slice(firstGone).every((count) => count === 0),
      counts.join(""),
    );
    for (const cut of cuts.all) {
      const legs = legsIn(cut);
      assert.equal(new Set(legs).size, legs.length, "no leg is on file twice");
      for (const [key, value] of JournalCuts.valuesOf<Partial<SavedModelCall>>(cut)) {
        if (!key.startsWith("model:call ")) continue;
        const sessions = (value.sessions ?? []).map(({ sessionId }) => sessionId);
        for (const leg of value.legs ?? []) assert.ok(sessions.includes(leg.sessionId), `${leg.legId} is nowhere`);
      }
    }
  });

  it("given a transfer whose target rings, when call control is killed, then the target is let go, who asked is told, and the call goes on", async () => {
    const { near, far } = await aliceAndBob();
    takeInvites(near, aliceRtp.port);
    takeInvites(far, bobRtp.port);
    const target = await refer(far);
    assert.ok(target.offer !== undefined);
    target.respond(target.offer, 180);
    await restart();
    await target.request("CANCEL");
    target.respond(target.offer, 487);
    assert.equal(await progressOf(far), "503");
    await holdAndResume(far, bobRtp.port);
    const bye = near.bye();
    await far.takeBye();
    assert.equal((await bye).status, 200);
    await relayed.settled(2);
  });

  it("given a transfer whose target rings after the transferring phone has hung up, when call control is killed, then that is called back", async () => {
    const { near, far, answer } = await aliceAndBob();
    takeInvites(near, aliceRtp.port);
    const target = await refer(far);
    assert.ok(target.offer !== undefined);
    target.respond(target.offer, 180);
    assert.equal((await far.bye()).status, 200);
    await restart();
    await target.request("CANCEL");
    target.respond(target.offer, 487);
    const recall = await bob.offered();
    assert.ok(recall.offer !== undefined);
    void recall.answer({ sdp: testSdp(bobRtp.port) });
    takeInvites(recall, bobRtp.port);
    await sendUntilPassed(aliceRtp, answer, bobRtp);
    const bye = near.bye();
    await recall.takeBye();
    assert.equal((await bye).status, 200);
    // Alice and Bob; Carol, who rang; Alice with the tone; Bob, who rang; Alice and Bob.
    await relayed.settled(5);
  });
});
