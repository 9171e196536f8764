import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { demoPhone } from "../../support/demo-phone.ts";
import { subscribe, takeNotify } from "../../support/phone-subscription.ts";
import type { PhoneCall } from "../../support/sip-phone.ts";
import { TandemNode } from "../../support/tandem-node.ts";

describe("the lamp of a key for a real phone", () => {
  const cleanup = new Cleanup();

  after(async () => {
    await cleanup.run();
  });

  /** Waits for the document whose dialogs have this state; none: "". */
  async function until(dialog: PhoneCall, state: string): Promise<void> {
    for (;;) {
      const { body } = await takeNotify(dialog);
      if ((/<state>(\w+)<\/state>/.exec(body)?.[1] ?? "") === state) return;
    }
  }

  it("given baresip that is called by baresip, when it rings, answers and hangs up, then who watches it is told, also after kills of call control and edge", async () => {
    const node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    const [caller, callee] = [
      cleanup.add(await Baresip.registered({ toneHz: 440 }, node.account("1001")), (phone) => phone.close()),
      cleanup.add(await Baresip.registered({ toneHz: 660 }, node.account("1002")), (phone) => phone.close()),
    ];
    const watcher = await demoPhone(node, cleanup, "1003");
    const server = { address: "127.0.0.1", port: node.sipPort };
    const { response, dialog } = await subscribe(watcher, server, { user: "1002", event: "dialog" });
    assert.equal(response.status, 200);
    await until(dialog, "");
    await caller.dial("1002");
    await until(dialog, "early");
    await callee.accept();
    await until(dialog, "confirmed");
    await node.serviceAgain("callmanager", await node.killService("callmanager"), 10_000);
    await until(dialog, "confirmed");
    await node.serviceAgain("edge", await node.killService("edge"), 10_000);
    await callee.hangup();
    await until(dialog, "terminated");
  });
});
