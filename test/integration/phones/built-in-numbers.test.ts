import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { rootMeanSquare, tonePower } from "../../support/goertzel.ts";
import { assertHears } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

describe("built-in numbers", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let phone: Baresip;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    phone = cleanup.add(await Baresip.registered({ toneHz: 523 }, node.account("1001")), (started) => started.close());
  });

  after(async () => {
    await cleanup.run();
  });

  it("given a phone that sends a tone, when it calls 9196, then it hears its own tone", async () => {
    await phone.dial("9196");
    await phone.event("CALL_ESTABLISHED");
    await assertHears(phone, 523);
    await phone.hangup();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given a phone, when it calls 9197, then it hears 440 Hz and then music", async () => {
    await phone.dial("9197");
    await phone.event("CALL_ESTABLISHED");
    await eventually(async () => assert.ok(tonePower(await phone.hears(200), 8_000, 440) > 0.9, "440 Hz"), {
      timeoutMs: 3_000,
    });
    await eventually(async () => assertMusic(await phone.hears(500)), { timeoutMs: 15_000 });
    await phone.hangup();
    await node.zero(CALL_GAUGES, 5_000);
  });
});

/** Music is loud enough to hear and is more than the tone before it. */
function assertMusic(samples: Int16Array): void {
  assert.ok(rootMeanSquare(samples) > 300, "audible");
  assert.ok(tonePower(samples, 8_000, 440) < 0.5, "not the tone");
}
