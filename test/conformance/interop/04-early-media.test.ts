import assert from "node:assert/strict";
import { hangUp, sdpLine, statusesTo } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { RtpEnd } from "../../support/rtp-end.ts";
import type { PhoneCall, PhoneTransaction, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

describe("interop 04: early media, and 180 without SDP", () => {
  let relayed: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearRtp: RtpEnd;
  let farRtp: RtpEnd;
  let near: PhoneCall;
  let far: PhoneCall;
  let invite: PhoneTransaction;
  let offer: SipMessage;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
    [alice, bob] = [await relayed.node.phone("1001"), await relayed.node.phone("1002")];
    [nearRtp, farRtp] = [await relayed.rtp(), await relayed.rtp()];
    near = await alice.call("1002", { sdp: testSdp(nearRtp.port) });
    far = await bob.offered();
    assert.ok(near.invite !== undefined && far.offer !== undefined);
    [invite, offer] = [near.invite, far.offer];
  });
  afterEach(async () => {
    await relayed.stop();
  });

  async function nothingLeft(): Promise<void> {
    await relayed.node.settled(1);
    assert.deepEqual(await relayed.relay.list(), []);
  }

  /** Answers, and asserts that both are heard then. */
  async function answer(early: SipMessage | undefined): Promise<void> {
    far.respond(offer, 200, { sdp: testSdp(farRtp.port) });
    await far.request("ACK");
    const response = await near.established();
    if (early !== undefined) {
      assert.equal(response.body, early.body, "the answer is the one of the early media");
      assert.equal(response.get("to"), early.get("to"));
    }
    await farRtp.sendUntilHeard(offer, nearRtp);
    await nearRtp.sendUntilHeard(response, farRtp);
  }

  for (const status of [183, 180]) {
    it(`given a callee that plays before it answers, when its ${status} has SDP, then the caller hears it over the relay, is heard, and goes on so after the 200`, async () => {
      far.respond(offer, status, { sdp: testSdp(farRtp.port) });
      const early = await invite.response(status);
      assert.notEqual(sdpLine(early, "m="), sdpLine(offer, "m="), "the relay's own port towards the caller");
      await farRtp.sendUntilHeard(offer, nearRtp);
      await nearRtp.sendUntilHeard(early, farRtp);
      await answer(early);
      await hangUp(near, far);
      await nothingLeft();
    });
  }

  it("given a callee that rings without SDP, when it has answered, then its 180 had none for the caller either, and media begins with the 200", async () => {
    far.respond(offer, 180);
    const ringing = await invite.response(180);
    assert.equal(ringing.body, "");
    assert.equal(ringing.has("content-type"), false);
    await answer(undefined);
    await hangUp(far, near);
    await nothingLeft();
  });

  it("given early media, when a 180 without SDP follows, then the caller gets it without SDP and still hears the callee", async () => {
    far.respond(offer, 183, { sdp: testSdp(farRtp.port) });
    const early = await invite.response(183);
    await farRtp.sendUntilHeard(offer, nearRtp);
    far.respond(offer, 180);
    const ringing = await invite.response(180);
    assert.equal(ringing.body, "");
    assert.equal(ringing.get("to"), early.get("to"));
    await farRtp.sendUntilHeard(offer, nearRtp);
    await answer(early);
    await hangUp(near, far);
    await nothingLeft();
    assert.deepEqual(statusesTo(alice, "INVITE").slice(-3), [183, 180, 200]);
  });

  it("given a 180 without SDP, when a 183 with SDP follows, then the caller hears the callee from then", async () => {
    far.respond(offer, 180);
    assert.equal((await invite.response(180)).body, "");
    far.respond(offer, 183, { sdp: testSdp(farRtp.port) });
    const early = await invite.response(183);
    await farRtp.sendUntilHeard(offer, nearRtp);
    await answer(early);
    await hangUp(far, near);
    await nothingLeft();
  });

  it("given an announcement before a refusal, when it is over, then the caller has heard it and gets the status", async () => {
    far.respond(offer, 183, { sdp: testSdp(farRtp.port) });
    await invite.response(183);
    await farRtp.sendUntilHeard(offer, nearRtp);
    far.respond(offer, 404);
    assert.equal((await invite.final()).status, 404);
    await nothingLeft();
  });

  it("given early media, when the caller cancels, then the callee gets CANCEL, the caller 487, and the relay is free", async () => {
    far.respond(offer, 183, { sdp: testSdp(farRtp.port) });
    await invite.response(183);
    await farRtp.sendUntilHeard(offer, nearRtp);
    invite.cancel();
    assert.equal((await invite.final()).status, 487);
    await far.request("CANCEL");
    far.respond(offer, 487);
    await nothingLeft();
  });
});
