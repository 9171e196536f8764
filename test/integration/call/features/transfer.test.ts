import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import type { SwitchFixture } from "../../../support/switch-fixture.ts";
import { requestsTo } from "../../../support/established-call.ts";
import { answer, establish, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const TO_CAROL = "<sip:1003@127.0.0.1>";
const status = (kind: Promise<{ status: number }>): Promise<number> => kind.then((one) => one.status);

describe("transfers with real RTP", () => {
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  beforeEach(async () => {
    const maxCalls = 4;
    relayed = await RelayedSwitch.start({ phones: [{ maxCalls }, { maxCalls }, { maxCalls }, { maxCalls }] });
    ({ node } = relayed);
    alice = await TalkingPhone.start(node, "1001");
    bob = await TalkingPhone.start(node, "1002");
    carol = await TalkingPhone.start(node, "1003");
  });
  afterEach(async () => {
    for (const phone of [alice, bob, carol]) await phone.close();
    await relayed.stop();
  });

  async function talk(one: Talk, other: Talk): Promise<void> {
    await Promise.all([one.untilHears(other.toneHz), other.untilHears(one.toneHz)]);
  }

  /** Both hang up one after the other, and nothing is left. */
  async function over(by: Talk, other: Talk): Promise<void> {
    await by.hangUp();
    await other.ended();
    await none();
  }

  async function none(): Promise<void> {
    await eventually(
      async () => {
        const gauges = ["tandem_calls", "tandem_call_sessions", "tandem_call_legs", "tandem_sip_dialogs"];
        const left = gauges.map((name) => node.metric(name));
        left.push((await relayed.relay.list()).length, node.manager.features.callsNow().length);
        if (left.some((count) => count !== 0)) throw new Error(`left over: ${left.join(" ")}`);
      },
      { timeoutMs: 4_000 },
    );
  }

  describe("by REFER to a number", () => {
    let near: Talk;
    let far: Talk;
    beforeEach(async () => {
      [near, far] = await alice.talkTo(bob);
    });

    for (const isCaller of [true, false]) {
      it(`given the ${isCaller ? "caller" : "callee"} holds and transfers, when it rings and is answered, then it hears music, ringing and the new party`, async () => {
        const [by, party] = isCaller ? [near, far] : [far, near];
        await by.change("sendonly");
        await party.untilHears("music");
        assert.equal(await status(by.refer(TO_CAROL, [["Referred-By", "<sip:me@example.com>"]]).final()), 202);
        const target = await carol.offered();
        assert.equal(target.call.offer?.get("referred-by"), "<sip:me@example.com>");
        const number = isCaller ? "1001" : "1002";
        assert.match(target.call.offer.get("diversion") ?? "", new RegExp(`^<sip:${number}@.*;reason=unknown`));
        target.progress(180);
        await party.untilHears("ringback");
        await answer(target);
        await by.untilNotified(100, 180, 200);
        await by.ended();
        await talk(party, target);
        await over(target, party);
      });
    }

    it("given a sender that wants no NOTIFYs, when it transfers, then it gets none and 202 says so", async () => {
      const accepted = await far
        .refer(TO_CAROL, [
          ["Refer-Sub", "false"],
          ["Require", "norefersub"],
        ])
        .final();
      assert.deepEqual([accepted.status, accepted.get("refer-sub")], [202, "false"]);
      const target = await carol.offered();
      await answer(target);
      await far.ended();
      await talk(near, target);
      assert.deepEqual(requestsTo(bob.sip, "NOTIFY"), []);
    });

    for (const [what, to, act, statuses] of [
      ["is not there", "<sip:7777@127.0.0.1>", undefined, [100, 404]],
      ["is not registered", "<sip:1004@127.0.0.1>", undefined, [100, 480]],
      ["is busy", TO_CAROL, 486, [100, 486]],
      ["refuses", TO_CAROL, 603, [100, 603]],
    ] as const) {
      it(`given a number that ${what}, when a held call is transferred there, then it stays with music and can be taken back`, async () => {
        await far.change("inactive");
        await near.untilHears("music");
        assert.equal(await status(far.refer(to).final()), 202);
        if (act !== undefined) {
          const target = await carol.offered();
          target.progress(180);
          await near.untilHears("ringback");
          target.progress(act);
        }
        const expected = act === undefined ? statuses : [100, 180, act];
        await far.untilNotified(...expected);
        await near.untilHears("music");
        await far.change(undefined);
        await talk(near, far);
        await over(far, near);
      });
    }

    it("given a phone that hangs up after its 202, when the number is answered, then the party has heard it ring and talks", async () => {
      await far.change("sendonly");
      assert.equal(await status(far.refer(TO_CAROL).final()), 202);
      await far.hangUp();
      const target = await carol.offered();
      target.progress(180);
      await near.untilHears("ringback");
      await answer(target);
      await talk(near, target);
      await over(near, target);
    });

    it("given a phone that has left, when the number is busy, then it is called back and talks again with the party", async () => {
      await far.refer(TO_CAROL).final();
      await far.hangUp();
      const target = await carol.offered();
      target.progress(486);
      const recalled = await bob.offered();
      await near.untilHears("ringback");
      await answer(recalled);
      await talk(near, recalled);
      await over(recalled, near);
    });

    it("given a phone that has left and refuses to be called back, when it does, then the party is told why it failed", async () => {
      await far.refer(TO_CAROL).final();
      await far.hangUp();
      (await carol.offered()).progress(404);
      const recalled = await bob.offered();
      recalled.progress(486);
      assert.match(await near.ended(), /cause=1\b/);
      await none();
    });

    it("given a party that hangs up while the number rings, when it does, then that is given up and the phone told", async () => {
      await far.refer(TO_CAROL).final();
      const target = await carol.offered();
      target.progress(180);
      await far.untilNotified(100, 180);
      await near.hangUp();
      await target.ended();
      await far.untilNotified(100, 180, 487);
      await far.ended();
      await none();
    });

    it("given it rings, when the phone takes its call back and asks again, then it is told to wait, and the first goes on", async () => {
      await far.change("sendonly");
      await far.refer(TO_CAROL).final();
      const target = await carol.offered();
      target.progress(180);
      await far.untilNotified(100, 180);
      await far.change(undefined);
      assert.equal(await status(far.refer("<sip:1004@127.0.0.1>").final()), 202);
      await far.untilNotified(100, 180, 491);
      assert.equal(await status(near.refer("<sip:1004@127.0.0.1>").final()), 202);
      await near.untilNotified(491);
      await answer(target);
      await far.ended();
      await talk(near, target);
    });

    it("given the echo service, when a call is transferred there, then the party hears itself and the phone is out", async () => {
      await far.refer("<sip:9196@127.0.0.1>").final();
      await far.untilNotified(100, 200);
      await far.ended();
      await near.untilHears(near.toneHz);
      await near.hangUp();
      await none();
    });

    it("given its own number, when a phone transfers there, then it is told busy and the call goes on", async () => {
      await far.refer("<sip:1002@127.0.0.1>").final();
      await far.untilNotified(486);
      await talk(near, far);
    });

    it("given a hold in flight, when the phone transfers in the same moment, then the party ends up with the new one", async () => {
      const held = far.reinvite("sendonly");
      await far.refer(TO_CAROL).final();
      const target = await carol.offered();
      await answer(target);
      await held;
      await far.ended();
      await talk(near, target);
      await over(near, target);
    });

    it("given a party whose hold is in flight, when the number answers, then both hear each other once it is taken back", async () => {
      await far.refer(TO_CAROL).final();
      const target = await carol.offered();
      const held = near.change("sendonly");
      await answer(target);
      await held;
      await far.ended();
      await target.untilHears("music");
      await near.change(undefined);
      await talk(near, target);
    });

    it("given the number answers and the phone hangs up in the same moment, when both are told, then party and target talk", async () => {
      await far.refer(TO_CAROL).final();
      const target = await carol.offered();
      await Promise.all([answer(target), far.hangUp()]);
      await talk(near, target);
      await over(near, target);
    });

    it("given what is no transfer, when it comes, then each REFER gets the status that says why", async () => {
      const statuses = [];
      for (const to of ["<sip:@>", "<tel:>", "", "<sip:1003@127.0.0.1?Replaces=x>"]) {
        statuses.push(await status(far.refer(to).final()));
      }
      assert.deepEqual(statuses, [400, 400, 400, 400]);
      const twice = far.call.send("REFER", {
        headers: [
          ["Refer-To", TO_CAROL],
          ["Refer-To", TO_CAROL],
        ],
      });
      assert.equal(await status(twice.final()), 400);
      await talk(near, far);
    });
  });

  it("given a REFER of the callee before the caller has acknowledged, when it comes, then the new party gets the call all the same", async () => {
    const near = await alice.dial("1002");
    const far = await bob.offered();
    await answer(far);
    const accepted = await near.call.invite?.response(200);
    assert.ok(accepted !== undefined);
    await far.refer(TO_CAROL).final();
    const target = await carol.offered();
    await answer(target);
    await far.ended();
    near.call.ack(near.call.invite, accepted);
    near.adopt(accepted.body);
    await talk(near, target);
    await over(target, near);
  });

  describe("after a consultation", () => {
    for (const isCaller of [true, false]) {
      for (const hasCalled of [true, false]) {
        for (const inFirst of [true, false]) {
          const who = `${isCaller ? "caller" : "callee"} of the first call and ${hasCalled ? "caller" : "callee"} of the second`;
          it(`given the ${who}, when it transfers in the ${inFirst ? "first" : "second"}, then the others talk and it is out`, async () => {
            const [one, party] = isCaller ? await bob.talkTo(alice) : swapped(await alice.talkTo(bob));
            await one.change("sendonly");
            await party.untilHears("music");
            const [other, target] = hasCalled ? await bob.talkTo(carol) : swapped(await carol.talkTo(bob));
            const [by, named] = inFirst ? [one, other] : [other, one];
            assert.equal(await status(by.refer(by.replacing(named, inFirst ? "1003" : "1001")).final()), 202);
            await by.untilNotified(200);
            await Promise.all([one.ended(), other.ended()]);
            await talk(party, target);
            await over(target, party);
          });
        }
      }
    }

    it("given a consultation that still rings, when it is transferred, then it becomes a call of the party", async () => {
      const [one, party] = await bob.talkTo(alice);
      await one.change("sendonly");
      const other = await bob.dial("1003");
      const early = await carol.offered();
      early.progress(180);
      const ringing = await other.call.invite?.response(180);
      other.call.remote = ringing?.get("to") ?? "";
      assert.equal(await status(one.refer(one.replacing(other, "1003")).final()), 202);
      const target = await carol.offered();
      target.progress(180);
      assert.equal((await other.call.invite?.final())?.status, 487);
      await party.untilHears("ringback");
      await answer(target);
      await one.untilNotified(100, 180, 200);
      await talk(party, target);
      await over(party, target);
    });

    it("given dialogs that are not there, of others, or no longer early, when they are to be replaced, then the calls stay as they are", async () => {
      const [one, party] = await bob.talkTo(alice);
      const [other, target] = await bob.talkTo(carol);
      const nobody = "<sip:1003@127.0.0.1?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>";
      assert.equal(await status(one.refer(nobody).final()), 481);
      assert.equal(await status(one.refer(one.replacing(target, "1003")).final()), 481);
      assert.equal(await status(one.refer(one.replacing(other, "1003", ";early-only")).final()), 202);
      await one.untilNotified(486);
      await talk(one, party);
      await talk(other, target);
    });

    it("given a command, when it completes the transfer, then the others talk and the phone is released", async () => {
      const [one, party] = await bob.talkTo(alice);
      const [other, target] = await bob.talkTo(carol);
      const result = await node.manager.features.command({ type: "complete-transfer", device: "phone-1002" });
      assert.ok(result.ok, JSON.stringify(result));
      await Promise.all([one.ended(), other.ended()]);
      await talk(party, target);
    });

    it("given a command, when it transfers to a number, then it ends when that has answered", async () => {
      const [one, party] = await bob.talkTo(alice);
      const result = node.manager.features.command({ type: "transfer", device: "phone-1002", to: "1003" });
      const target = await carol.offered();
      await answer(target);
      assert.ok((await result).ok);
      await one.ended();
      await talk(party, target);
    });

    it("given both phones of a call transfer it at once to others, when both are done, then each of those talks or is free", async () => {
      const [one, party] = await bob.talkTo(alice);
      const [other, target] = await bob.talkTo(carol);
      const referred = [one.refer(one.replacing(other, "1003")), party.refer(TO_CAROL)].map((sent) =>
        status(sent.final()),
      );
      const statuses = await Promise.all(referred);
      assert.equal(statuses[0], 202);
      await talk(party, target);
    });
  });

  describe("by INVITE with Replaces", () => {
    it("given a call, when the phone itself takes the place of its dialog, then the new dialog goes on and the old one ends", async () => {
      const [one, party] = await bob.talkTo(alice);
      const next = await bob.dial("1001", {
        headers: [
          ["Replaces", one.named],
          ["Require", "replaces"],
        ],
      });
      await establish(next);
      await one.ended();
      await talk(next, party);
      await over(party, next);
    });

    it("given another's dialog, one that is not there, rings, or is no longer early, when it is to be replaced, then the status says why", async () => {
      const [one, party] = await bob.talkTo(alice);
      const tried = async (by: TalkingPhone, replaces: string): Promise<number> => {
        const call = await by.dial("1001", { headers: [["Replaces", replaces]] });
        return (await call.call.invite?.final())?.status ?? 0;
      };
      assert.equal(await tried(carol, one.named), 403);
      assert.equal(await tried(bob, "x;to-tag=1;from-tag=2"), 481);
      assert.equal(await tried(bob, "x"), 400);
      assert.equal(await tried(bob, `${one.named};early-only`), 486);
      await talk(one, party);
    });
  });
});

function swapped<One, Other>([one, other]: readonly [One, Other]): readonly [Other, One] {
  return [other, one];
}
