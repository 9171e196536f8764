import assert from "node:assert/strict";
import { Provider } from "../../../src/sdk/index.ts";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { SdkApplication } from "../../support/sdk-application.ts";
import { eventually } from "../../support/eventually.ts";
import { assertHears } from "../../support/phone-calls.ts";
import { applicationIn } from "../../support/readme-block.ts";
import { TandemNode } from "../../support/tandem-node.ts";

const HZ = { "1001": 440, "1002": 660, "1003": 880 } as const;

describe("applications of the demo", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let node: TandemNode;

  before(async () => {
    node = cleanup.add(await TandemNode.demo(), (started) => started.stop());
  });
  after(() => cleanup.run());
  afterEach(() => perTest.run());

  async function registered(number: keyof typeof HZ): Promise<Baresip> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), transport: "udp" });
    return perTest.add(phone, (one) => one.close());
  }

  async function open(): Promise<Provider> {
    const provider = await Provider.open({ servers: [node.cti], user: "cti", password: "demo-cti" });
    return perTest.add(provider, (one) => one.close());
  }

  it("given the ten lines of README, when 5000 and 5001 are called, then 1002 is heard, and the port has answered", async () => {
    const source = applicationIn("README.md");
    assert.ok(source.trimEnd().split("\n").length <= 11, "ten lines and an import");
    const application = perTest.add(new SdkApplication(source, node.cti), (one) => one.close());
    const watcher = await open();
    await eventually(() => assert.equal(watcher.terminal("demo-desk").isInService, true), { timeoutMs: 5_000 });
    const [alice, bob] = [await registered("1001"), await registered("1002")];
    await alice.dial("5000");
    await application.prints(/1001 calls 5000/);
    await bob.event("CALL_INCOMING");
    await bob.accept();
    await alice.event("CALL_ESTABLISHED");
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    await alice.hangup();
    await bob.closedReason();
    await alice.dial("5001");
    await alice.event("CALL_ESTABLISHED");
    await alice.hangup();
  });
});
