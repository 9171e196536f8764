import assert from "node:assert/strict";
import { hangUp, requestsTo, sdpLine } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { PhoneCall, PhoneTransaction, SipPhone } from "../../support/sip-phone.ts";
import type { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

interface OfferedCall {
  readonly near: PhoneCall;
  readonly far: PhoneCall;
  readonly invite: PhoneTransaction;
  /** The 200 at the caller, with the callee's offer. */
  readonly offer: SipMessage;
}

describe("interop 01: delayed offer", () => {
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    node = relayed.node;
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await relayed.stop();
  });

  async function nothingLeft(): Promise<void> {
    await node.settled(1);
    assert.deepEqual(await relayed.relay.list(), []);
  }

  /** A call without offer that the callee has answered with one, not acknowledged yet. */
  async function offeredIn200(sdp: string): Promise<OfferedCall> {
    const near = await alice.call("1002");
    const far = await bob.offered();
    assert.ok(far.offer !== undefined && near.invite !== undefined);
    assert.equal(far.offer.body, "");
    assert.equal(far.offer.has("content-type"), false);
    far.respond(far.offer, 180);
    assert.equal((await near.invite.response(180)).body, "");
    far.respond(far.offer, 200, { sdp });
    const offer = await near.invite.final();
    assert.equal(offer.status, 200);
    assert.equal(offer.get("content-type"), "application/sdp");
    return { near, far, invite: near.invite, offer };
  }

  for (const by of ["caller", "callee"] as const) {
    it(`given an INVITE without SDP, when the callee offers in its 200 and the caller answers in its ACK, then both are heard, and the ${by} can hang up`, async () => {
      const [nearRtp, farRtp] = [await relayed.rtp(), await relayed.rtp()];
      const { near, far, invite, offer } = await offeredIn200(testSdp(farRtp.port));
      assert.equal(requestsTo(bob, "ACK").length, 0);
      near.ack(invite, offer, { sdp: testSdp(nearRtp.port) });
      const ack = await far.request("ACK");
      assert.equal(ack.get("content-type"), "application/sdp");
      const ports = [offer, ack].map((message) => sdpLine(message, "m=").split(" ")[1]);
      assert.ok(!ports.includes(String(farRtp.port)) && !ports.includes(String(nearRtp.port)), "media is relayed");
      await nearRtp.sendUntilHeard(offer, farRtp);
      await farRtp.sendUntilHeard(ack, nearRtp);
      await (by === "caller" ? hangUp(near, far) : hangUp(far, near));
      await nothingLeft();
    });
  }

  it("given a service of the switch, when it is called without SDP, then the switch offers, takes the answer of the ACK, and the caller hears itself", async () => {
    const own = await relayed.rtp();
    const near = await alice.call("9196");
    const offer = await near.invite?.final();
    assert.equal(offer?.status, 200);
    near.ack(near.invite, offer, { sdp: testSdp(own.port) });
    await own.sendUntilHeard(offer, own, 3);
    const again = near.send("INVITE");
    const second = await again.final();
    assert.equal(second.status, 200);
    assert.equal(sdpLine(second, "m="), sdpLine(offer, "m="));
    near.ack(again, second, { sdp: testSdp(own.port) });
    await own.sendUntilHeard(offer, own, 3);
    assert.equal((await near.bye()).status, 200);
    await nothingLeft();
  });

  it("given a callee that plays in a 183 before its offer in the 200, when it has answered, then the caller answers that offer", async () => {
    const near = await alice.call("1002");
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 183, { sdp: testSdp(5_000) });
    await near.invite?.response(183);
    far.respond(far.offer, 200, { sdp: testSdp(5_000) });
    const offer = await near.invite?.final();
    assert.equal(offer?.status, 200);
    near.ack(near.invite, offer, { sdp: testSdp(4_000) });
    assert.match((await far.request("ACK")).body, /^m=audio /m);
    await hangUp(far, near);
    await nothingLeft();
  });

  it("given an offer in the 200, when the caller's ACK has no answer, then the callee gets ACK and BYE, the caller BYE", async () => {
    const { near, far, invite, offer } = await offeredIn200(testSdp(5_000));
    near.ack(invite, offer);
    await far.request("ACK");
    await Promise.all([near.takeBye(), far.takeBye()]);
    const [record] = await node.settled(1);
    assert.equal(record?.reason, "media-refused");
    await nothingLeft();
  });

  it("given an offer in the 200, when the callee hangs up before the caller's ACK, then the caller gets BYE after its ACK", async () => {
    const { near, far, invite, offer } = await offeredIn200(testSdp(5_000));
    assert.ok(far.offer !== undefined);
    far.adopt(far.offer);
    assert.equal((await far.bye()).status, 200);
    assert.equal(requestsTo(alice, "BYE").length, 0);
    near.ack(invite, offer, { sdp: testSdp(4_000) });
    await near.takeBye();
    await nothingLeft();
  });

  it("given an offer in the 200, when the caller hangs up after its ACK, then the callee gets ACK with the answer before BYE", async () => {
    const { near, far, invite, offer } = await offeredIn200(testSdp(5_000));
    near.ack(invite, offer, { sdp: testSdp(4_000) });
    const bye = near.bye();
    await far.takeBye();
    assert.equal((await bye).status, 200);
    const methods = bob.received.filter(({ kind }) => kind === "request").map(({ method }) => method);
    assert.ok(methods.indexOf("ACK") >= 0 && methods.indexOf("ACK") < methods.indexOf("BYE"), methods.join());
    await nothingLeft();
  });
});
