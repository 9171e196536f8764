import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "../../../support/feature-switch.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { answer, establish, TalkingPhone, type Talk } from "../../../support/talking-phone.ts";

const NUMBERS = ["1001", "1002", "1003"] as const;
const PARK = "*42";

describe("parked calls", () => {
  let cleanup: Cleanup;
  let node: FeatureSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startFeatureSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("park-range", { pattern: "70[12]", reminderSeconds: 5, periodicSeconds: 5, giveUpSeconds: 30 }),
    ]);
    const phones = await Promise.all(NUMBERS.map((number) => TalkingPhone.start(node.node, number)));
    for (const phone of phones) cleanup.add(phone, (one) => one.close());
    [alice, bob, carol] = phones as [TalkingPhone, TalkingPhone, TalkingPhone];
  });
  afterEach(() => cleanup.run());

  /** Bob has Alice's call on hold. */
  async function heldByBob(): Promise<readonly [Talk, Talk]> {
    const [near, far] = await alice.talkTo(bob);
    await far.change("sendonly");
    return [near, far];
  }

  /** Dials what is answered by the switch, and returns whom the phone is shown. */
  async function dialed(phone: TalkingPhone, number: string): Promise<readonly [Talk, string]> {
    const talk = await phone.dial(number);
    const response = await talk.call.established();
    talk.adopt(response.body);
    return [talk, response.get("remote-party-id") ?? ""];
  }

  async function statusOf(phone: TalkingPhone, number: string): Promise<readonly [number | undefined, string]> {
    const response = await (await phone.dial(number)).call.invite?.final();
    return [response?.status, response?.get("warning") ?? ""];
  }

  it("given a held call, when the code is dialed, then it is parked with music, the slot is shown, and another phone has it by dialing that", async () => {
    const [near, far] = await heldByBob();
    const [confirmation, shown] = await dialed(bob, PARK);
    assert.match(shown, /Parked on 701.*<sip:701@/);
    await far.ended();
    await confirmation.ended();
    await near.untilHears("music");
    const [retrieving] = await dialed(carol, "701");
    await Promise.all([near.untilHears(retrieving.toneHz), retrieving.untilHears(near.toneHz)]);
    assert.deepEqual(await statusOf(bob, "701"), [404, '399 tandem "park-empty"']);
    await near.hangUp();
    await retrieving.ended();
  });

  it("given a held call, when a slot is dialed, then it is parked there, and not where a call is parked already", async () => {
    const [near] = await heldByBob();
    await dialed(bob, "702");
    await near.untilHears("music");
    const [other] = await carol.talkTo(bob);
    const held = other;
    await held.change("sendonly");
    assert.deepEqual(await statusOf(carol, "702"), [486, '399 tandem "park-slot-taken"']);
  });

  it("given a parked call, when its party hangs up, then the slot is free again", async () => {
    const [near] = await heldByBob();
    await dialed(bob, PARK);
    await near.untilHears("music");
    await near.hangUp();
    assert.deepEqual(await statusOf(carol, "701"), [404, '399 tandem "park-empty"']);
    assert.deepEqual(node.node.manager.features.callsNow().length, 0);
  });

  it("given a call, when it is referred to a slot or to the code, then it is parked, and the REFER told so", async () => {
    for (const to of ["702", "*42"]) {
      const [near, far] = await alice.talkTo(bob);
      const refer = far.refer(`<sip:${to}@127.0.0.1>`);
      assert.equal((await refer.final()).status, 202);
      await far.untilNotified(100, 200);
      await far.ended();
      await near.untilHears("music");
      const [retrieving] = await dialed(carol, to === "702" ? "702" : "701");
      await near.untilHears(retrieving.toneHz);
      await retrieving.hangUp();
      await near.ended();
    }
  });

  it("given a parked call that nobody retrieves, when its time has come, then who parked is rung until it answers", async () => {
    const [near] = await heldByBob();
    await dialed(bob, PARK);
    await near.untilHears("music");
    const first = await bob.sip.offered(8_000);
    assert.match(first.offer?.get("from") ?? "", /<sip:1001@/);
    first.respond(first.offer ?? assert.fail(), 486);
    await near.untilHears("music");
    const again = await bob.offered(8_000);
    await answer(again);
    await Promise.all([near.untilHears(again.toneHz), again.untilHears(near.toneHz)]);
    assert.deepEqual(await statusOf(carol, "701"), [404, '399 tandem "park-empty"']);
    // Two reminders of five seconds, the fewest there are.
  }).timeout(30_000);

  it("given commands, when they park and retrieve, then the slot is told, and the phone is rung that is to have the call", async () => {
    const { features } = node.node.manager;
    const [near, far] = await alice.talkTo(bob);
    const parked = await features.command({ type: "park", device: "phone-1002" });
    assert.ok(parked.ok);
    assert.equal(parked.slot, "701");
    await far.ended();
    await near.untilHears("music");
    const retrieved = features.command({ type: "unpark", device: "phone-1003", slot: "701" });
    const rung = await carol.offered();
    await answer(rung);
    assert.equal((await retrieved).ok, true);
    await Promise.all([near.untilHears(rung.toneHz), rung.untilHears(near.toneHz)]);
    const empty = await features.command({ type: "unpark", device: "phone-1003", slot: "701" });
    assert.ok(!empty.ok && empty.failure === "park-empty");
  });

  it("given a phone without a call, when it dials the code, then it is told that there is nothing to park", async () => {
    assert.deepEqual(await statusOf(bob, PARK), [404, '399 tandem "park-nothing"']);
    assert.deepEqual(await statusOf(bob, "701"), [404, '399 tandem "park-empty"']);
    const talk = await bob.dial("1003");
    const rung = await carol.offered();
    const [established] = [establish(talk), answer(rung)];
    await established;
  });
});
