import { Cleanup } from "../../support/cleanup.ts";
import { Linphone } from "../../support/linphone.ts";
import { linphoneHearsAll, MixingPhone } from "../../support/mixing-phone.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

const HZ = { "1001": 440, "1002": 660, "1003": 880 } as const;
const TONES = Object.values(HZ);

describe("conferences with real phones", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });
  after(async () => {
    await cleanup.run();
  });

  async function baresip(number: "1001" | "1002"): Promise<MixingPhone> {
    const account = { ...node.account(number), answer: "auto" } as const;
    return cleanup.add(await MixingPhone.start(account, HZ[number]), (one) => one.close());
  }

  const others = (hz: number): readonly number[] => TONES.filter((one) => one !== hz);

  it("given linphone with two baresips on hold, when it dials the code of conferences, then each hears the two others, and two that are left each other", async () => {
    const [alice, bob] = [await baresip("1001"), await baresip("1002")];
    const carol = cleanup.add(await Linphone.start({ user: "1003", toneHz: HZ["1003"] }), (one) => one.close());
    await carol.register("1003", node.sip, "demo-1003");
    await carol.call("1001");
    await carol.pause();
    await carol.call("1002");
    await carol.pause();
    await carol.call("*41");
    carol.playTone();
    await Promise.all([
      alice.hearsAll(others(alice.toneHz), TONES),
      bob.hearsAll(others(bob.toneHz), TONES),
      linphoneHearsAll(carol, others(HZ["1003"]), TONES),
    ]);
    await carol.hangup();
    await Promise.all([alice.hearsAll([bob.toneHz], TONES), bob.hearsAll([alice.toneHz], TONES)]);
    await alice.phone.hangup();
    await bob.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });
});
