import assert from "node:assert/strict";
import { audioSdp, payloadTypesOf } from "../../support/audio-sdp.ts";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const MANY = [
  [18, "G729/8000"],
  [111, "opus/48000/2"],
  [8, "PCMA/8000"],
  [96, "telephone-event/8000"],
  [9, "G722/8000"],
  [0, "PCMU/8000"],
] as const;
const G722_ONLY = [[9, "G722/8000"]] as const;
const PCMA_ONLY = [[8, "PCMA/8000"]] as const;
const EVENTS_ONLY = [[101, "telephone-event/8000"]] as const;
const FORMAT_WARNING = '305 tandem "Incompatible media format"';

describe("interop 22: codec order, and no common codec", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    whole = await RelayedSwitch.start();
    [alice, bob] = [await whole.node.phone("1001"), await whole.node.phone("1002")];
  });
  afterEach(async () => {
    await whole.stop();
  });

  it("given an offer of six formats, when the callee answers with three in another order, then each order is the one that its owner gave", async () => {
    const answered = [MANY[5], MANY[1], MANY[3]];
    const call = await establish(alice, bob, {
      near: { sdp: audioSdp({ port: 4_000, formats: MANY, lines: ["a=fmtp:18 annexb=no", "a=ptime:30"] }) },
      far: { sdp: audioSdp({ port: 5_000, formats: answered }) },
    });
    assert.deepEqual(payloadTypesOf(call.offered.body), [18, 111, 8, 96, 9, 0]);
    for (const [payloadType, name] of MANY)
      assert.ok(call.offered.body.includes(`a=rtpmap:${payloadType} ${name}\r\n`));
    assert.match(call.offered.body, /^a=fmtp:18 annexb=no\r$/m);
    assert.match(call.offered.body, /^a=ptime:30\r$/m);
    assert.deepEqual(payloadTypesOf(call.answer.body), [0, 111, 96]);
    await assertUnharmed(call, whole.node);
    await whole.settled(1);
  });

  for (const [name, order] of EITHER_SIDE) {
    it(`given a call, when the ${name} offers other formats in a re-INVITE, then their order passes`, async () => {
      const call = await establish(alice, bob);
      const [by, other] = order(call);
      const change = by.send("INVITE", { sdp: audioSdp({ port: 6_000, formats: [...MANY].reverse(), version: 2 }) });
      const passed = await other.request("INVITE");
      assert.deepEqual(payloadTypesOf(passed.body), [0, 9, 96, 8, 111, 18]);
      other.respond(passed, 200, { sdp: audioSdp({ port: 7_000, formats: [MANY[2], MANY[4]], version: 2 }) });
      const answer = await change.final();
      assert.deepEqual(payloadTypesOf(answer.body), [8, 9]);
      by.ack(change, answer);
      await other.request("ACK");
      await hangUp(by, other);
      await whole.settled(1);
    });

    it(`given a call, when the ${name} offers what the other refuses by 488, then it is told why and the call goes on as it was`, async () => {
      const call = await establish(alice, bob);
      const [by, other] = order(call);
      const change = by.send("INVITE", { sdp: audioSdp({ port: 6_000, formats: G722_ONLY, version: 2 }) });
      const passed = await other.request("INVITE");
      other.respond(passed, 488, { headers: [["Warning", '305 192.0.2.9 "codec"']] });
      await other.request("ACK");
      const refused = await change.final();
      assert.equal(refused.status, 488);
      assert.deepEqual(refused.getAll("warning"), [FORMAT_WARNING]);
      await assertUnharmed(call, whole.node);
      await whole.settled(1);
    });

    it(`given a call, when the other answers the ${name}'s re-INVITE with nothing of its offer, then that is 488 and both are put back`, async () => {
      const call = await establish(alice, bob);
      const [by, other] = order(call);
      const change = by.send("INVITE", { sdp: audioSdp({ port: 6_000, formats: G722_ONLY, version: 2 }) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: audioSdp({ port: 7_000, formats: PCMA_ONLY, version: 2 }) });
      await other.request("ACK");
      const refused = await change.final();
      assert.equal(refused.status, 488);
      assert.deepEqual(refused.getAll("warning"), [FORMAT_WARNING]);
      // The other has taken the new session: it is asked back to the old one, in the order callee, caller.
      for (const party of [call.far, call.near]) {
        const back = await party.request("INVITE");
        if (back.body !== "") assert.deepEqual(payloadTypesOf(back.body), [8, 0, 101]);
        party.respond(back, 200, { sdp: audioSdp({ port: party === call.near ? 4_000 : 5_000, version: 3 }) });
        await party.request("ACK");
      }
      await hangUp(by, other);
      await whole.settled(1);
    });
  }

  for (const [warning, told] of [
    ['305 192.0.2.9:5060 "no G.722 here"', [FORMAT_WARNING]],
    [
      '304 pbx "none", 302 pbx "none"',
      ['304 tandem "Media type not available"', '302 tandem "Incompatible transport protocol"'],
    ],
    [undefined, ['399 tandem "The session description was not accepted"']],
    ['999 pbx "x\\"y"', ['399 tandem "The session description was not accepted"']],
  ] as const) {
    it(`given a callee that refuses by 488 with the warning ${warning ?? "left out"}, when it does, then the caller gets 488, why, and nothing of where the callee is`, async () => {
      const near = await alice.call("1002", { sdp: audioSdp({ port: 4_000, formats: G722_ONLY }) });
      const far = await bob.offered();
      assert.ok(far.offer !== undefined);
      far.respond(far.offer, 488, { headers: warning === undefined ? [] : [["Warning", warning]] });
      const refused = await near.invite?.final();
      assert.equal(refused?.status, 488);
      assert.deepEqual(refused.getAll("warning").join(", "), told.join(", "));
      const [record] = await whole.settled(1);
      assert.equal(record?.cause.sipStatus, 488);
    });
  }

  for (const [what, formats] of [
    ["a codec that was not offered", PCMA_ONLY],
    ["telephone events alone", EVENTS_ONLY],
  ] as const) {
    it(`given a callee that answers with ${what}, when it does, then it is ended and the caller gets 488 and why`, async () => {
      const offered = [...G722_ONLY, ...EVENTS_ONLY];
      const near = await alice.call("1002", { sdp: audioSdp({ port: 4_000, formats: offered }) });
      const far = await bob.offered();
      await far.answer({ sdp: audioSdp({ port: 5_000, formats }) });
      await far.takeBye();
      const refused = await near.invite?.final();
      assert.equal(refused?.status, 488);
      assert.deepEqual(refused.getAll("warning"), [FORMAT_WARNING]);
      const [record] = await whole.settled(1);
      assert.equal(record?.reason, "media-refused");
    });
  }

  it("given an INVITE without SDP, when the caller answers the callee's offer with nothing of it, then both legs end", async () => {
    const near = await alice.call("1002");
    const far = await bob.offered();
    const acked = far.answer({ sdp: audioSdp({ port: 5_000, formats: G722_ONLY }) });
    await near.established({ sdp: audioSdp({ port: 4_000, formats: PCMA_ONLY }) });
    await acked;
    await Promise.all([near.takeBye(), far.takeBye()]);
    const [record] = await whole.settled(1);
    assert.equal(record?.reason, "media-refused");
  });

  it("given 9197, when a phone calls it with no codec that it plays, then it gets 488 and why", async () => {
    const near = await alice.call("9197", { sdp: audioSdp({ port: 4_000, formats: [[18, "G729/8000"]] }) });
    const refused = await near.invite?.final();
    assert.equal(refused?.status, 488);
    assert.deepEqual(refused.getAll("warning"), [FORMAT_WARNING]);
    await whole.settled(1);
  });

  it("given two streams of which the callee takes one, when it answers, then the call is up with that one", async () => {
    const video = ["m=video 4002 RTP/AVP 97", "a=rtpmap:97 H264/90000"];
    const near = await alice.call("1002", { sdp: audioSdp({ port: 4_000, lines: video }) });
    const far = await bob.offered();
    const acked = far.answer({ sdp: audioSdp({ port: 5_000, lines: ["m=video 0 RTP/AVP 97"] }) });
    const answer = await near.established();
    await acked;
    assert.match(answer.body, /^m=audio [1-9]\d* RTP\/AVP 8 0 101\r$/m);
    assert.match(answer.body, /^m=video 0 RTP\/AVP 97\r$/m);
    await hangUp(near, far);
    await whole.settled(1);
  });
});
