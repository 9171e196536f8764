import assert from "node:assert/strict";
import type { FeatureStore } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../support/configured-switch.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";

const NUMBERS = ["1001", "1002", "1003"];
const OFFER = { sdp: testSdp(4_000) };

describe("settings that phones change by dialing", () => {
  const cleanup = new Cleanup();
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let bob: SipPhone;

  beforeEach(async () => {
    configured = await startConfiguredSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("line-group", { name: "sales", members: ["1001@internal"] }),
    ]);
    [alice, bob] = [await configured.node.phone("1001"), await configured.node.phone("1002")];
  });
  afterEach(() => cleanup.run());

  /** The call is answered by an announcement, and ends with it. */
  async function dial(code: string, phone = alice): Promise<void> {
    const { relay, manager } = configured.node;
    const call = await phone.call(code, OFFER);
    const answer = await call.established();
    assert.match(answer.body, /s=announcement:confirmed/);
    const { callId } = [...relay.sessions.values()].at(-1) ?? assert.fail();
    manager.relayEvent({ type: "prompt-ended", callId });
    assert.match((await call.takeBye()).get("reason") ?? "", /cause=16;/);
    await configured.followed.refresh();
  }

  const refusal = async (code: string, phone = alice): Promise<number | undefined> =>
    (await (await phone.call(code, OFFER)).invite?.final())?.status;

  it("given a phone, when it dials that it is not to be disturbed, and then that it may be, then its calls are busy, and then ring", async () => {
    await dial("*78");
    const refused = await (await bob.call("1001", OFFER)).invite?.final();
    assert.deepEqual([refused?.status, refused?.get("reason")], [486, 'Q.850;cause=17;text="user busy"']);
    await dial("*79");
    const { near, far } = await establish(bob, alice);
    await hangUp(near, far);
    await dial("*79");
    await configured.node.settled(5);
  });

  it("given a phone, when it forwards all its calls, and no more, then they go there, and then ring", async () => {
    const carol = await configured.node.phone("1003");
    await dial("*721003");
    const call = await bob.call("1001", OFFER);
    const offered = await carol.offered();
    await offered.answer({ sdp: testSdp(5_000) });
    await call.established();
    await hangUp(call, offered);
    await dial("*73");
    const { near, far } = await establish(bob, alice);
    await hangUp(near, far);
  });

  it("given a member of a line group, when it logs out and in, then it is no member in between", async () => {
    const members = (): readonly string[] =>
      configured.followed.features.huntPilot("5000@internal")?.lineGroups[0]?.members ?? [];
    await configured.change(put("hunt-pilot", { pattern: "5000", lineGroups: ["sales"] }));
    await dial("*86");
    assert.deepEqual(members(), []);
    await dial("*85");
    assert.deepEqual(members(), ["1001@internal"]);
  });

  it("given a phone, when it keeps others out of its calls, and lets them in, then that is what it is set to", async () => {
    const isPrivate = (): boolean | undefined => configured.followed.features.deviceOf("phone-1001")?.privacy;
    await dial("*83");
    assert.equal(isPrivate(), true);
    await dial("*84");
    assert.equal(isPrivate(), false);
  });

  for (const [what, code, number, status] of [
    ["forwards its calls to nobody", "*721999", "1001", 404],
    ["forwards its calls to itself", "*721001", "1001", 404],
    ["logs in to no line group", "*85", "1002", 403],
  ] as const) {
    it(`given a phone that ${what}, when it dials that, then its INVITE gets ${status}`, async () => {
      assert.equal(await refusal(code, number === "1001" ? alice : bob), status);
      const [record] = await configured.node.settled(1);
      assert.equal(record?.calledNumber, code);
    });
  }

  it("given a phone that changes its settings all the time, when it has done so too often, then its INVITE gets 503, and others go on", async () => {
    for (let change = 0; change < 20; change += 1) {
      await configured.featureStore.setDoNotDisturb("phone-1001", change % 2 === 0 ? "reject" : "off");
    }
    const final = await (await alice.call("*78", OFFER)).invite?.final();
    assert.deepEqual([final?.status, final?.get("retry-after")], [503, "60"]);
    await dial("*78", bob);
  });

  it("given an announcement whose end is not told, when the phone hangs up, then nothing of the call is left", async () => {
    const call = await alice.call("*78", OFFER);
    await call.established();
    assert.equal((await call.bye()).status, 200);
    await configured.node.settled(1);
  });
});

describe("a setting that takes long to change", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it("given a change that waits, when the phone takes its INVITE back, then it is over for the phone, and nothing is left of the call", async () => {
    const configured = await startConfiguredSwitch(cleanup, phoneOperations(["1001"]));
    const { featureStore: store } = configured;
    let go: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slow: FeatureStore = {
      setDoNotDisturb: (device, mode) => waits.then(() => store.setDoNotDisturb(device, mode)),
      setAutoAnswer: (device, isOn, author) => store.setAutoAnswer(device, isOn, author),
      setPrivacy: (device, isOn) => store.setPrivacy(device, isOn),
      setForwardAll: (line, destination, by) => store.setForwardAll(line, destination, by),
      setForwarding: (line, kind, targets, author) => store.setForwarding(line, kind, targets, author),
      setHuntLogin: (line, isIn, by) => store.setHuntLogin(line, isIn, by),
    };
    const { inventory, features: settings } = configured.followed;
    const node = await SwitchFixture.start({
      inventory,
      dialPlan: () => configured.followed.dialPlan,
      features: { settings, store: slow },
    });
    cleanup.add(node, (one) => one.stop());
    const alice = await node.phone("1001");
    const call = await alice.call("*78", OFFER);
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
    go();
    await node.settled(1);
  });
});
