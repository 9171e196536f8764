import assert from "node:assert/strict";
import { sdpLine, statusesTo } from "../../support/established-call.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

describe("who makes the offer", () => {
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

  it("given an answer without SDP to an offer, when it comes, then the callee is ended and the caller refused", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    other.respond(other.offer, 200);
    await other.request("ACK");
    await other.takeBye();
    assert.equal((await call.invite?.final())?.status, 500);
    await node.settled(1);
  });

  it("given SDP inside a multipart body, when a phone calls, then the callee gets the SDP alone", async () => {
    const body = [
      "--b1",
      "Content-Type: application/sdp",
      "",
      testSdp(4_000),
      "--b1",
      "Content-Type: text/plain",
      "",
      "x",
      "--b1--",
      "",
    ];
    const call = await alice.call("1002", { body: body.join("\r\n"), contentType: "multipart/mixed;boundary=b1" });
    const other = await bob.offered();
    assert.equal(other.offer?.get("content-type"), "application/sdp");
    assert.ok(other.offer.body.startsWith("v=0"));
    other.respond(other.offer, 486);
    assert.equal((await call.invite?.final())?.status, 486);
    await node.settled(1);
  });

  for (const [number, name] of [
    ["9196", "echo"],
    ["9197", "demo"],
  ] as const) {
    it(`given ${number}, when a phone calls it, then the relay answers as ${name} and there is one leg`, async () => {
      const call = await alice.call(number, { sdp: testSdp(4_000) });
      const answer = await call.established();
      assert.equal(sdpLine(answer, "s="), `s=${name}`);
      assert.equal(node.metric("tandem_call_legs"), 1);
      const [view] = node.manager.views.calls();
      assert.equal(view?.callee.device, name);
      const hold = call.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
      const held = await hold.final();
      assert.equal(held.status, 200);
      call.ack(hold, held);
      assert.equal((await call.send("INFO", { body: "5", contentType: "application/dtmf" }).final()).status, 200);
      assert.equal((await call.bye()).status, 200);
      const [record] = await node.settled(1);
      assert.equal(record?.callee, undefined);
      assert.equal(record?.calledNumber, number);
    });
  }

  it("given a relay that refuses, when a phone calls, then it gets the status that says why and nobody rings", async () => {
    for (const [code, status] of [
      ["offer-refused", 488],
      ["sdp-malformed", 400],
      ["no-ports", 503],
    ] as const) {
      node.relay.failures.push({ kind: "offer", code });
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      assert.equal((await call.invite?.final())?.status, status);
    }
    node.relay.connected = false;
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const refused = await call.invite?.final();
    assert.equal(refused?.status, 503);
    assert.ok(refused.has("retry-after"));
    node.relay.connected = true;
    await node.settled(4);
    assert.equal(
      bob.received.some(({ kind, method }) => kind === "request" && method === "INVITE"),
      false,
    );
  });

  it("given a relay that refuses the callee's answer, when it comes, then the callee is ended and the caller gets 488", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    node.relay.failures.push({ kind: "answer", code: "offer-refused" });
    await other.answer({ sdp: testSdp(5_000) });
    await other.takeBye();
    assert.equal((await call.invite?.final())?.status, 488);
    await node.settled(1);
  });

  for (const [status, told] of [
    [183, 180],
    [182, 182],
  ] as const) {
    it(`given a relay that refuses the answer of a ${status}, when that comes, then the caller gets ${told} without SDP, and the call comes about`, async () => {
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      const other = await bob.offered();
      assert.ok(other.offer !== undefined);
      node.relay.failures.push({ kind: "answer", code: "offer-refused" });
      other.respond(other.offer, status, { sdp: testSdp(5_000) });
      assert.equal((await call.invite?.response(told))?.body, "");
      await other.answer({ sdp: testSdp(5_002) });
      await call.established();
      assert.deepEqual(statusesTo(alice, "INVITE").slice(-2), [told, 200]);
      assert.equal((await call.bye()).status, 200);
      await other.takeBye();
      await node.settled(1);
    });
  }

  it("given a caller that cancels while the relay works on the answer, when the relay is done, then the callee is ended and no 200 goes out", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    const open = node.relay.hold();
    await other.answer({ sdp: testSdp(5_000) });
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
    await other.takeBye();
    open();
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "cancelled");
  });
});
