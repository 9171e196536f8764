import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { samplePlan, type PlanInput } from "../../support/sample-plan.ts";
import { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const GATEWAY = "127.0.0.9";
const PLAN: PlanInput = {
  callingSearchSpaces: [{ name: "internal", partitions: ["internal", "outside"] }],
  devicePools: [{ name: "default" }],
  directoryNumbers: ["1001", "1002", "1003"].map((number) => ({ number })),
  phones: [1001, 1002, 1003].map((number) => ({
    name: `phone-${number}`,
    lines: [{ directoryNumber: String(number) }],
  })),
  trunks: [{ name: "gateway", uri: `sip:${GATEWAY}`, prefixes: ["0"] }],
  routePatterns: [
    {
      pattern: "9.!",
      partition: "outside",
      trunk: "gateway",
      discard: "pre-dot",
      prefix: "+49",
      calling: { prefix: "+4930" },
    },
    { pattern: "90190!", partition: "outside", blocked: true },
  ],
  translationPatterns: [
    { pattern: "2XXX", calledMask: "1XXX", calling: { mask: "7XXX" } },
    { pattern: "55", calledMask: "55" },
  ],
  huntPilots: [{ pattern: "1100" }],
};

describe("calls by a dial plan", () => {
  let cleanup: Cleanup;
  let gateway: SipPhone;
  let node: SwitchFixture;
  let alice: SipPhone;

  beforeEach(async () => {
    cleanup = new Cleanup();
    const server = { address: "127.0.0.1", port: 9 };
    gateway = await SipPhone.start({ number: "1", user: "one", password: "", server, address: GATEWAY });
    cleanup.add(gateway, (one) => one.close());
    const plan = samplePlan(PLAN);
    const peers = [
      {
        name: "gateway",
        profile: { ...TEST_PROFILE, kind: "trunk" as const },
        addresses: [GATEWAY],
        uri: `sip:${GATEWAY}:${gateway.port}`,
        prefixes: ["0"],
        maxCalls: 10,
        transit: false,
      },
    ];
    node = cleanup.add(await SwitchFixture.start({ peers, dialPlan: () => plan }), (one) => one.stop());
    alice = await node.phone("1001");
  });
  afterEach(() => cleanup.run());

  const dial = async (number: string): Promise<number | undefined> =>
    (await (await alice.call(number, { sdp: testSdp(4_000) })).invite?.final())?.status;

  it("given a route pattern, when a phone dials it, then the trunk gets both numbers as the pattern changes them", async () => {
    const call = await alice.call("930123", { sdp: testSdp(4_000) });
    const { offer } = await gateway.offered();
    assert.equal(offer?.uri, `sip:+4930123@${GATEWAY}:${gateway.port}`);
    assert.match(offer.get("from") ?? "", /sip:\+49301001@/);
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
  });

  it("given a translation pattern, when a phone dials it, then the other phone rings and sees the caller as the pattern says", async () => {
    const bob = await node.phone("1002");
    const call = await alice.call("2002", { sdp: testSdp(4_000) });
    const { offer } = await bob.offered();
    assert.match(offer?.get("from") ?? "", /sip:7001@/);
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
  });

  it("given a translation pattern, when a phone writes to it, then the message comes from the number that the pattern says", async () => {
    const bob = await node.phone("1002");
    await alice.sendMessage("2002", "hello");
    assert.match((await bob.message(200)).get("from") ?? "", /sip:7001@/);
  });

  for (const [number, status] of [
    ["901905", 403],
    ["5555", 404],
    ["55", 482],
    // A hunt pilot that the settings of features do not know.
    ["1100", 404],
    ["1003", 480],
    ["100", 484],
    ["9", 484],
    ["911x", 404],
    ["3", 404],
  ] as const) {
    it(`given a plan, when ${number} is dialed, then the answer is ${status}`, async () => {
      assert.equal(await dial(number), status);
    });
  }

  it("given a number that is incomplete, when a phone writes to it, then the answer is 484", async () => {
    assert.equal((await (await alice.sendMessage("100", "hello")).final()).status, 484);
    assert.equal((await (await alice.sendMessage("3", "hello")).final()).status, 404);
  });

  it("given a plan, when a number is explained, then it is told what a call would do", () => {
    const { result, steps } = node.manager.views.explainDialPlan("1001", "2002");
    assert.deepEqual([result.kind, result.number, result.callingNumber, steps.length], ["line", "1002", "7001", 2]);
    assert.equal(node.manager.views.explainDialPlan("1001", "9196").result.kind, "service");
    assert.throws(() => node.manager.views.explainDialPlan("nobody", "1"), { code: "unknown-caller" });
  });
});

describe("a call manager without a dial plan", () => {
  it("given it, when a number is explained, then it says that there is none", async () => {
    const node = await SwitchFixture.start();
    assert.throws(() => node.manager.views.explainDialPlan("1001", "1002"), { code: "no-dial-plan" });
    await node.stop();
  });
});
