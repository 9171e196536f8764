import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { PortPool, type PortRange } from "../../../src/media/relay/embedded/port-pool.ts";
import { ReadyPairs } from "../../../src/media/relay/embedded/ready-pairs.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { freePortRange, RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const ADDRESS = "127.0.0.1";
const REST_MS = 1_000;
const REFILL_MS = 20;
const local: RelayOptions = { signalingAddress: ADDRESS, latch: "candidates" };
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const keyOf = (callId: string): RelayKey => ({ callId, fromTag: "a", toTag: "b" });

describe("ReadyPairs", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  function newPairs(range: PortRange, maxPairs: number) {
    const clock = new ManualClock();
    const pool = new PortPool({ range, restMs: REST_MS, clock, startOffset: 0 });
    const ready = cleanup.add(new ReadyPairs({ pool, address: ADDRESS, clock, maxPairs }), (pairs) => pairs.close());
    const takePort = (): number | undefined => cleanup.add(ready.take(), (pair) => pair?.close())?.port;
    return { clock, pool, ready, takePort };
  }

  async function occupy(port: number): Promise<void> {
    const socket = cleanup.add(createSocket("udp4"), (other) => void other.close());
    socket.bind(port, ADDRESS);
    await once(socket, "listening");
  }

  it("given a pool, when filled, then as many pairs are bound as wanted, at most a quarter of the pool", async () => {
    const range = await freePortRange(20);
    for (const [maxPairs, count] of [
      [3, 3],
      [10, 5],
    ] as const) {
      const { ready, pool } = newPairs(range, maxPairs);
      await ready.fill();
      assert.deepEqual([ready.count, ready.held, pool.inUse], [count, count, count]);
      await assert.rejects(occupy(range.min + 1), { code: "EADDRINUSE" });
      ready.close();
      ready.close();
      assert.deepEqual([ready.count, pool.inUse], [0, 0]);
    }
  });

  it("given ports that another program has, when filled, then they are passed over and rest", async () => {
    const range = await freePortRange(8);
    await occupy(range.min);
    await occupy(range.min + 3);
    const { ready, pool, takePort } = newPairs(range, 2);
    await ready.fill();
    assert.deepEqual([takePort(), takePort()], [range.min + 4, range.min + 6]);
    assert.equal(pool.inUse, 2);
  });

  it("given a pool with nothing free, when filled, then it ends, and what was given back is bound after its rest", async () => {
    const range = await freePortRange(4);
    const { clock, ready, pool, takePort } = newPairs(range, 1);
    const ports = [pool.take(), pool.take(), pool.take(), pool.take()];
    pool.free(ports[2] ?? 0);
    await ready.fill();
    assert.equal(takePort(), undefined);
    clock.advance(REST_MS - 1);
    await nextTurn();
    assert.equal(takePort(), undefined);
    clock.advance(REFILL_MS);
    await eventually(() => assert.equal(ready.count, 1), { timeoutMs: 2_000, intervalMs: 1 });
    assert.equal(takePort(), ports[2]);
  });

  it("given a pair that was taken, when some time has passed, then another is ready, by another port", async () => {
    const { clock, ready, takePort } = newPairs(await freePortRange(8), 2);
    await ready.fill();
    const taken = takePort();
    assert.equal(ready.count, 1);
    clock.advance(REFILL_MS);
    await eventually(() => assert.equal(ready.count, 2), { timeoutMs: 2_000, intervalMs: 1 });
    assert.equal(clock.activeTimers, 0);
    assert.equal(new Set([taken, takePort(), takePort()]).size, 3);
  });

  it("given pairs that are being bound, when closed, then none stays bound", async () => {
    const range = await freePortRange(20);
    const { ready, pool } = newPairs(range, 5);
    const filled = ready.fill();
    ready.close();
    await filled;
    assert.deepEqual([ready.count, ready.held, pool.inUse], [0, 0, 0]);
    for (let port = range.min; port <= range.max; port += 1) await occupy(port);
  });
});

describe("relay with ports that are ready", () => {
  it("given a relay, when a call comes and goes, then it has ports that were ready, and they are made up for", async () => {
    const clock = new ManualClock();
    const fixture = await RelayFixture.start({ clock });
    const phone = await RtpPhone.start();
    try {
      assert.equal(fixture.metric("tandem_media_ports_ready"), 128);
      assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
      await fixture.relay.offer(keyOf("one"), phone.sdp(), local);
      assert.equal(fixture.metric("tandem_media_ports_ready"), 124);
      assert.equal(fixture.metric("tandem_media_ports_in_use"), 4);
      clock.advance(REFILL_MS);
      await eventually(() => assert.equal(fixture.metric("tandem_media_ports_ready"), 128), { timeoutMs: 2_000 });
      await fixture.relay.release("one");
      assert.equal(fixture.metric("tandem_media_ports_ready"), 128);
      assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
    } finally {
      await phone.close();
      await fixture.close();
    }
  });

  it("given packets that came before the call, when a call gets the port, then only later ones pass", async () => {
    const portRange = await freePortRange(8);
    const fixture = await RelayFixture.start({ portRange, clock: new ManualClock() });
    const alice = await RtpPhone.start();
    const bob = await RtpPhone.start();
    try {
      // Whatever port the calls get, it has had a packet; one that was let through would be counted.
      for (let port = portRange.min; port <= portRange.max; port += 2) alice.send(rtpPacket({ ssrc: 1 }), port);
      alice.send(rtpPacket({ ssrc: 1 }), alice.port);
      await alice.nthHeard(1);
      await fixture.relay.offer(keyOf("one"), alice.sdp(), local);
      const port = audioPortOf(await fixture.relay.answer(keyOf("one"), bob.sdp(), local));
      alice.send(rtpPacket({ sequence: 2, ssrc: 2 }), port);
      assert.equal((await bob.nthHeard(1)).packet.readUInt32BE(8), 2);
      assert.equal(fixture.metric("tandem_media_packets_total", { kind: "rtp" }), 1);
    } finally {
      await alice.close();
      await bob.close();
      await fixture.close();
    }
  });
});
