import assert from "node:assert/strict";
import { KeyLedger } from "../../simulation/cti/key-ledger.ts";
import { deedsOf } from "../../simulation/cti/plan.ts";
import { usePromptDisk } from "../../simulation/cti/prompt-disk.ts";
import { Site } from "../../simulation/cti/site.ts";
import { simulate } from "../../simulation/cti/simulate.ts";

describe("simulation of kills", () => {
  it("given a seed, when it is simulated twice, then the same happens, and nothing is wrong", async () => {
    const endPromptDisk = usePromptDisk();
    const site = await Site.make();
    try {
      const deeds = deedsOf(5, 25);
      const one = await simulate(site, 5, deeds);
      assert.equal(one.failure, undefined, one.failure?.error.stack ?? "");
      assert.deepEqual(await simulate(site, 5, deeds), one);
      assert.ok(one.events > 0 && Object.values(one.kills).some((number) => number > 0));
    } finally {
      site.close();
      endPromptDisk();
    }
  }).timeout(60_000);

  describe("commands", () => {
    it("given a command that was done, when it is done again, then that is found", () => {
      const ledger = new KeyLedger();
      ledger.sent("s:k", "call.hold");
      ledger.begin("s:k", "hold")(true);
      assert.throws(() => ledger.begin("s:k", "hold"), /done again/);
    });

    it("given a command that death has interrupted, when it is begun again, then that is found", () => {
      const ledger = new KeyLedger();
      ledger.sent("s:k", "call.hold");
      ledger.begin("s:k", "hold");
      assert.throws(() => ledger.begin("s:k", "hold"), /done again/);
    });

    it("given a command that was refused, when it is begun again, then nothing is wrong", () => {
      const ledger = new KeyLedger();
      ledger.sent("s:k", "call.hold");
      ledger.begin("s:k", "hold")(false);
      assert.doesNotThrow(() => ledger.begin("s:k", "hold"));
    });

    it("given an answer, when there is another one to the same key, then that is found", () => {
      const ledger = new KeyLedger();
      ledger.sent("s:k", "call.hold");
      ledger.answered("s:k", { kind: "done", result: { callId: "c1" } });
      assert.throws(() => ledger.answered("s:k", { kind: "refused", code: "CALL_ENDED", text: "" }), /is answered/);
    });
  });
});
