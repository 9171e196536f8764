import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { assertHears, callAndAnswer, hangUp } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

const TLS_HZ = 440;
const UDP_HZ = 660;

describe("a phone on TLS", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  before(async () => {
    node = cleanup.add(await TandemNode.start({ moreListeners: ["tls"] }), (started) => started.stop());
  });
  after(() => cleanup.run());

  it("given one and a phone on UDP, when they call each other, then both hear and either hangs up", async () => {
    const phones = new Cleanup();
    const server = `127.0.0.1:${node.morePorts[0]}`;
    try {
      const secure = phones.add(
        await Baresip.registered({ toneHz: TLS_HZ }, { ...node.account("1001"), server, transport: "tls" }),
        (phone) => phone.close(),
      );
      const plain = phones.add(await Baresip.registered({ toneHz: UDP_HZ }, node.account("1002")), (phone) =>
        phone.close(),
      );
      await callAndAnswer(secure, "1002", plain);
      await Promise.all([assertHears(secure, UDP_HZ), assertHears(plain, TLS_HZ)]);
      await hangUp(plain, secure);
      await callAndAnswer(plain, "1001", secure);
      await Promise.all([assertHears(secure, UDP_HZ), assertHears(plain, TLS_HZ)]);
      await hangUp(secure, plain);
      const metrics = await node.zero(CALL_GAUGES, 5_000);
      assert.ok(metrics.sum("tandem_sip_messages_received_total", { transport: "tls" }) > 8);
    } finally {
      await phones.run();
    }
  });
});
