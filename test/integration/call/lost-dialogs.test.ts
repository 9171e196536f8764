import assert from "node:assert/strict";
import { establish, type EstablishedCall } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { WireClient } from "../../support/wire-client.ts";

const PARTIES = ["caller", "callee"] as const;
type Party = (typeof PARTIES)[number];

describe("calls whose dialogs the edge has lost", () => {
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

  function sides({ near, far }: EstablishedCall, by: Party): [PhoneCall, PhoneCall] {
    return by === "caller" ? [near, far] : [far, near];
  }

  /** One party holds, resumes and hangs up; the other has a CSeq above all that it had before. */
  async function holdResumeAndHangUp(call: EstablishedCall, by: Party): Promise<void> {
    const [one, other] = sides(call, by);
    for (const direction of ["sendonly", "sendrecv"]) {
      const change = one.send("INVITE", { sdp: testSdp(4_000, [`a=${direction}`], 2) });
      const passed = await other.request("INVITE");
      assert.ok(Number.parseInt(passed.get("cseq") ?? "") > 100_000, passed.get("cseq"));
      other.respond(passed, 200, { sdp: testSdp(5_000, [], 2) });
      await other.request("ACK");
      const changed = await change.final();
      assert.equal(changed.status, 200);
      one.ack(change, changed);
    }
    const bye = one.bye();
    await other.takeBye();
    assert.equal((await bye).status, 200);
    const [record] = await node.settled(1);
    assert.deepEqual([record?.endedBy, record?.reason], [by, "normal"]);
  }

  for (const by of PARTIES) {
    it(`given an edge that comes back without its files, when call control is connected again, then the ${by} can hold, resume and hang up`, async () => {
      const call = await establish(alice, bob);
      await node.restartEdge(() => node.forgetDialogs());
      await eventually(() => assert.equal(node.metric("tandem_sip_dialogs"), 2), { timeoutMs: 2_000, intervalMs: 5 });
      await holdResumeAndHangUp(call, by);
    });

    it(`given edge and call control are killed and the edge's files are lost, when both start, then the ${by} can hold, resume and hang up`, async () => {
      const call = await establish(alice, bob);
      await node.killManager();
      await node.restartEdgeOnly(() => node.forgetDialogs());
      await node.startManager();
      await holdResumeAndHangUp(call, by);
    });

    it(`given the ${by} hangs up while both are away and the edge's files are lost, when both start, then the other party is told`, async () => {
      const [one, other] = sides(await establish(alice, bob), by);
      await node.killManager();
      await node.restartEdgeOnly(() => node.forgetDialogs());
      const bye = one.bye();
      await eventually(() => assert.equal(node.metric("tandem_sip_pending_requests"), 1), {
        timeoutMs: 2_000,
        intervalMs: 5,
      });
      await node.startManager();
      assert.equal((await bye).status, 200);
      await other.takeBye();
      await node.settled(1);
    });
  }

  it("given a dialog that an edge has taken in and that ends while call control is killed, when that is back, then the other party is told", async () => {
    const { near, far } = await establish(alice, bob);
    await node.restartEdge(() => node.forgetDialogs());
    const info = near.send("INFO");
    far.respond(await far.request("INFO"), 200);
    await info.final();
    await node.killManager();
    const ended = node.edge.listDialogs().find(({ dialogId }) => !dialogId.startsWith(near.callId));
    node.edge.endDialog(ended?.dialogId ?? "", "");
    await node.startManager();
    await near.takeBye(8_000);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "session-lost");
  });

  it("given a call that outlived two such losses, when a party is asked, then the CSeq is above that of the time before", async () => {
    const { near, far } = await establish(alice, bob);
    const seen: number[] = [];
    for (let loss = 0; loss < 3; loss += 1) {
      await node.killManager();
      await node.restartEdgeOnly(() => node.forgetDialogs());
      await node.startManager();
      const info = near.send("INFO");
      const passed = await far.request("INFO");
      far.respond(passed, 200);
      assert.equal((await info.final()).status, 200);
      seen.push(Number.parseInt(passed.get("cseq") ?? ""));
    }
    assert.deepEqual(
      seen.toSorted((left, right) => left - right),
      seen,
    );
    assert.equal(new Set(seen).size, 3);
  });

  it("given a call to a service of the switch, when the edge comes back without its files, then the caller can hold and hang up", async () => {
    const call = await alice.call("9196", { sdp: testSdp(4_000) });
    await call.established();
    await node.restartEdge(() => node.forgetDialogs());
    const hold = call.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    const held = await hold.final();
    assert.equal(held.status, 200);
    call.ack(hold, held);
    assert.equal((await call.bye()).status, 200);
    await node.settled(1);
  });

  it("given an edge that cannot be listed, as one on another host, when it has lost its files, then calls go on", async () => {
    const far = await SwitchFixture.start({ withoutEdgeControl: true });
    try {
      const call = await establish(await far.phone("1001"), await far.phone("1002"));
      await far.restartEdge(() => far.forgetDialogs());
      const bye = call.far.bye();
      await call.near.takeBye();
      assert.equal((await bye).status, 200);
      await far.settled(1);
    } finally {
      await far.stop();
    }
  });

  it("given dialogs that another application has claimed, when call control is back, then it has them again once that has gone", async () => {
    const clock = new ManualClock(Date.now());
    const held = await SwitchFixture.start({ clock });
    try {
      const { near, far } = await establish(await held.phone("1001"), await held.phone("1002"));
      await held.manager.close();
      const other = await WireClient.authenticated(held.edge.wirePort, "between-us");
      const ids = held.edge.listDialogs().map(({ dialogId }) => dialogId);
      const claimed = await other.ask(`claim|dialogs\r\n${ids.join("\r\n")}`);
      assert.deepEqual(claimed.tokens, ["OK", "2", "0", "0"]);
      await held.startManager();
      const info = near.send("INFO");
      await other.takeSip("INFO");
      other.close();
      await eventually(() => assert.equal(held.metric("tandem_wire_applications"), 1), {
        timeoutMs: 2_000,
        intervalMs: 5,
      });
      far.respond(await far.request("INFO"), 200);
      assert.equal((await info.final()).status, 200);
      clock.advance(1_000);
      const bye = far.bye();
      await near.takeBye();
      assert.equal((await bye).status, 200);
      await held.settled(1);
    } finally {
      await held.stop();
    }
  });

  it("given an edge that cannot take a dialog, when call control is connected again, then the call ends with a record", async () => {
    const route = `<sip:127.0.0.1:${bob.port};lr;longer-than-an-edge-takes=${"x".repeat(1_024)}>`;
    const { near } = await establish(alice, bob, { far: { headers: [["Record-Route", route]] } });
    await node.restartEdge(() => node.forgetDialogs());
    await near.takeBye();
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "session-lost");
  });
});
