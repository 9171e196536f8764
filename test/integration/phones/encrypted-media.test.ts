import assert from "node:assert/strict";
import { Baresip, type BaresipAccount } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { assertHears, callAndAnswer, hangUp } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

type Encryption = BaresipAccount["mediaEncryption"];

const NAMES: Readonly<Record<NonNullable<Encryption> | "none", string>> = {
  none: "plain RTP",
  srtp: "RTP/AVP with a=crypto",
  "srtp-mand": "RTP/AVP that insists on a=crypto",
  "srtp-mandf": "RTP/SAVPF",
  dtls_srtp: "DTLS-SRTP",
};

const nameOf = (encryption: Encryption): string => NAMES[encryption ?? "none"];

describe("interop 23 and 24: real phones with and without encrypted media", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  });
  after(() => cleanup.run());

  async function phones(near: Encryption, far: Encryption, run: (caller: Baresip, callee: Baresip) => Promise<void>) {
    const started = new Cleanup();
    const phone = async (number: string, toneHz: number, mediaEncryption: Encryption): Promise<Baresip> => {
      const account = { ...node.account(number), ...(mediaEncryption === undefined ? {} : { mediaEncryption }) };
      return started.add(await Baresip.registered({ toneHz }, account), (one) => one.close());
    };
    try {
      await run(await phone("1001", 440, near), await phone("1002", 660, far));
    } finally {
      await started.run();
    }
    await node.zero(CALL_GAUGES, 8_000);
  }

  for (const [near, far] of [
    ["srtp", undefined],
    [undefined, "srtp"],
    ["srtp", "srtp"],
    ["srtp-mandf", "srtp-mandf"],
  ] as const) {
    it(`given ${nameOf(near)} and ${nameOf(far)}, when the one calls the other, then each hears the other's tone`, async () => {
      await phones(near, far, async (caller, callee) => {
        await callAndAnswer(caller, "1002", callee);
        await assertHears(caller, 660);
        await assertHears(callee, 440);
        await hangUp(caller, callee);
      });
    });
  }

  for (const [near, far] of [
    ["srtp-mand", undefined],
    ["srtp-mandf", undefined],
    ["dtls_srtp", undefined],
    [undefined, "srtp-mand"],
    [undefined, "srtp-mandf"],
    [undefined, "dtls_srtp"],
  ] as const) {
    it(`given ${nameOf(near)} and ${nameOf(far)}, when the one calls the other, then it is told by 488 and there is no silent call`, async () => {
      await phones(near, far, async (caller, callee) => {
        await caller.dial("1002");
        // A phone that finds out when it rings has something to refuse or to answer.
        callee.event("CALL_INCOMING").then(
          () => callee.accept(),
          () => undefined,
        );
        const reason = await caller.closedReason();
        assert.match(reason, /^488 /);
        assert.equal(caller.hasEvent("CALL_ESTABLISHED"), false);
      });
    });
  }
});
