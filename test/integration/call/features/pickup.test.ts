import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "../../../support/feature-switch.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { testSdp } from "../../../support/test-sdp.ts";
import { answer, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const NUMBERS = ["1001", "1002", "1003", "1004"] as const;
const NOTHING = [404, '399 tandem "pickup-nothing"'] as const;

describe("calls that are picked up", () => {
  let cleanup: Cleanup;
  let node: FeatureSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  let dave: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startFeatureSwitch(cleanup, [
      put("directory-number", { number: "799" }),
      put("pickup-group", { name: "desk", number: "799" }),
      put("pickup-group", { name: "mute" }),
      ...NUMBERS.flatMap((number) => [
        ...phoneOperations([number]),
        ...(number === "1002" || number === "1003" ? [put("directory-number", { number, pickupGroup: "desk" })] : []),
      ]),
    ]);
    const phones = await Promise.all(NUMBERS.map((number) => TalkingPhone.start(node.node, number)));
    for (const phone of phones) cleanup.add(phone, (one) => one.close());
    [alice, bob, carol, dave] = phones as [TalkingPhone, TalkingPhone, TalkingPhone, TalkingPhone];
  });
  afterEach(() => cleanup.run());

  /** Alice calls Bob, whose phone rings. */
  async function ringingAtBob(): Promise<readonly [Talk, Talk]> {
    const calling = await alice.dial("1002");
    const ringing = await bob.offered();
    ringing.call.respond(ringing.call.offer ?? assert.fail(), 180);
    await calling.call.invite?.response(180);
    return [calling, ringing];
  }

  async function statusOf(phone: TalkingPhone, number: string): Promise<readonly [number | undefined, string]> {
    const response = await (await phone.dial(number)).call.invite?.final();
    return [response?.status, response?.get("warning") ?? ""];
  }

  /** The ringing phone is told where the call was completed. */
  async function cancelled(ringing: Talk): Promise<void> {
    await ringing.ended();
    const cancel = ringing.call.phone.received.findLast(({ method }) => method === "CANCEL");
    assert.match(cancel?.get("reason") ?? "", /SIP;cause=200;text="Call completed elsewhere"/);
  }

  async function picks(phone: TalkingPhone, number: string, calling: Talk, ringing: Talk): Promise<Talk> {
    const picking = await phone.dial(number);
    picking.adopt((await picking.call.established()).body);
    calling.adopt((await calling.call.established()).body);
    await cancelled(ringing);
    await Promise.all([calling.untilHears(picking.toneHz), picking.untilHears(calling.toneHz)]);
    return picking;
  }

  for (const [name, number, by] of [
    ["its own group", "*80", "1003"],
    ["the number of the group", "799", "1004"],
    ["the code with that number", "*81799", "1004"],
    ["the extension", "*821002", "1004"],
  ] as const) {
    it(`given a call that rings, when a phone picks it up by ${name}, then it talks with the caller, and the other phone is cancelled`, async () => {
      const [calling, ringing] = await ringingAtBob();
      const picking = await picks(by === "1003" ? carol : dave, number, calling, ringing);
      await calling.hangUp();
      await picking.ended();
      assert.deepEqual(node.node.manager.features.callsNow().length, 0);
    });
  }

  it("given a line in no group, when a phone dials for it that may call it, then it has the call; one that may not is told that nothing rings", async () => {
    const ringing = await bob.dial("1001");
    const rung = await alice.offered();
    rung.call.respond(rung.call.offer ?? assert.fail(), 180);
    await ringing.call.invite?.response(180);
    await node.change(
      put("partition", { name: "others" }),
      put("calling-search-space", { name: "others", partitions: ["others"] }),
      ...phoneOperations(["1003"], { callingSearchSpace: "others" }),
    );
    assert.deepEqual(await statusOf(carol, "*821001"), NOTHING);
    const picking = await picks(dave, "*821001", ringing, rung);
    await ringing.hangUp();
    await picking.ended();
  });

  it("given nothing that rings, or only a call of its own, when a phone picks up, then it is told", async () => {
    assert.deepEqual(await statusOf(carol, "*80"), NOTHING);
    assert.deepEqual(await statusOf(dave, "*80"), NOTHING, "in no group");
    assert.deepEqual(await statusOf(carol, "*821004"), NOTHING);
    await carol.dial("1002");
    await bob.offered();
    assert.deepEqual(await statusOf(carol, "*80"), NOTHING);
  });

  it("given two that pick up at once, when one has it, then the other is told", async () => {
    const [calling, ringing] = await ringingAtBob();
    const [one, other] = await Promise.all([carol.dial("*80"), dave.dial("799")]);
    const answered = await Promise.all([one.call.invite?.final(), other.call.invite?.final()]);
    const both = [one, other].map((talk, index) => [talk, answered[index]] as const);
    for (const [talk, response] of both) {
      if (response?.status !== 200) continue;
      talk.call.ack(talk.call.invite, response);
      talk.adopt(response.body);
    }
    calling.adopt((await calling.call.established()).body);
    await cancelled(ringing);
    const told = await Promise.race(
      both.map(async ([talk, response]) => {
        if (response?.status !== 200) return talk;
        await talk.ended();
        return talk;
      }),
    );
    const winner = told === one ? other : one;
    await Promise.all([calling.untilHears(winner.toneHz), winner.untilHears(calling.toneHz)]);
  });

  it("given a pickup on its way, when the ringing phone answers first, then that one has the call, and the other is released", async () => {
    const [calling, ringing] = await ringingAtBob();
    const picking = await carol.sip.call("*80", { sdp: testSdp(4_000) });
    await picking.established();
    const invite = await picking.request("INVITE");
    picking.respond(invite, 100);
    await answer(ringing);
    calling.adopt((await calling.call.established()).body);
    await picking.request("CANCEL");
    picking.respond(invite, 487);
    await picking.takeBye();
    await Promise.all([calling.untilHears(ringing.toneHz), ringing.untilHears(calling.toneHz)]);
  });

  it("given a pickup on its way, when the caller gives up, then who picks up is released", async () => {
    const [calling] = await ringingAtBob();
    const picking = await carol.sip.call("*80", { sdp: testSdp(4_000) });
    await picking.established();
    const invite = await picking.request("INVITE");
    picking.respond(invite, 100);
    calling.call.invite?.cancel();
    assert.equal((await calling.call.invite?.final())?.status, 487);
    await picking.request("CANCEL");
    picking.respond(invite, 487);
    await picking.takeBye();
    assert.deepEqual(node.node.manager.features.callsNow().length, 0);
  });

  it("given a command, when a phone is to pick up, then it is rung, and has the call when it answers", async () => {
    const [calling, ringing] = await ringingAtBob();
    const picked = node.node.manager.features.command({ type: "pickup", device: "phone-1003" });
    const rung = await carol.offered();
    await answer(rung);
    assert.equal((await picked).ok, true);
    calling.adopt((await calling.call.established()).body);
    await cancelled(ringing);
    await Promise.all([calling.untilHears(rung.toneHz), rung.untilHears(calling.toneHz)]);
  });

  it("given commands for a phone outside of a group, when it may dial the group's number, then it is rung, and else not", async () => {
    const [calling, ringing] = await ringingAtBob();
    const command = (group: string) =>
      node.node.manager.features.command({ type: "pickup", device: "phone-1004", group });
    const refused = await command("mute");
    assert.equal(refused.ok === false && refused.failure, "pickup-nothing");
    const picked = command("desk");
    await answer(await dave.offered());
    assert.equal((await picked).ok, true);
    calling.adopt((await calling.call.established()).body);
    await cancelled(ringing);
  });
});
