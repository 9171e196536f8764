import assert from "node:assert/strict";
import { establish, type EstablishedCall } from "../../../support/established-call.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import type { RtpEnd } from "../../../support/rtp-end.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import type { SwitchFixture } from "../../../support/switch-fixture.ts";
import { testSdp } from "../../../support/test-sdp.ts";

describe("transfers by REFER", () => {
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

  /** A party takes the INVITEs of the switch, with its own address. */
  async function takeInvites(call: PhoneCall, rtp: RtpEnd): Promise<void> {
    for (let taken = 0; taken < 10; taken += 1) {
      const invite = await call.request("INVITE", 3_000);
      call.respond(invite, 200, { sdp: testSdp(rtp.port) });
    }
  }

  it("given a call, when the callee transfers it to a number that answers, then caller and target talk and the callee is out", async () => {
    const { near, far }: EstablishedCall = await establish(alice, bob, {
      near: { sdp: testSdp(aliceRtp.port) },
      far: { sdp: testSdp(bobRtp.port) },
    });
    void takeInvites(near, aliceRtp).catch(() => undefined);
    const refer = far.send("REFER", { headers: [["Refer-To", "<sip:1003@127.0.0.1>"]] });
    assert.equal((await refer.final()).status, 202);
    const target = await carol.offered();
    assert.ok(target.offer !== undefined);
    void target.answer({ sdp: testSdp(carolRtp.port) });
    for (let told = 0; told < 10; told += 1) {
      const notify = await far.request("NOTIFY");
      far.respond(notify, 200);
      if (notify.body.startsWith("SIP/2.0 200")) break;
    }
    await far.takeBye();
    void takeInvites(target, carolRtp).catch(() => undefined);
    await carolRtp.sendUntilHeard(target.offer, aliceRtp);
  });
});
