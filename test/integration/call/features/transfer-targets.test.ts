import assert from "node:assert/strict";
import { FEATURE_CODES } from "../../../../src/database/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { eventually } from "../../../support/eventually.ts";
import { freePort } from "../../../support/free-port.ts";
import { RelayedSwitch, type RelayedSwitchOptions } from "../../../support/relayed-switch.ts";
import { answer, establish, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";
import { peerAt, trunkEnd, trunkPlan } from "../../../support/trunk-pair.ts";

const FIRST = "127.0.0.31";
const maxCalls = 4;
const SOON = { timeoutMs: 4_000 };
const TRANSFER_CODE = FEATURE_CODES.transfer.default;

describe("where transfers lead", () => {
  let cleanup: Cleanup;
  let relayed: RelayedSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let trunk: TalkingPhone;
  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(() => cleanup.run());

  async function start(options: RelayedSwitchOptions = {}): Promise<void> {
    const port = await freePort();
    const dialPlan = trunkPlan("top-down");
    relayed = cleanup.add(
      await RelayedSwitch.start({
        phones: [{ maxCalls }, { maxCalls }, { maxCalls }, { maxCalls }],
        peers: [peerAt("first", { address: FIRST, port })],
        dialPlan: () => dialPlan,
        ...options,
      }),
      (one) => one.stop(),
    );
    const far = await trunkEnd(cleanup, relayed.node, { address: FIRST, port });
    trunk = cleanup.add(TalkingPhone.of(far, 1_300), (one) => one.close());
    [alice, bob] = [await phone("1001"), await phone("1002")];
  }

  async function phone(number: string): Promise<TalkingPhone> {
    return cleanup.add(await TalkingPhone.start(relayed.node, number), (one) => one.close());
  }

  async function talk(one: Talk, other: Talk): Promise<void> {
    await Promise.all([one.untilHears(other.toneHz), other.untilHears(one.toneHz)]);
  }

  async function over(by: Talk, other: Talk): Promise<void> {
    await by.hangUp();
    await other.ended();
    await eventually(
      () => assert.deepEqual([relayed.node.metric("tandem_calls"), relayed.node.manager.features.callsNow()], [0, []]),
      SOON,
    );
  }

  it("given a party beyond a trunk, when it is held and transferred to a phone, then it hears music and then that", async () => {
    await start();
    const outer = await trunk.dial("1002");
    const by = await bob.offered();
    await Promise.all([answer(by), establish(outer)]);
    await by.change("sendonly");
    await outer.untilHears("music");
    await by.refer("<sip:1001@127.0.0.1>").final();
    const target = await alice.offered();
    await answer(target);
    await by.untilNotified(100, 200);
    await talk(outer, target);
    await over(outer, target);
  });

  it("given a number beyond a trunk, when a call is transferred there, then the trunk's party gets it", async () => {
    await start();
    const [party, by] = await alice.talkTo(bob);
    await by.refer("<sip:90800@127.0.0.1>").final();
    const outer = await trunk.offered();
    assert.match(outer.call.offer?.uri ?? "", /^sip:0800@/);
    outer.progress(180);
    await party.untilHears("ringback");
    await answer(outer);
    await by.ended();
    await talk(party, outer);
    await over(party, outer);
  });

  it("given a trunk, when it asks for a transfer, then that is refused and the call goes on", async () => {
    await start();
    const outer = await trunk.dial("1002");
    const inner = await bob.offered();
    await Promise.all([answer(inner), establish(outer)]);
    assert.equal((await outer.refer("<sip:1001@127.0.0.1>").final()).status, 403);
    await talk(outer, inner);
  });

  it("given a line that is forwarded, when a call is transferred there, then it goes on to where that leads", async () => {
    const forwarding = new Map([["1004@internal", { noAnswerSeconds: 12, forwarding: { all: { internal: "1003" } } }]]);
    await start({ forwarding });
    const carol = await phone("1003");
    const [party, by] = await alice.talkTo(bob);
    await by.refer("<sip:1004@127.0.0.1>").final();
    const target = await carol.offered();
    await answer(target);
    await by.ended();
    await talk(party, target);
  });

  it("given the code of a feature that is none for a call, when a call is transferred there, then that is refused and it goes on", async () => {
    await start();
    const [party, by] = await alice.talkTo(bob);
    await by.refer("<sip:*78@127.0.0.1>").final();
    await eventually(() => assert.ok((by.notified.at(-1) ?? 0) >= 400, String(by.notified)), SOON);
    await talk(party, by);
  });

  it("given a phone with two calls, when it dials the code for a transfer, then the others talk and all of its calls end", async () => {
    await start();
    const carol = await phone("1003");
    const [one, party] = await bob.talkTo(alice);
    await one.change("sendonly");
    const [other, target] = await bob.talkTo(carol);
    const dialed = await bob.dial(TRANSFER_CODE);
    await establish(dialed);
    await Promise.all([one.ended(), other.ended(), dialed.ended()]);
    await talk(party, target);
    await over(party, target);
  });

  it("given a phone with a call, when it dials the code with a number behind it, then the call goes there", async () => {
    await start();
    const carol = await phone("1003");
    const [one, party] = await bob.talkTo(alice);
    await one.change("sendonly");
    const dialed = await bob.dial(`${TRANSFER_CODE}1003`);
    await establish(dialed);
    await dialed.ended();
    const target = await carol.offered();
    target.progress(180);
    await party.untilHears("ringback");
    await answer(target);
    await one.ended();
    await talk(party, target);
  });

  it("given a phone without a call, when it dials the code for a transfer, then it is told that there is none", async () => {
    await start();
    const dialed = await bob.dial(TRANSFER_CODE);
    assert.equal((await dialed.call.invite?.final())?.status, 480);
  });
});
