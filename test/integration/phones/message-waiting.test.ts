import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { tandem, TandemNode } from "../../support/tandem-node.ts";

describe("message waiting on a real phone", () => {
  const cleanup = new Cleanup();

  after(async () => {
    await cleanup.run();
  });

  const lamp = async (node: TandemNode, ...words: readonly string[]): Promise<string> => {
    const command = tandem(["lamp", ...words, "--data-dir", node.dataDir]);
    cleanup.add(command, async (one) => void (await one.kill()));
    const { code } = await command.exited(10_000);
    assert.equal(code, 0, command.output);
    return command.output;
  };

  it("given baresip with its MWI module, when it has registered, then it subscribes and is told when its lamp is set and cleared, also after a kill of call control", async () => {
    const node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    const phone = await Baresip.registered({ toneHz: 440, messageWaiting: true }, node.account("1001"));
    cleanup.add(phone, (started) => started.close());
    const { param = "" } = await phone.event("MWI_NOTIFY", 15_000);
    assert.match(param, /^Messages-Waiting: no\r?\nMessage-Account: sip:1001@/);
    await eventually(async () => assert.equal((await node.metrics()).sum("tandem_subscriptions"), 1), {
      timeoutMs: 5_000,
    });
    assert.match(await lamp(node, "set", "1001", "--new", "2", "--old", "1"), /1001@internal: lamp on, 2 new, 1 old/);
    const lit = (await phone.event("MWI_NOTIFY", 5_000)).param ?? "";
    assert.match(lit, /^Messages-Waiting: yes\r?\n(?:.*\r?\n)?Voice-Message: 2\/1 \(0\/0\)/);
    await node.serviceAgain("callmanager", await node.killService("callmanager"), 10_000);
    assert.match(await lamp(node, "show"), /^1001@internal +on +2 /m);
    await lamp(node, "clear", "1001@internal");
    assert.match((await phone.event("MWI_NOTIFY", 5_000)).param ?? "", /^Messages-Waiting: no/);
  });
});
