import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "../../../support/feature-switch.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { subscribe, takeNotify } from "../../../support/phone-subscription.ts";
import type { PhoneCall } from "../../../support/sip-phone.ts";
import { TalkingPhone } from "../../../support/talking-phone.ts";

const NUMBERS = ["1001", "1002", "1003"] as const;

/** `state remote rendering` of each dialog. */
function dialogsIn(body: string): string[] {
  const elements = [...body.matchAll(/<dialog id="\w+".*?<state>(\w+)<\/state>(.*?)<\/dialog>/g)];
  return elements.map(([, state = "", rest = ""]) => {
    const remote = /<remote><identity[^>]*>sip:(\w+)@/.exec(rest)?.[1] ?? "nobody";
    const local = /<local>.*?<\/local>/.exec(rest)?.[0] ?? "";
    return `${state} ${remote} ${/pval="(\w+)"/.exec(local)?.[1] ?? "-"}`;
  });
}

describe("lamps of parked calls, and of calls that the switch holds", () => {
  let cleanup: Cleanup;
  let node: FeatureSwitch;
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let carol: TalkingPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startFeatureSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("park-range", { pattern: "70[12]" }),
    ]);
    const phones = await Promise.all(NUMBERS.map((number) => TalkingPhone.start(node.node, number)));
    for (const phone of phones) cleanup.add(phone, (one) => one.close());
    [alice, bob, carol] = phones as [TalkingPhone, TalkingPhone, TalkingPhone];
  });
  afterEach(() => cleanup.run());

  async function watch(user: string): Promise<PhoneCall> {
    const { dialog } = await subscribe(carol.sip, node.node.server, { user, event: "dialog" });
    assert.deepEqual(dialogsIn((await takeNotify(dialog)).body), []);
    return dialog;
  }

  /** Takes documents until one has just this. */
  async function until(dialog: PhoneCall, ...wanted: readonly string[]): Promise<void> {
    for (;;) {
      if (dialogsIn((await takeNotify(dialog)).body).join() === wanted.join()) return;
    }
  }

  it("given a slot that is watched, when a call is parked there and its party hangs up, then its lamp goes on and out", async () => {
    const lamp = await watch("701");
    const [near] = await alice.talkTo(bob);
    const parked = await node.node.manager.features.command({ type: "park", device: "phone-1002" });
    assert.ok(parked.ok);
    await until(lamp, "confirmed 1001 no");
    await near.hangUp();
    await until(lamp, "terminated nobody -");
  });

  it("given a parked call, when call control is killed, then whoever watches its slot afterwards is shown it", async () => {
    const [near] = await alice.talkTo(bob);
    assert.ok((await node.node.manager.features.command({ type: "park", device: "phone-1002" })).ok);
    await near.untilHears("music");
    await node.node.killManager();
    await node.node.startManager();
    const { dialog } = await subscribe(carol.sip, node.node.server, { user: "701", event: "dialog" });
    assert.deepEqual(dialogsIn((await takeNotify(dialog)).body), ["confirmed 1001 no"]);
    await near.hangUp();
    await until(dialog, "terminated nobody -");
  });

  it("given a call, when it is held and retrieved by command, then the lamp of who holds says so as for a phone's own hold", async () => {
    const lamp = await watch("1002");
    const [near] = await alice.talkTo(bob);
    await until(lamp, "confirmed 1001 yes");
    const { features } = node.node.manager;
    assert.ok((await features.command({ type: "hold", device: "phone-1002" })).ok);
    await until(lamp, "confirmed 1001 no");
    assert.ok((await features.command({ type: "retrieve", device: "phone-1002" })).ok);
    await until(lamp, "confirmed 1001 yes");
    await near.hangUp();
    await until(lamp, "terminated nobody -");
  });
});
