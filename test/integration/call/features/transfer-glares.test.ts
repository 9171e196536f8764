import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually.ts";
import { requestsTo, statusesTo } from "../../../support/established-call.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import { answer, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const TO_CAROL = "<sip:1003@127.0.0.1>";
const SOON = { timeoutMs: 8_000 };

describe("transfers that meet something else", () => {
  let relayed: RelayedSwitch;
  let phones: TalkingPhone[];
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let party: Talk;
  let by: Talk;
  beforeEach(async () => {
    const maxCalls = 4;
    relayed = await RelayedSwitch.start({ phones: [{ maxCalls }, { maxCalls }, { maxCalls }, { maxCalls }] });
    const { node } = relayed;
    phones = await Promise.all(["1001", "1002", "1003"].map((number) => TalkingPhone.start(node, number)));
    [alice, bob, carol] = phones as [TalkingPhone, TalkingPhone, TalkingPhone];
    [party, by] = await alice.talkTo(bob);
  });
  afterEach(async () => {
    for (const phone of phones) await phone.close();
    await relayed.stop();
  });

  async function talk(one: Talk, other: Talk): Promise<void> {
    await Promise.all([one.untilHears(other.toneHz), other.untilHears(one.toneHz)]);
  }

  /** Whoever is still in a call hangs up, and nothing is left anywhere. */
  async function nothingIsLeft(...talks: readonly Talk[]): Promise<void> {
    for (const one of talks) if (!one.isEnded && !one.hasHungUp) await one.hangUp();
    await eventually(async () => {
      const { node, relay } = relayed;
      const gauges = ["tandem_calls", "tandem_call_sessions", "tandem_call_legs", "tandem_sip_dialogs"];
      const left = gauges.map((name) => node.metric(name));
      left.push((await relay.list()).length, node.manager.features.callsNow().length);
      assert.deepEqual(left, [0, 0, 0, 0, 0, 0]);
    }, SOON);
  }

  async function ringing(): Promise<Talk> {
    assert.equal((await by.refer(TO_CAROL).final()).status, 202);
    const target = await carol.offered();
    target.progress(180);
    await by.untilNotified(100, 180);
    return target;
  }

  for (const who of ["party", "transferor", "target"] as const) {
    it(`given the ${who} hangs up in the moment in which the target answers, when all is told, then nobody is stuck`, async () => {
      const target = await ringing();
      const leaves = { party, transferor: by, target }[who];
      if (who === "target") {
        await answer(target);
        await target.hangUp();
      } else await Promise.all([answer(target), leaves.hangUp()]);
      if (who === "transferor") await talk(party, target);
      else if (who === "party") await Promise.all([target.ended(), by.ended()]);
      else await Promise.all([party.ended(), by.ended()]);
      await nothingIsLeft(party, by, target);
    });
  }

  for (const who of ["party", "transferor"] as const) {
    it(`given the ${who} hangs up in the moment of the REFER, when all is told, then the others are told, too`, async () => {
      const leaves = who === "party" ? party : by;
      const refer = by.refer(TO_CAROL);
      await leaves.hangUp();
      const { status } = await refer.final();
      assert.ok(status === 202 || status === 481, String(status));
      if (who === "party") {
        await by.ended();
        return nothingIsLeft(party, by);
      }
      const target = await carol.offered();
      await answer(target);
      await talk(party, target);
      await nothingIsLeft(party, target);
    });
  }

  for (const who of ["the party", "the other one"] as const) {
    it(`given ${who} hangs up in the moment in which calls are connected, when all is told, then nobody is stuck`, async () => {
      const [other, target] = await bob.talkTo(carol);
      const refer = by.refer(by.replacing(other, "1003"));
      const leaves = who === "the party" ? party : target;
      await leaves.hangUp();
      await refer.final();
      await nothingIsLeft(party, by, other, target);
    });
  }

  it("given a REFER that is sent again, when it comes, then it gets the same answer and the number rings once", async () => {
    const refer = by.refer(TO_CAROL);
    bob.sip.transmit(refer.request.text);
    assert.equal((await refer.final()).status, 202);
    const target = await carol.offered();
    await answer(target);
    await talk(party, target);
    assert.deepEqual(new Set(statusesTo(bob.sip, "REFER")), new Set([202]));
    assert.equal(new Set(requestsTo(carol.sip, "INVITE").map((one) => one.get("call-id"))).size, 1);
  });

  it("given parties that are put on one session still, when one holds, then it is told to wait and holds after that", async () => {
    const target = await ringing();
    // The party's INVITE of the switch meets one of its own: that is tried again after some time.
    party.refusesNext = 491;
    await answer(target);
    await by.ended();
    const tries = await party.change("sendonly");
    await target.untilHears("music");
    assert.ok(tries >= 1);
    await party.change(undefined);
    await talk(party, target);
    await nothingIsLeft(party, target);
  });

  it("given a party whose INVITE is answered late, when it is transferred, then it ends up with the new one all the same", async () => {
    const held = by.reinvite("inactive");
    const target = await ringing();
    await answer(target);
    await held;
    await by.ended();
    await talk(party, target);
    await nothingIsLeft(party, target);
  });

  it("given a held party and both ends hold after the transfer, when both take the call back, then they talk", async () => {
    await by.change("sendonly");
    const target = await ringing();
    await answer(target);
    await by.ended();
    await Promise.all([party.change("sendonly"), target.change("inactive")]);
    await Promise.all([party.change(undefined), target.change(undefined)]);
    await talk(party, target);
  });
});
