import assert from "node:assert/strict";
import { UdpProbe } from "../../../../src/sip/transport/udp/udp-probe.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("UdpProbe", () => {
  it("given a place that can not be bound, when started, then what it was given comes back and nobody is called dead", () => {
    const clock = new ManualClock();
    const ends: { cause: Error | undefined; unsent: number }[] = [];
    const probe = new UdpProbe({
      local: { protocol: "udp", address: "192.0.2.77", port: 5060 },
      address: "192.0.2.78",
      port: 5060,
      clock,
      onDatagram: () => undefined,
      onEnd: (cause, unsent) => ends.push({ cause, unsent: unsent.length }),
    });
    probe.send("one", () => assert.fail("called dead"));
    probe.start();
    probe.close();
    assert.deepEqual(ends, [{ cause: undefined, unsent: 1 }]);
    assert.equal(clock.activeTimers, 0);
  });
});
