import assert from "node:assert/strict";
import { PayloadTable } from "../../../../src/media/rtp/payload-table.ts";
import { ReceiveStatistics } from "../../../../src/media/rtp/receive-statistics.ts";
import { rtp } from "./packets.ts";

function newStatistics(): ReceiveStatistics {
  const payloads = new PayloadTable();
  payloads.add([
    { payloadType: 96, clockRateHz: 48_000, isTelephoneEvent: false },
    { payloadType: 101, clockRateHz: 8000, isTelephoneEvent: true },
  ]);
  return new ReceiveStatistics(payloads);
}

/** Packets at 20 ms of the given sequences, on time. */
function feed(statistics: ReceiveStatistics, sequences: readonly number[], ssrc = 1): void {
  for (const sequence of sequences) {
    statistics.receive(rtp({ sequence, timestamp: sequence * 160, ssrc }), sequence * 20);
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe("ReceiveStatistics", () => {
  it("given no packet, when asked, then there is nothing to judge", () => {
    const statistics = newStatistics();
    assert.deepEqual([statistics.packets, statistics.lost, statistics.jitterMs], [0, 0, 0]);
    assert.equal(statistics.mos(0), undefined);
  });

  it("given packets on time, when received, then nothing is lost and there is no jitter", () => {
    const statistics = newStatistics();
    feed(statistics, range(65_500, 65_600));
    assert.deepEqual([statistics.packets, statistics.bytes], [100, 17_200]);
    assert.deepEqual([statistics.lost, statistics.jitterMs], [0, 0]);
    assert.ok((statistics.mos(0) ?? 0) > 4.3);
  });

  it("given gaps, disorder and duplicates, when received, then loss is what RFC 3550 A.3 says", () => {
    const statistics = newStatistics();
    feed(statistics, [1, 2, 5, 4, 8, 8, 10]);
    assert.equal(statistics.lost, 10 - 7);
    assert.ok((statistics.mos(0) ?? 5) < 3);
  });

  it("given a sequence that wraps with a loss on the way, when received, then the loss is counted once", () => {
    const statistics = newStatistics();
    for (const sequence of [65_533, 65_534, 1, 2]) statistics.receive(rtp({ sequence }), 0);
    assert.equal(statistics.lost, 2);
  });

  it("given a sender that starts again, when two packets follow each other, then no loss is made up", () => {
    const statistics = newStatistics();
    feed(statistics, [1, 2, 4]);
    feed(statistics, [30_000, 30_001, 30_002, 30_004]);
    assert.equal(statistics.lost, 2);
  });

  it("given late packets, when received, then jitter follows RFC 3550 A.8", () => {
    const statistics = newStatistics();
    statistics.receive(rtp({ sequence: 1, timestamp: 0 }), 0);
    statistics.receive(rtp({ sequence: 2, timestamp: 160 }), 36);
    assert.equal(statistics.jitterMs, 1);
    statistics.receive(rtp({ sequence: 3, timestamp: 320 }), 56);
    assert.equal(statistics.jitterMs, 1 - 1 / 16);
  });

  it("given a timestamp that wraps, or another clock rate, when received, then jitter is not disturbed", () => {
    const statistics = newStatistics();
    statistics.receive(rtp({ payloadType: 96, sequence: 1, timestamp: 0xffffffff - 959 }), 0);
    statistics.receive(rtp({ payloadType: 96, sequence: 2, timestamp: 0 }), 20);
    assert.equal(statistics.jitterMs, 0);
  });

  it("given telephone events, when received, then digits are counted and jitter is not disturbed", () => {
    const statistics = newStatistics();
    feed(statistics, [1, 2]);
    for (const sequence of [3, 4, 5]) {
      statistics.receive(rtp({ payloadType: 101, sequence, timestamp: 480, ssrc: 1 }), 20 * sequence);
    }
    for (const sequence of [6, 7]) {
      statistics.receive(rtp({ payloadType: 101, sequence, timestamp: 960, ssrc: 1 }), 20 * sequence);
    }
    feed(statistics, [8]);
    assert.equal(statistics.telephoneEvents, 2);
    assert.deepEqual([statistics.lost, statistics.jitterMs], [0, 0]);
  });

  it("given a second source beside the speech, when received, then each is followed on its own", () => {
    const statistics = newStatistics();
    for (const sequence of range(1, 50)) {
      feed(statistics, [sequence], 1);
      feed(statistics, [sequence + 20_000], 2);
    }
    assert.equal(statistics.lost, 0);
    assert.equal(statistics.packets, 98);
  });

  it("given more sources than are followed, when received, then losses of the old ones are kept", () => {
    const statistics = newStatistics();
    for (const ssrc of range(1, 10)) feed(statistics, [10 * ssrc, 10 * ssrc + 2], ssrc);
    assert.equal(statistics.lost, 9);
    assert.equal(statistics.packets, 18);
  });

  it("given packets that come late, also across a wrap, when received, then they are counted, and the time of the last one is known", () => {
    const statistics = newStatistics();
    assert.deepEqual([statistics.outOfOrder, statistics.lastArrivalMs], [0, undefined]);
    feed(statistics, [1, 3, 2, 4, 4]);
    assert.deepEqual([statistics.outOfOrder, statistics.lost, statistics.lastArrivalMs], [1, 0, 80]);
    feed(statistics, [65_534, 65_536, 65_535], 2);
    assert.deepEqual([statistics.outOfOrder, statistics.lastArrivalMs], [2, 65_535 * 20]);
    for (const ssrc of range(3, 12)) feed(statistics, [70_000], ssrc);
    assert.deepEqual([statistics.outOfOrder, statistics.lastArrivalMs], [2, 70_000 * 20]);
  });

  it("given two sources and a pause, when received, then source and packet time are those of the one that sent most", () => {
    const statistics = newStatistics();
    assert.deepEqual([statistics.ssrc, statistics.packetMs], [undefined, 0]);
    feed(statistics, range(1, 10), 5);
    feed(statistics, [1, 2], 6);
    statistics.receive(rtp({ sequence: 10, timestamp: 100_000, ssrc: 5 }), 400);
    assert.deepEqual([statistics.ssrc, statistics.packetMs], [5, 20]);
  });
});
