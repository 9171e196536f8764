import assert from "node:assert/strict";
import type { SipMessage } from "../../../src/sip/message/index.ts";
import { audioSdp, payloadTypesOf } from "../../support/audio-sdp.ts";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp, sdpLine } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const MANY = [
  [111, "opus/48000/2"],
  [8, "PCMA/8000"],
  [96, "telephone-event/8000"],
  [9, "G722/8000"],
  [0, "PCMU/8000"],
] as const;
const OPUS_ONLY = [[111, "opus/48000/2"]] as const;
const many = (port: number, version = 1, lines: readonly string[] = []): { readonly sdp: string } => {
  return { sdp: audioSdp({ port, formats: MANY, version, lines }) };
};
const opus = (port: number, version = 1): { readonly sdp: string } => {
  return { sdp: audioSdp({ port, formats: OPUS_ONLY, version }) };
};
const FORMAT_WARNING = ['305 tandem "Incompatible media format"'];
/** What the devices may use, in whatever order they have it themselves. */
const ALLOWED = ["PCMU", "G722"];
const LEFT = [0, 9, 96];

describe("codecs of regions", () => {
  let whole: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    whole = await RelayedSwitch.start({
      settings: { emergency: { numbers: ["112"], route: "1002" } },
      codecsBetween: (caller, callee) => {
        asked.push(`${caller}>${callee}`);
        return callee === "phone-1003" ? undefined : ALLOWED;
      },
    });
    [alice, bob] = [await whole.node.phone("1001"), await whole.node.phone("1002")];
  });
  afterEach(async () => {
    await whole.stop();
  });

  it("given two devices, when one calls the other, then offer and answer have the codecs of their regions in that order", async () => {
    const call = await establish(alice, bob, { near: many(4_000), far: many(5_000) });
    assert.deepEqual(payloadTypesOf(call.offered.body), LEFT);
    assert.ok(!call.offered.body.includes("opus"));
    assert.deepEqual(payloadTypesOf(call.answer.body), LEFT);
    assert.deepEqual([...new Set(asked)], ["phone-1001>phone-1002"]);
    await assertUnharmed(call, whole.node);
    await whole.settled(1);
  });

  it("given a caller without an offer, when the callee makes one, then that and its answer have these codecs", async () => {
    const near = await alice.call("1002");
    const far = await bob.offered();
    const acked = far.answer(many(5_000));
    const offer = await near.invite?.final();
    assert.deepEqual(payloadTypesOf(offer?.body ?? ""), LEFT);
    near.ack(near.invite, offer as SipMessage, many(4_000));
    assert.deepEqual(payloadTypesOf((await acked).body), LEFT);
    await hangUp(near, far);
    await whole.settled(1);
  });

  it("given early media, when it comes, then its answer has these codecs, and the 200 as well", async () => {
    const near = await alice.call("1002", many(4_000));
    const far = await bob.offered();
    assert.ok(far.offer !== undefined);
    far.respond(far.offer, 183, many(5_000));
    const early = await near.invite?.response(183);
    assert.deepEqual(payloadTypesOf(early?.body ?? ""), LEFT);
    await far.answer(many(5_000));
    assert.deepEqual(payloadTypesOf((await near.established()).body), LEFT);
    await hangUp(near, far);
    await whole.settled(1);
  });

  for (const [name, order] of EITHER_SIDE) {
    for (const method of ["INVITE", "UPDATE"] as const) {
      it(`given a call, when the ${name} holds it by ${method} with all its codecs, then the hold passes with those of the regions`, async () => {
        const call = await establish(alice, bob, { near: many(4_000), far: many(5_000) });
        const [by, other] = order(call);
        const change = by.send(method, many(4_000, 2, ["a=sendonly"]));
        const passed = await other.request("INVITE");
        assert.deepEqual(payloadTypesOf(passed.body), LEFT);
        assert.equal(sdpLine(passed, "a=send"), "a=sendonly");
        other.respond(passed, 200, many(5_000, 2, ["a=recvonly"]));
        await other.request("ACK");
        const answer = await change.final();
        assert.deepEqual(payloadTypesOf(answer.body), LEFT);
        if (method === "INVITE") by.ack(change, answer);
        await hangUp(by, other);
        await whole.settled(1);
      });
    }

    it(`given a call, when the ${name} offers none of the codecs in a re-INVITE, then it gets 488 and why, the other hears nothing, and the call goes on`, async () => {
      const call = await establish(alice, bob, { near: many(4_000), far: many(5_000) });
      const [by] = order(call);
      const refused = await by.send("INVITE", opus(4_000, 2)).final();
      assert.equal(refused.status, 488);
      assert.deepEqual(refused.getAll("warning"), FORMAT_WARNING);
      await assertUnharmed(call, whole.node);
      await whole.settled(1);
    });
  }

  it("given a caller that offers none of the codecs, when it calls, then it gets 488 and why, nobody rings, and the record has cause 65", async () => {
    const near = await alice.call("1002", opus(4_000));
    const refused = await near.invite?.final();
    assert.equal(refused?.status, 488);
    assert.deepEqual(refused.getAll("warning"), FORMAT_WARNING);
    assert.match(refused.get("reason") ?? "", /Q\.850;cause=65/);
    const [record] = await whole.settled(1);
    assert.equal(record?.cause.q850, 65);
    assert.ok(!bob.received.some(({ method }) => method === "INVITE"));
  });

  it("given a callee that answers with a codec that it was not offered, when it does, then it is ended, and the caller gets 488 with cause 65", async () => {
    const near = await alice.call("1002", many(4_000));
    const far = await bob.offered();
    await far.answer(opus(5_000));
    await far.takeBye();
    const refused = await near.invite?.final();
    assert.equal(refused?.status, 488);
    assert.deepEqual(refused.getAll("warning"), FORMAT_WARNING);
    const [record] = await whole.settled(1);
    assert.equal(record?.cause.q850, 65);
  });

  it("given devices whose regions say nothing, when one calls the other, then all passes as it is", async () => {
    const carol = await whole.node.phone("1003");
    const call = await establish(alice, carol, { near: many(4_000), far: opus(5_000) });
    assert.deepEqual(
      payloadTypesOf(call.offered.body),
      MANY.map(([type]) => type),
    );
    assert.deepEqual(payloadTypesOf(call.answer.body), [111]);
    await assertUnharmed(call, whole.node);
    await whole.settled(1);
  });

  it("given an emergency, when the caller offers none of the codecs, then what it offers passes as it is", async () => {
    const near = await alice.call("112", opus(4_000));
    const far = await bob.offered();
    assert.deepEqual(payloadTypesOf(far.offer?.body ?? ""), [111]);
    await far.answer(opus(5_000));
    await near.established();
    await hangUp(near, far);
    await whole.settled(1);
  });

  it("given a service, when a device calls it, then it speaks the first codec that the region of the caller allows", async () => {
    const near = await alice.call("9196", many(4_000));
    assert.deepEqual(payloadTypesOf((await near.established()).body), [0, 96]);
    assert.equal((await near.bye()).status, 200);
    const late = await alice.call("9197");
    const offer = await late.invite?.final();
    assert.deepEqual(payloadTypesOf(offer?.body ?? ""), [0, 101]);
    late.ack(late.invite, offer as SipMessage, many(4_000));
    assert.equal((await late.bye()).status, 200);
    await whole.settled(2);
  });
});
