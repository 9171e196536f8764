import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { TandemNode } from "../../support/tandem-node.ts";

describe("message waiting on a real phone", () => {
  const cleanup = new Cleanup();

  after(async () => {
    await cleanup.run();
  });

  it("given baresip with its MWI module, when it has registered, then it subscribes and is told that no message waits", async () => {
    const node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    const phone = await Baresip.registered({ toneHz: 440, messageWaiting: true }, node.account("1001"));
    cleanup.add(phone, (started) => started.close());
    const { param = "" } = await phone.event("MWI_NOTIFY", 15_000);
    assert.match(param, /^Messages-Waiting: no\r?\nMessage-Account: sip:1001@/);
    await eventually(async () => assert.equal((await node.metrics()).sum("tandem_subscriptions"), 1), {
      timeoutMs: 5_000,
    });
  });
});
