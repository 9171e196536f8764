import assert from "node:assert/strict";
import { SystemClock } from "../../../../src/common/index.ts";
import type { ListenAddress } from "../../../../src/sip/transport/index.ts";
import { sipText, TransportUnderTest } from "./transport-fixture.ts";

const clock = new SystemClock();

describe("listening for SIP", () => {
  it("given port 0, when started, then the real ports are told", async () => {
    const transport = await TransportUnderTest.start({ clock });
    assert.deepEqual(
      transport.layer.localAddresses.map(({ protocol, address, port }) => [protocol, address, port > 0]),
      [
        ["udp", "127.0.0.1", true],
        ["tcp", "127.0.0.1", true],
      ],
    );
    assert.equal(transport.layer.isLocal("127.0.0.1", transport.port("udp"), "udp"), true);
    await transport.close();
  });
  for (const protocol of ["udp", "tcp"] as const) {
    for (const maxUdpProbes of [0, 64]) {
      it(`given a taken ${protocol} port and ${maxUdpProbes} probes, when started, then the error names it and nothing stays bound`, async () => {
        const first = await TransportUnderTest.start({ clock, limits: { maxUdpProbes } });
        const port = first.port(protocol);
        const free: ListenAddress = { protocol: "udp", address: "127.0.0.2", port: 0 };
        const listeners = [free, { protocol, address: "127.0.0.1", port }];
        const second = TransportUnderTest.start({ clock, listeners, limits: { maxUdpProbes } });
        await assert.rejects(second, {
          code: "address-in-use",
          message: new RegExp(`^can not listen on ${protocol} 127.0.0.1 port ${port}: `),
          details: { protocol, address: "127.0.0.1", port },
        });
        await first.close();
        const third = await TransportUnderTest.start({ clock, listeners, limits: { maxUdpProbes } });
        await third.close();
      });
    }
    it(`given an address that is not ours, when ${protocol} is started, then the error says so`, async () => {
      const listeners: ListenAddress[] = [{ protocol, address: "192.0.2.77", port: 0 }];
      await assert.rejects(TransportUnderTest.start({ clock, listeners }), { code: "address-not-available" });
    });
  }
  for (const protocol of ["udp", "tcp"] as const) {
    it(`given ${protocol} on all addresses of one family, when the other family listens on the port, too, then both get in`, async () => {
      const v6 = await TransportUnderTest.start({ clock, listeners: [{ protocol, address: "::", port: 0 }] });
      const listeners: ListenAddress[] = [{ protocol, address: "0.0.0.0", port: v6.port(protocol) }];
      const v4 = await TransportUnderTest.start({ clock, listeners });
      const own = ["127.0.0.1", "::1"].map((address): ListenAddress => ({ protocol, address, port: 0 }));
      const peer = await TransportUnderTest.start({ clock, listeners: own });
      peer.send({ protocol, address: "127.0.0.1", port: v4.port(protocol) }, sipText("four"));
      peer.send({ protocol, address: "::1", port: v6.port(protocol) }, sipText("six"));
      const [[four], [six]] = await Promise.all([v4.messages.count(1), v6.messages.count(1)]);
      assert.deepEqual([four?.text, four?.flow.localAddress], [sipText("four"), "127.0.0.1"]);
      assert.deepEqual([six?.text, six?.flow.localAddress, six?.flow.remoteAddress], [sipText("six"), "::1", "::1"]);
      await Promise.all([peer.close(), v4.close(), v6.close()]);
    });
  }
  it("given no address at all, when started, then it fails cleanly", async () => {
    const listeners: ListenAddress[] = [{ protocol: "udp", address: "300.1.1.1", port: 0 }];
    await assert.rejects(TransportUnderTest.start({ clock, listeners }), { code: "listen-failed" });
  });
  it("given listeners on port 0, when many are started, then no two share a port", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => TransportUnderTest.start({ clock })));
    assert.equal(new Set(all.map((transport) => transport.port("udp"))).size, 20);
    await Promise.all(all.map((transport) => transport.close()));
  });
  it("given a transport that was closed, when another is started on its ports, then it gets them", async () => {
    const first = await TransportUnderTest.start({ clock });
    const listeners = first.layer.localAddresses;
    await first.close();
    const second = await TransportUnderTest.start({ clock, listeners });
    assert.deepEqual(second.layer.localAddresses, listeners);
    await second.close();
    assert.equal(clock.activeTimers, 0);
  });
});
