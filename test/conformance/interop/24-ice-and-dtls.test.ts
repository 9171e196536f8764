import assert from "node:assert/strict";
import { audioSdp } from "../../support/audio-sdp.ts";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const ICE = [
  "a=ice-ufrag:8hhY",
  "a=ice-pwd:asd88fgpdd777uzjYhagZg",
  "a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host",
  "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998",
  "a=end-of-candidates",
  "a=rtcp-mux",
  "a=rtcp-rsize",
];
const DTLS = [
  "a=fingerprint:sha-256 12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD",
  "a=setup:actpass",
  "a=mid:0",
];
const SESSION = ["a=group:BUNDLE 0", "a=ice-options:trickle", "a=ice-lite", "a=msid-semantic: WMS *"];
const SECURE_PROFILES = ["UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF"];
/** What must not reach a phone behind the switch: where the other one is, and what it would do without a relay. */
const LEAK = /candidate|ice-|fingerprint|a=setup|BUNDLE|rtcp-mux|10\.0\.1\.1|192\.0\.2\.3/;

describe("interop 24: ICE and DTLS towards a plain phone", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let nearRtp: RtpPhone;
  let farRtp: RtpPhone;
  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    [alice, bob] = [await whole.node.phone("1001"), await whole.node.phone("1002")];
    [nearRtp, farRtp] = [await RtpPhone.start(), await RtpPhone.start()];
  });
  afterEach(async () => {
    await whole.stop();
    await nearRtp.close();
    await farRtp.close();
  });

  const plain = (rtp: RtpPhone): { sdp: string } => ({ sdp: audioSdp({ port: rtp.port }) });
  const browser = (rtp: RtpPhone, protocol: string): { sdp: string } => ({
    sdp: audioSdp({ port: rtp.port, protocol, lines: [...ICE, ...DTLS], sessionLines: SESSION, version: 2 }),
  });
  const withIce = (rtp: RtpPhone): { sdp: string } => ({
    sdp: audioSdp({ port: rtp.port, lines: ICE, sessionLines: SESSION }),
  });

  async function speechPasses(answer: string, offer: string): Promise<void> {
    nearRtp.send(rtpPacket({ payloadType: 8 }), audioPortOf(answer));
    await farRtp.nthHeard(farRtp.heard.length + 1);
    farRtp.send(rtpPacket({ payloadType: 8 }), audioPortOf(offer));
    await nearRtp.nthHeard(nearRtp.heard.length + 1);
  }

  for (const protocol of SECURE_PROFILES) {
    it(`given a phone that offers ${protocol}, when it calls, then it gets 488 and why, and nobody rings`, async () => {
      const near = await alice.call("1002", browser(nearRtp, protocol));
      const refused = await near.invite?.final();
      assert.equal(refused?.status, 488);
      assert.match(refused.get("warning") ?? "", /^304 tandem /);
      const [record] = await whole.settled(1);
      assert.equal(record?.cause.sipStatus, 488);
      assert.ok(bob.received.every(({ kind }) => kind === "response"));
    });

    it(`given a plain offer, when the callee answers with ${protocol}, then it is ended and the caller gets 488`, async () => {
      const near = await alice.call("1002", plain(nearRtp));
      const far = await bob.offered();
      await far.answer(browser(farRtp, protocol));
      await far.takeBye();
      assert.equal((await near.invite?.final())?.status, 488);
      await whole.settled(1);
    });

    it(`given an INVITE without SDP, when the callee offers ${protocol}, then it is ended and the caller gets 488`, async () => {
      const near = await alice.call("1002");
      const far = await bob.offered();
      await far.answer(browser(farRtp, protocol));
      await far.takeBye();
      const refused = await near.invite?.final();
      assert.equal(refused?.status, 488);
      assert.ok(refused.has("warning"));
      await whole.settled(1);
    });

    for (const [name, order] of EITHER_SIDE) {
      it(`given a plain call, when the ${name} re-INVITEs with ${protocol}, then it gets 488, the other nothing, and the call goes on as it was`, async () => {
        const call = await establish(alice, bob, { near: plain(nearRtp), far: plain(farRtp) });
        const [by] = order(call);
        const change = by.send("INVITE", browser(name === "caller" ? nearRtp : farRtp, protocol));
        const refused = await change.final();
        assert.equal(refused.status, 488);
        assert.match(refused.get("warning") ?? "", /^304 tandem /);
        await speechPasses(call.answer.body, call.offered.body);
        await assertUnharmed(call, whole.node);
        await whole.settled(1);
      });
    }
  }

  it("given ICE on plain RTP, when phones call each other with it, then neither sees the other's, and speech passes", async () => {
    const call = await establish(alice, bob, { near: withIce(nearRtp), far: withIce(farRtp) });
    assert.doesNotMatch(call.offered.body, LEAK);
    assert.doesNotMatch(call.answer.body, LEAK);
    assert.match(call.offered.body, /^m=audio \d+ RTP\/AVP 8 0 101\r$/m);
    await speechPasses(call.answer.body, call.offered.body);
    await hangUp(call.near, call.far);
    await whole.settled(1);
  });

  for (const [name, order] of EITHER_SIDE) {
    it(`given a plain call, when the ${name} re-INVITEs with ICE on plain RTP, then the other sees none of it`, async () => {
      const call = await establish(alice, bob, { near: plain(nearRtp), far: plain(farRtp) });
      const [by, other] = order(call);
      const change = by.send("INVITE", withIce(name === "caller" ? nearRtp : farRtp));
      const passed = await other.request("INVITE");
      assert.doesNotMatch(passed.body, LEAK);
      other.respond(passed, 200, withIce(name === "caller" ? farRtp : nearRtp));
      await other.request("ACK");
      const answer = await change.final();
      assert.equal(answer.status, 200);
      assert.doesNotMatch(answer.body, LEAK);
      by.ack(change, answer);
      await speechPasses(call.answer.body, call.offered.body);
      await hangUp(other, by);
      await whole.settled(1);
    });
  }
});
