import assert from "node:assert/strict";
import type { CallView } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { CtiReader } from "../../../support/cti-reader.ts";
import { eventually } from "../../../support/eventually.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { partiesText } from "../../../support/signal-story.ts";
import type { SipPhone } from "../../../support/sip-phone.ts";
import { testSdp } from "../../../support/test-sdp.ts";

const MANAGER = "test/ctimanager";
const NUMBERS = ["1001", "1002", "1003", "1004"] as const;

describe("parties of calls that go elsewhere", () => {
  const cleanup = new Cleanup();
  let configured: ConfiguredSwitch;
  let phones: Record<(typeof NUMBERS)[number], SipPhone>;
  beforeEach(async () => {
    configured = await startConfiguredSwitch(cleanup, [
      ...NUMBERS.flatMap((number) => phoneOperations([number])),
      put("directory-number", { number: "1002", displayName: "Zoë", locale: "de-CH" }),
      put("translation-pattern", {
        pattern: "2XXX",
        partition: "internal",
        calledMask: "1XXX",
        calling: { mask: "7XXX" },
      }),
    ]);
    const { node } = configured;
    const entries = await Promise.all(NUMBERS.map(async (number) => [number, await node.phone(number)] as const));
    phones = Object.fromEntries(entries) as typeof phones;
    node.manager.cti.feed.attach({ manager: MANAGER, observesCalls: true }, new CtiReader());
  });
  afterEach(() => cleanup.run());

  const call = (): CallView => {
    const [only, ...others] = configured.node.manager.cti.feed.snapshot(MANAGER).calls;
    assert.ok(only !== undefined && others.length === 0);
    return only;
  };
  /** Who calls whom, once that is so. */
  const parties = (expected: string): Promise<void> =>
    eventually(
      () => {
        assert.equal(partiesText(call()), expected);
      },
      { timeoutMs: 3_000 },
    );
  const forward = (number: string, forwarding: object): Promise<void> =>
    configured.change({ type: "merge", kind: "directory-number", name: `${number}@internal`, body: { forwarding } });

  async function ring(from: SipPhone, number: string, at: SipPhone): Promise<void> {
    await from.call(number, { sdp: testSdp(4_000) });
    const offered = await at.offered();
    offered.respond(offered.offer ?? assert.fail(), 180);
  }

  it("given a line that forwards all calls, when it is called, then who rings is the called side, and the line has redirected", async () => {
    await forward("1002", { all: { internal: "1003" } });
    await ring(phones["1001"], "1002", phones["1003"]);
    await parties("1001>1002 now 1001>1003 by 1002");
    assert.deepEqual(call().lastRedirecting, { number: "1002", line: "1002@internal", name: "Zoë", locale: "de-CH" });
    assert.deepEqual(
      call().connections.map(({ party }) => party.number),
      ["1001", "1003"],
    );
  });

  it("given a name in a language that is configured, when its phone is called, and when it calls, then that is told; of the line, too", async () => {
    await ring(phones["1001"], "1002", phones["1002"]);
    await parties("1001>1002 now 1001>1002");
    assert.deepEqual([call().called.locale, call().calling.locale], ["de-CH", undefined]);
    const { lines } = configured.node.manager.cti.feed.snapshot(MANAGER);
    assert.equal(lines.find(({ number }) => number === "1002")?.locale, "de-CH");
  });

  it("given a line that is busy, when its call is forwarded, then the line has redirected", async () => {
    await forward("1002", { busy: { internal: "1003" } });
    await phones["1001"].call("1002", { sdp: testSdp(4_000) });
    const offered = await phones["1002"].offered();
    offered.respond(offered.offer ?? assert.fail(), 486);
    await phones["1003"].offered();
    await parties("1001>1002 now 1001>1003 by 1002");
    assert.deepEqual(call().called, { number: "1002", line: "1002@internal", name: "Zoë", locale: "de-CH" });
  });

  it("given a translation of both numbers, when it is dialed, then the parties are who they are, and the changed numbers are told beside them", async () => {
    await ring(phones["1001"], "2002", phones["1002"]);
    await parties("1001>2002 now 1001>1002");
    const { called, modifiedCalled, modifiedCalling, currentCalled, calling } = call();
    assert.deepEqual(
      [called.number, modifiedCalled, modifiedCalling, currentCalled?.name, calling.number],
      ["2002", "1002", "7001", "Zoë", "1001"],
    );
  });

  it("given a call that rings, when it is redirected, then who did so is told", async () => {
    await ring(phones["1001"], "1002", phones["1002"]);
    const { features } = configured.node.manager;
    const done = features.command({ type: "redirect", device: "phone-1002", to: "1004" });
    const offered = await phones["1004"].offered();
    offered.respond(offered.offer ?? assert.fail(), 180);
    assert.ok((await done).ok);
    await parties("1001>1002 now 1001>1004 by 1002");
  });
});
