import assert from "node:assert/strict";
import { eventually as eventuallyWithin } from "../../../support/eventually.ts";
import { MediaParty, type MediaLine } from "../../../support/media-party.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import type { SwitchFixture } from "../../../support/switch-fixture.ts";

const PCMU = "0 PCMU/8000";
const PCMA = "8 PCMA/8000";
const G722 = "9 G722/8000";
const H264 = "99 H264/90000";

function audio(port: number, ...formats: string[]): MediaLine {
  return { type: "audio", port, formats };
}

function video(port: number): MediaLine {
  return { type: "video", port, formats: [H264] };
}

function eventually(check: () => void): Promise<void> {
  return eventuallyWithin(check, { timeoutMs: 3_000, intervalMs: 10 });
}

/** A party's call with who transfers it, both ends. */
interface Leg {
  readonly party: MediaParty;
  readonly call: PhoneCall;
  readonly controller: PhoneCall;
}

describe("media of parties that are joined", () => {
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let port = 30_000;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start({ phones: [{ maxCalls: 4 }, { maxCalls: 4 }, { maxCalls: 4 }] });
    ({ node } = relayed);
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
  });
  afterEach(async () => {
    await relayed.stop();
  });

  const next = (): number => (port += 2);

  /** A phone calls 1001, which has all that it has. */
  async function calls(phone: SipPhone, ...lines: MediaLine[]): Promise<Leg> {
    const party = new MediaParty(...lines);
    const call = await phone.call("1001", { sdp: party.offer() });
    const controller = await alice.offered();
    const mine = new MediaParty(...lines.map((line) => ({ ...line, port: next() })));
    const answer = mine.answer(controller.offer?.body ?? "");
    assert.ok(answer !== undefined);
    void controller.answer({ sdp: answer });
    party.take((await call.established()).body);
    party.serve(call);
    return { party, call, controller };
  }

  /** 1001 asks to connect the two. */
  async function refer(one: Leg, other: Leg): Promise<void> {
    const tag = /;tag=([^;>]+)/.exec(other.controller.remote)?.[1] ?? "";
    const replaces = encodeURIComponent(
      `${other.controller.callId};to-tag=${tag};from-tag=${other.controller.localTag}`,
    );
    const sent = one.controller.send("REFER", {
      headers: [["Refer-To", `<sip:1003@127.0.0.1?Replaces=${replaces}>`]],
    });
    assert.equal((await sent.final()).status, 202);
  }

  /** 1001 connects the two and is out. */
  async function connect(one: Leg, other: Leg): Promise<void> {
    await refer(one, other);
    await Promise.all([one.controller.takeBye(), other.controller.takeBye()]);
  }

  async function settled(...legs: readonly Leg[]): Promise<void> {
    await eventually(() => {
      const [session] = node.manager.features.callsNow();
      assert.ok(session !== undefined);
      for (const { party } of legs) assert.ok(party.invites > 0, "not asked yet");
    });
    for (const { call } of legs) assert.equal((await call.send("OPTIONS").final()).status, 200);
  }

  const lastLines = ({ party }: Leg): string[] =>
    [...(party.heard.at(-1) ?? "").matchAll(/^m=(\S+ \d+)/gm)].map(([, line = ""]) => line.replace(/ [1-9]\d*$/, ""));

  for (const [what, bobs, carols, bobLines, carolLines] of [
    ["audio and video, and audio", [audio(1, PCMA), video(2)], [audio(3, PCMA)], ["audio", "video 0"], ["audio"]],
    ["video before audio, and audio", [video(2), audio(1, PCMA)], [audio(3, PCMA)], ["video 0", "audio"], ["audio"]],
    [
      "video before audio, and audio before video",
      [video(2), audio(1, PCMA)],
      [audio(3, PCMA), video(4)],
      ["video", "audio"],
      ["audio", "video"],
    ],
  ] as const) {
    for (const isReversed of [false, true]) {
      it(`given ${what}, when they are joined${isReversed ? " the other way round" : ""}, then each keeps its lines and its session`, async () => {
        const fresh = (lines: readonly MediaLine[]): MediaLine[] => lines.map((line) => ({ ...line, port: next() }));
        const [one, other] = [await calls(bob, ...fresh(bobs)), await calls(carol, ...fresh(carols))];
        await connect(isReversed ? other : one, isReversed ? one : other);
        await eventually(() => {
          assert.deepEqual(lastLines(one), bobLines);
          assert.deepEqual(lastLines(other).slice(0, carolLines.length), carolLines);
        });
        assert.deepEqual([one.party.faults, other.party.faults], [[], []]);
        assert.equal((await one.call.bye()).status, 200);
        await other.call.takeBye();
      });
    }
  }

  it("given parties that have agreed on formats of which none is common, when they are joined, then what else they can is found", async () => {
    const [one, other] = [await calls(bob, audio(next(), PCMU, G722)), await calls(carol, audio(next(), G722))];
    await connect(one, other);
    await settled(one, other);
    await eventually(() => {
      for (const { party } of [one, other])
        assert.match(party.heard.at(-1) ?? "", /^m=audio [1-9]\d* RTP\/AVP (?:0 )?9\r/m);
    });
    assert.deepEqual([one.party.faults, other.party.faults], [[], []]);
  });

  it("given nothing in common, when they are joined, then both are told why it ends at once", async () => {
    const [one, other] = [await calls(bob, audio(next(), PCMU)), await calls(carol, audio(next(), G722))];
    await connect(one, other);
    for (const { call } of [one, other]) {
      assert.match((await call.takeBye(2_000)).get("reason") ?? "", /cause=88/);
    }
    assert.deepEqual([one.party.faults, other.party.faults], [[], []]);
  });

  it("given encryption on one side only, when they are to be joined, then who asks is told 488, and all talk on", async () => {
    const secure = { ...audio(next(), PCMA), isEncrypted: true };
    const [one, other] = [await calls(bob, secure), await calls(carol, audio(next(), PCMA))];
    await refer(one, other);
    const notify = await one.controller.request("NOTIFY");
    one.controller.respond(notify, 200);
    assert.match(notify.body, /^SIP\/2\.0 488/);
    for (const { call, controller } of [one, other]) {
      const bye = controller.bye();
      await call.takeBye();
      assert.equal((await bye).status, 200);
    }
  });

  it("given parties that know already what they are to be told, when they are joined, then neither is asked", async () => {
    const line = { type: "audio", formats: [PCMA] } as const;
    const [one, other] = [await calls(bob, { ...line, port: next() }), await calls(carol, { ...line, port: next() })];
    await connect(one, other);
    await eventually(() => assert.equal(node.metric("tandem_call_sessions"), 1));
    for (const { call } of [one, other]) assert.equal((await call.send("OPTIONS").final()).status, 200);
    assert.deepEqual([one.party.invites, other.party.invites], [0, 0]);
    assert.equal((await one.call.bye()).status, 200);
    await other.call.takeBye();
  });

  it("given audio that is the second line, when its party hears ringing instead of another, then the audio is where it was", async () => {
    const one = await calls(bob, video(next()), audio(next(), PCMA));
    const sent = one.controller.send("REFER", { headers: [["Refer-To", "<sip:1003@127.0.0.1>"]] });
    assert.equal((await sent.final()).status, 202);
    const target = await carol.offered();
    assert.equal((await one.controller.bye()).status, 200);
    await eventually(() => assert.deepEqual(lastLines(one), ["video 0", "audio"]));
    assert.deepEqual(one.party.faults, []);
    target.respond(target.offer ?? assert.fail(), 180);
  });
});
