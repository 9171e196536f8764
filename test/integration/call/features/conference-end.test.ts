import assert from "node:assert/strict";
import { Cleanup } from "../../../support/cleanup.ts";
import { startFeatureSwitch, type FeatureSwitch } from "../../../support/feature-switch.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { TalkingPhone } from "../../../support/talking-phone.ts";

const NUMBERS = ["1001", "1002", "1003"] as const;

describe("conferences that end with who made them", () => {
  let cleanup: Cleanup;
  let node: FeatureSwitch;
  let phones: TalkingPhone[];
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startFeatureSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("service-parameter", { name: "AdHocConferenceEndsWithController", value: true }),
    ]);
    phones = await Promise.all(NUMBERS.map((number) => TalkingPhone.start(node.node, number)));
    for (const phone of phones) cleanup.add(phone, (one) => one.close());
  });
  afterEach(() => cleanup.run());

  it("given the service parameter, when who made a conference hangs up, then the others are released, too", async () => {
    const [maker, second, third] = phones as [TalkingPhone, TalkingPhone, TalkingPhone];
    const [first, b] = await maker.talkTo(second);
    await first.change("sendonly");
    const [own, c] = await maker.talkTo(third);
    const { features } = node.node.manager;
    assert.equal((await features.command({ type: "conference", device: "phone-1001" })).ok, true);
    await b.untilHearsAll([own.toneHz, c.toneHz]);
    await (first.isEnded ? own : first).hangUp();
    await Promise.all([b.ended(), c.ended()]);
    assert.deepEqual(features.callsNow(), []);
  });
});
