import assert from "node:assert/strict";
import { establish, sdpLine, type EstablishedCall } from "../../support/established-call.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const WITH_UPDATE = [["Allow", "INVITE, ACK, BYE, CANCEL, UPDATE, INFO"]] as const;

describe("changes of an established session", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let call: EstablishedCall;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    call = await establish(alice, bob, { near: { headers: WITH_UPDATE }, far: { headers: WITH_UPDATE } });
  });
  afterEach(async () => {
    await node.stop();
  });

  async function hangUp(): Promise<void> {
    const bye = call.near.bye();
    await call.far.takeBye();
    assert.equal((await bye).status, 200);
    await node.settled(1);
  }

  const sides: readonly [string, (one: EstablishedCall) => [PhoneCall, PhoneCall]][] = [
    ["caller", ({ near, far }) => [near, far]],
    ["callee", ({ near, far }) => [far, near]],
  ];
  for (const [name, order] of sides) {
    it(`given a ${name} that re-INVITEs, when the other refuses with 488, then the relay goes back and the call goes on`, async () => {
      const [asking, asked] = order(call);
      const callId = [...node.relay.sessions.keys()][0] ?? "";
      const before = node.relay.sessions.get(callId)?.operations.length ?? 0;
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await asked.request("INVITE");
      asked.respond(passed, 488);
      assert.equal((await invite.final()).status, 488);
      const side = name === "caller" ? "caller" : "callee";
      const operations = node.relay.sessions.get(callId)?.operations.slice(before);
      assert.deepEqual(operations, [`offer ${side}`, `offer ${side}`, `answer ${side}`]);
      await hangUp();
    });

    it(`given a ${name} that UPDATEs with an offer, when the other takes UPDATE, then it gets one`, async () => {
      const [asking, asked] = order(call);
      const update = asking.send("UPDATE", { sdp: testSdp(6_000, ["a=sendonly"], 2) });
      const passed = await asked.request("UPDATE");
      asked.respond(passed, 200, { sdp: testSdp(7_000, ["a=recvonly"], 2) });
      const answer = await update.final();
      assert.equal(answer.status, 200);
      assert.equal(sdpLine(answer, "c="), "c=IN IP4 192.0.2.200");
      await hangUp();
    });

    it(`given a ${name} that sends INFO, when the other answers, then body and status pass`, async () => {
      const [asking, asked] = order(call);
      const info = asking.send("INFO", { body: "Signal=5\r\n", contentType: "application/dtmf-relay" });
      const passed = await asked.request("INFO");
      assert.equal(passed.body, "Signal=5\r\n");
      assert.equal(passed.get("content-type"), "application/dtmf-relay");
      asked.respond(passed, 415);
      assert.equal((await info.final()).status, 415);
      await hangUp();
    });

    it(`given a re-INVITE of the ${name}'s that waits for the other, when it cancels, then the other gets CANCEL and the call goes on`, async () => {
      const [asking, asked] = order(call);
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await asked.request("INVITE");
      asked.respond(passed, 180);
      invite.cancel();
      assert.equal((await invite.final()).status, 487);
      await asked.request("CANCEL");
      asked.respond(passed, 487);
      await hangUp();
    });

    it(`given a re-INVITE of the ${name}'s, when the other's dialog is gone (481), then the call ends on both sides`, async () => {
      const [asking, asked] = order(call);
      const invite = asking.send("INVITE", { sdp: testSdp(6_000, [], 2) });
      const passed = await asked.request("INVITE");
      asked.respond(passed, 481);
      assert.equal((await invite.final()).status, 481);
      await Promise.all([asking.takeBye(), asked.takeBye()]);
      await node.settled(1);
    });
  }

  it("given a phone that does not take UPDATE, when the other UPDATEs with an offer, then it gets a re-INVITE", async () => {
    const carol = await node.phone("1003");
    const other = await establish(carol, bob, { far: { headers: [["Allow", "INVITE, ACK, BYE, CANCEL"]] } });
    const update = other.near.send("UPDATE", { sdp: testSdp(6_000, [], 2) });
    const passed = await other.far.request("INVITE");
    other.far.respond(passed, 200, { sdp: testSdp(7_000, [], 2) });
    await other.far.request("ACK");
    assert.equal((await update.final()).status, 200);
    const bye = other.near.bye();
    await other.far.takeBye();
    await bye;
    const last = call.near.bye();
    await call.far.takeBye();
    await last;
    await node.settled(2);
  });

  it("given an UPDATE without SDP, when it comes, then it is answered at once and the other party hears nothing", async () => {
    const update = await call.near.send("UPDATE").final();
    assert.equal(update.status, 200);
    await hangUp();
    assert.equal(
      bob.received.some(({ kind, method }) => kind === "request" && method === "UPDATE"),
      false,
    );
  });

  it("given requests that a call does not take, when they come inside it, then each gets its status and the call goes on", async () => {
    const statuses: Readonly<Record<string, number>> = {
      REFER: 400,
      PUBLISH: 405,
      MESSAGE: 405,
      SUBSCRIBE: 489,
      NOTIFY: 481,
      PRACK: 481,
      OPTIONS: 200,
    };
    for (const [method, status] of Object.entries(statuses)) {
      const headers = [
        ["Event", "presence"],
        ["Refer-To", "<mailto:1003@127.0.0.1>"],
        ["RAck", "1 1 INVITE"],
      ] as const;
      assert.equal((await call.near.send(method, { headers }).final()).status, status, method);
    }
    await hangUp();
  });

  it("given a re-INVITE with a body that is no SDP, when it comes, then it gets 415 and nothing changes", async () => {
    const invite = call.near.send("INVITE", { body: "hello", contentType: "text/plain" });
    assert.equal((await invite.final()).status, 415);
    await hangUp();
  });

  it("given a relay that refuses a changed offer, when a party sends one, then it gets 488 and the other hears nothing", async () => {
    node.relay.failures.push({ kind: "offer", code: "offer-refused" });
    const invite = call.near.send("INVITE", { sdp: testSdp(6_000, [], 2) });
    assert.equal((await invite.final()).status, 488);
    await hangUp();
  });

  it("given silence from before the answer, when the relay tells of it, then the call goes on", async () => {
    const callId = [...node.relay.sessions.keys()][0] ?? "";
    for (const silentMs of [30_000, 60_000])
      node.manager.relayEvent({ type: "media-timeout", callId, silentMs, timeoutMs: 30_000 });
    assert.equal(node.metric("tandem_calls"), 1);
    await hangUp();
  });

  it("given silence that began before the answer and goes on for as long as may be after it, when the relay says so, then the call ends", async () => {
    const callId = [...node.relay.sessions.keys()][0] ?? "";
    node.manager.relayEvent({ type: "media-timeout", callId, silentMs: 3_600_000, timeoutMs: 1_000 });
    await Promise.all([call.near.takeBye(), call.far.takeBye()]);
    await node.settled(1);
  });

  it("given RTP that stopped, when the relay says so, then both sides get BYE with the cause", async () => {
    const callId = [...node.relay.sessions.keys()][0] ?? "";
    node.manager.relayEvent({ type: "media-timeout", callId, silentMs: 1_000, timeoutMs: 1_000 });
    const [bye] = await Promise.all([call.near.takeBye(), call.far.takeBye()]);
    assert.match(bye.get("reason") ?? "", /^Q\.850;cause=102/);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "media-timeout");
    assert.equal(record.endedBy, "switch");
  });
});
