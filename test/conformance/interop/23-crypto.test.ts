import assert from "node:assert/strict";
import { audioSdp } from "../../support/audio-sdp.ts";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

interface Secured {
  readonly protocol?: string;
  readonly lines?: readonly string[];
}
const PLAIN: Secured = {};
const OPTIONAL: Secured = { lines: [CRYPTO] };
const SECURE: Secured = { protocol: "RTP/SAVP", lines: [CRYPTO] };
const KEYLESS: Secured = { protocol: "RTP/SAVP" };

describe("interop 23: keys in the SDP", () => {
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

  const near = (secured: Secured, version = 1): { sdp: string } => ({
    sdp: audioSdp({ port: nearRtp.port, version, ...secured }),
  });
  const far = (secured: Secured, version = 1): { sdp: string } => ({
    sdp: audioSdp({ port: farRtp.port, version, ...secured }),
  });

  async function speechPasses(answer: string, offer: string): Promise<void> {
    const payload = Buffer.from("as it was sent".repeat(4));
    nearRtp.send(rtpPacket({ payloadType: 8, payload }), audioPortOf(answer));
    assert.deepEqual((await farRtp.nthHeard(farRtp.heard.length + 1)).packet.subarray(12), payload);
    farRtp.send(rtpPacket({ payloadType: 8, payload }), audioPortOf(offer));
    assert.deepEqual((await nearRtp.nthHeard(nearRtp.heard.length + 1)).packet.subarray(12), payload);
  }

  for (const [what, offered, answered] of [
    ["RTP/AVP with a=crypto to a phone that takes no notice (RFC 8643)", OPTIONAL, PLAIN],
    ["RTP/AVP with a=crypto to a phone that takes it", OPTIONAL, OPTIONAL],
    ["RTP/SAVP to a phone that speaks it", SECURE, SECURE],
  ] as const) {
    it(`given ${what}, when it answers, then each sees the other's keys and speech passes both ways`, async () => {
      const call = await establish(alice, bob, { near: near(offered), far: far(answered) });
      assert.equal(call.offered.body.includes(CRYPTO), offered.lines !== undefined);
      assert.equal(call.answer.body.includes(CRYPTO), answered.lines !== undefined);
      assert.ok(call.answer.body.includes(` ${offered.protocol ?? "RTP/AVP"} 8`));
      await speechPasses(call.answer.body, call.offered.body);
      await hangUp(call.near, call.far);
      await whole.settled(1);
    });
  }

  it("given RTP/SAVP to a plain phone, when that refuses by 488, then the caller gets it", async () => {
    const call = await alice.call("1002", near(SECURE));
    const other = await bob.offered();
    assert.ok(other.offer !== undefined);
    assert.ok(other.offer.body.includes(" RTP/SAVP "));
    other.respond(other.offer, 488);
    const refused = await call.invite?.final();
    assert.equal(refused?.status, 488);
    assert.ok(refused.has("warning"));
    await whole.settled(1);
  });

  const silent: readonly (readonly [string, Secured, Secured & { readonly port?: number }])[] = [
    ["RTP/SAVP, when the callee answers in plain", SECURE, PLAIN],
    ["RTP/SAVP, when the callee answers in plain with keys", SECURE, OPTIONAL],
    ["RTP/SAVP, when the callee answers without keys", SECURE, KEYLESS],
    ["RTP/SAVP, when the callee takes no stream of it", SECURE, { ...SECURE, port: 0 }],
    ["RTP/AVP, when the callee answers with RTP/SAVP", PLAIN, SECURE],
    ["RTP/AVP with a=crypto, when the callee answers with RTP/SAVP", OPTIONAL, SECURE],
  ];
  for (const [what, offered, answered] of silent) {
    it(`given ${what}, then that is no silent call: the callee is ended and the caller gets 488`, async () => {
      const call = await alice.call("1002", near(offered));
      const other = await bob.offered();
      await other.answer({ sdp: audioSdp({ port: farRtp.port, ...answered }) });
      await other.takeBye();
      const refused = await call.invite?.final();
      assert.equal(refused?.status, 488);
      assert.match(refused.get("warning") ?? "", /^305 tandem /);
      const [record] = await whole.settled(1);
      assert.equal(record?.reason, "media-refused");
    });
  }

  it("given RTP/SAVP without keys, when a phone calls with it, then it gets 488 and nobody rings", async () => {
    const call = await alice.call("1002", near(KEYLESS));
    const refused = await call.invite?.final();
    assert.equal(refused?.status, 488);
    assert.match(refused.get("warning") ?? "", /^304 tandem /);
    await whole.settled(1);
    assert.ok(bob.received.every(({ kind }) => kind === "response"));
  });

  it("given an INVITE without SDP, when the callee offers RTP/SAVP and the caller answers in plain, then both legs end", async () => {
    const call = await alice.call("1002");
    const other = await bob.offered();
    const acked = other.answer(far(SECURE));
    const offer = await call.established(near(PLAIN));
    await acked;
    assert.ok(offer.body.includes(CRYPTO));
    await Promise.all([call.takeBye(), other.takeBye()]);
    const [record] = await whole.settled(1);
    assert.equal(record?.reason, "media-refused");
  });

  for (const [name, order] of EITHER_SIDE) {
    it(`given a plain call, when the ${name} re-INVITEs with RTP/SAVP and the other refuses, then the call goes on as it was`, async () => {
      const call = await establish(alice, bob, { near: near(PLAIN), far: far(PLAIN) });
      const [by, other] = order(call);
      const change = by.send("INVITE", (name === "caller" ? near : far)(SECURE, 2));
      const passed = await other.request("INVITE");
      other.respond(passed, 488);
      await other.request("ACK");
      assert.equal((await change.final()).status, 488);
      await speechPasses(call.answer.body, call.offered.body);
      await assertUnharmed(call, whole.node);
      await whole.settled(1);
    });

    it(`given a plain call, when the ${name} re-INVITEs with RTP/SAVP without keys, then it gets 488, the other nothing, and the call goes on as it was`, async () => {
      const call = await establish(alice, bob, { near: near(PLAIN), far: far(PLAIN) });
      const [by] = order(call);
      const change = by.send("INVITE", (name === "caller" ? near : far)(KEYLESS, 2));
      const refused = await change.final();
      assert.equal(refused.status, 488);
      assert.ok(refused.has("warning"));
      await speechPasses(call.answer.body, call.offered.body);
      await assertUnharmed(call, whole.node);
      await whole.settled(1);
    });

    it(`given a plain call, when the other answers the ${name}'s RTP/SAVP in plain, then that is 488 and both are put back`, async () => {
      const call = await establish(alice, bob, { near: near(PLAIN), far: far(PLAIN) });
      const [by, other] = order(call);
      const change = by.send("INVITE", (name === "caller" ? near : far)(SECURE, 2));
      const passed = await other.request("INVITE");
      other.respond(passed, 200, (name === "caller" ? far : near)(PLAIN, 2));
      await other.request("ACK");
      assert.equal((await change.final()).status, 488);
      let told = "";
      for (const [party, described] of [
        [call.far, far],
        [call.near, near],
      ] as const) {
        const back = await party.request("INVITE");
        if (back.body !== "") told = back.body;
        assert.ok(!back.body.includes("SAVP"));
        party.respond(back, 200, described(PLAIN, 3));
        const ack = await party.request("ACK");
        if (ack.body !== "") assert.ok(!ack.body.includes("SAVP"));
      }
      assert.notEqual(told, "");
      await speechPasses(call.answer.body, call.offered.body);
      await hangUp(by, other);
      await whole.settled(1);
    });
  }
});
