import assert from "node:assert/strict";
import { establish, hangUp, sdpLine, type EstablishedCall } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import type { RtpEnd } from "../../support/rtp-end.ts";
import type { PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

const PARTIES = ["caller", "callee"] as const;
type Party = (typeof PARTIES)[number];

/** A way to hold: what the holder's description says, what the other hears of it, and answers. */
interface Style {
  readonly name: string;
  readonly lines: (sdp: string) => string;
  readonly heard: RegExp;
  readonly answer: string;
  readonly answered: RegExp;
}

const STYLES: readonly Style[] = [
  {
    name: "sendonly",
    lines: (sdp) => `${sdp}a=sendonly\r\n`,
    heard: /^a=sendonly\r$/m,
    answer: "a=recvonly",
    answered: /^a=recvonly\r$/m,
  },
  {
    name: "inactive",
    lines: (sdp) => `${sdp}a=inactive\r\n`,
    // Who is held is offered to hear, so that music can be played.
    heard: /^a=sendonly\r$/m,
    answer: "a=recvonly",
    answered: /^a=inactive\r$/m,
  },
  {
    name: "c=0.0.0.0",
    lines: (sdp) => sdp.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0"),
    heard: /^a=sendonly\r$/m,
    answer: "a=recvonly",
    answered: /^a=recvonly\r$/m,
  },
];

interface HeldCall extends EstablishedCall {
  readonly nearRtp: RtpEnd;
  readonly farRtp: RtpEnd;
}

describe("interop 05: hold", () => {
  let relayed: RelayedSwitch;
  let alice: SipPhone;
  let bob: SipPhone;

  async function start(rtpTimeoutMs: number): Promise<void> {
    relayed = await RelayedSwitch.start({ rtpTimeoutMs, phones: [{ maxCalls: 10 }, { maxCalls: 10 }] });
    [alice, bob] = [await relayed.node.phone("1001"), await relayed.node.phone("1002")];
  }
  afterEach(async () => {
    await relayed.stop();
  });

  async function call(): Promise<HeldCall> {
    const [nearRtp, farRtp] = [await relayed.rtp(), await relayed.rtp()];
    const established = await establish(alice, bob, {
      near: { sdp: testSdp(nearRtp.port) },
      far: { sdp: testSdp(farRtp.port) },
    });
    return { ...established, nearRtp, farRtp };
  }

  function parties({ near, far, nearRtp, farRtp }: HeldCall, by: Party): [PhoneCall, PhoneCall, RtpEnd, RtpEnd] {
    return by === "caller" ? [near, far, nearRtp, farRtp] : [far, near, farRtp, nearRtp];
  }

  /** @returns what the other was offered, and what the holder was answered */
  async function change(
    holder: PhoneCall,
    held: PhoneCall,
    offer: string,
    answer: string,
  ): Promise<{ readonly passed: SipMessage; readonly answered: SipMessage }> {
    const invite = holder.send("INVITE", { sdp: offer });
    const passed = await held.request("INVITE");
    held.respond(passed, 200, { sdp: answer });
    await held.request("ACK");
    const answered = await invite.final();
    assert.equal(answered.status, 200);
    holder.ack(invite, answered);
    return { passed, answered };
  }

  async function hold(one: HeldCall, by: Party, style: Style): ReturnType<typeof change> {
    const [holder, held, ownRtp, otherRtp] = parties(one, by);
    return change(holder, held, style.lines(testSdp(ownRtp.port, [], 2)), testSdp(otherRtp.port, [style.answer], 2));
  }

  async function resume(one: HeldCall, by: Party): ReturnType<typeof change> {
    const [holder, held, ownRtp, otherRtp] = parties(one, by);
    return change(holder, held, testSdp(ownRtp.port, [], 3), testSdp(otherRtp.port, [], 3));
  }

  async function bothHeard({ nearRtp, farRtp, offered, answer }: HeldCall): Promise<void> {
    await nearRtp.sendUntilHeard(answer, farRtp);
    await farRtp.sendUntilHeard(offered, nearRtp);
  }

  /** Who is held hears music, and nothing of what the holder sends. */
  async function music(holder: RtpEnd, answered: SipMessage, held: RtpEnd): Promise<void> {
    const [before, own] = [held.heard, held.heardFrom(holder.ssrc)];
    await eventually(
      () => {
        holder.send(answered);
        assert.ok(held.heard >= before + 5, "nothing is played");
      },
      { timeoutMs: 3_000 },
    );
    assert.equal(held.heardFrom(holder.ssrc), own);
  }

  async function nothingLeft(records: number): Promise<void> {
    await relayed.node.settled(records);
    assert.deepEqual(await relayed.relay.list(), []);
  }

  for (const by of PARTIES) {
    for (const style of STYLES) {
      it(`given a ${by} that holds by ${style.name}, when the other answers, then each sees the right direction and the relay's address, music is heard, and after the resume both are heard`, async () => {
        await start(30_000);
        const one = await call();
        await bothHeard(one);
        const [holder, held, ownRtp, otherRtp] = parties(one, by);
        const [ownKnows, otherKnows] = by === "caller" ? [one.answer, one.offered] : [one.offered, one.answer];
        const { passed, answered } = await hold(one, by, style);
        assert.match(passed.body, style.heard);
        assert.match(answered.body, style.answered);
        for (const [message, before] of [
          [passed, otherKnows],
          [answered, ownKnows],
        ] as const) {
          assert.equal(sdpLine(message, "c="), "c=IN IP4 127.0.0.1");
          assert.equal(sdpLine(message, "m="), sdpLine(before, "m="), "the relay's ports stay");
        }
        const [view] = relayed.node.manager.views.calls();
        assert.deepEqual(
          [view?.caller.holding, view?.callee.holding],
          PARTIES.map((party) => party === by),
        );
        const before = ownRtp.heard;
        // What the other says meanwhile has no way to an address of zeros.
        if (style.name === "c=0.0.0.0") otherRtp.send(passed);
        await music(ownRtp, answered, otherRtp);
        const resumed = await resume(one, by);
        assert.doesNotMatch(resumed.passed.body, /^a=(sendonly|recvonly|inactive)/m);
        assert.doesNotMatch(resumed.answered.body, /^a=(sendonly|recvonly|inactive)/m);
        assert.equal(ownRtp.heard, before, "nothing reached the holder");
        assert.equal(relayed.node.manager.views.calls()[0]?.[by].holding, false);
        await bothHeard(one);
        await hangUp(held, holder);
        await nothingLeft(1);
      });
    }

    it(`given a ${by} that holds by sendonly, when the other knows no holds and answers sendrecv, then the ${by} is answered recvonly all the same`, async () => {
      await start(30_000);
      const one = await call();
      const [holder, held, ownRtp, otherRtp] = parties(one, by);
      const offer = testSdp(ownRtp.port, ["a=sendonly"], 2);
      const { answered } = await change(holder, held, offer, testSdp(otherRtp.port, [], 2));
      assert.match(answered.body, /^a=recvonly\r$/m);
      await hangUp(held, holder);
      await nothingLeft(1);
    });

    it(`given a ${by} that is on hold, when it holds too, then it is answered inactive, and the other asked to hear, until both have resumed`, async () => {
      await start(30_000);
      const one = await call();
      const other: Party = by === "caller" ? "callee" : "caller";
      const [sendonly, inactive] = STYLES;
      assert.ok(sendonly !== undefined && inactive !== undefined);
      await hold(one, other, sendonly);
      const { passed, answered } = await hold(one, by, { ...inactive, answer: "a=inactive" });
      assert.match(passed.body, /^a=sendonly\r$/m);
      assert.match(answered.body, /^a=inactive\r$/m);
      const [view] = relayed.node.manager.views.calls();
      assert.deepEqual([view?.caller.holding, view?.callee.holding], [true, true]);
      await resume(one, by);
      await bothHeard(one);
      await hangUp(one.near, one.far);
      await nothingLeft(1);
    });
  }

  it("given calls on hold in every way, when silence ends a call that is not, then they live on; resumed and silent, they end, too", async () => {
    await start(1_200);
    const held = STYLES.flatMap((style) => PARTIES.map((by) => ({ style, by })));
    const calls: { readonly one: HeldCall; readonly by: Party }[] = [];
    for (const { style, by } of held) {
      const one = await call();
      await hold(one, by, style);
      calls.push({ one, by });
    }
    const silent = await call();
    const [bye] = await Promise.all([silent.near.takeBye(5_000), silent.far.takeBye(5_000)]);
    assert.match(bye.get("reason") ?? "", /^Q\.850;cause=102/);
    assert.equal(relayed.node.metric("tandem_calls"), calls.length);
    assert.equal((await relayed.relay.list()).length, calls.length);
    await Promise.all(
      calls.map(async ({ one, by }) => {
        await resume(one, by);
        await bothHeard(one);
        await Promise.all([one.near.takeBye(5_000), one.far.takeBye(5_000)]);
      }),
    );
    const records = await relayed.node.settled(calls.length + 1);
    assert.ok(records.every(({ reason }) => reason === "media-timeout"));
    await nothingLeft(calls.length + 1);
  });
});
