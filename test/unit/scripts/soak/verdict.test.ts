import assert from "node:assert/strict";
import type { MetricLine } from "../../../support/metrics.ts";
import {
  heapVerdicts,
  leftoverFiles,
  leftoverObjects,
  residentVerdicts,
  slopeOf,
} from "../../../../scripts/soak/verdict.ts";

const MEGABYTE = 1024 * 1024;
const line = (name: string, value: number, labels: Record<string, string> = {}): MetricLine => ({
  name,
  value,
  labels,
});
const quiet = (process: string, heapMegabytes: number | undefined, openFiles = 20) => ({
  process,
  residentBytes: 0,
  heapBytes: heapMegabytes === undefined ? undefined : heapMegabytes * MEGABYTE,
  openFiles,
});

describe("what a soak leaves over", () => {
  it("given gauges as before or below, when compared, then nothing is left over", () => {
    const before = [line("tandem_timers", 3, { service: "edge" }), line("tandem_calls", 0)];
    const after = [line("tandem_timers", 2, { service: "edge" }), line("tandem_calls", 0)];
    assert.deepEqual(leftoverObjects(before, after), []);
  });

  it("given a gauge that is higher for one set of labels, when compared, then it is named, whatever their order", () => {
    const before = [line("tandem_sip_transactions", 0, { kind: "a", service: "edge" })];
    const after = [
      line("tandem_sip_transactions", 1, { service: "edge", kind: "a" }),
      line("tandem_sip_transactions", 1, { service: "edge", kind: "b" }),
      line("tandem_calls_answered_total", 7),
    ];
    assert.deepEqual(leftoverObjects(before, after), [
      { what: 'tandem_sip_transactions{kind="a",service="edge"}', before: 0, after: 1 },
      { what: 'tandem_sip_transactions{kind="b",service="edge"}', before: 0, after: 1 },
    ]);
  });

  it("given a process with more open files, when compared, then it is named", () => {
    assert.deepEqual(
      leftoverFiles([quiet("edge", 1, 20), quiet("media", 1, 9)], [quiet("edge", 1, 21), quiet("media", 1, 9)]),
      [{ what: "open files of edge", before: 20, after: 21 }],
    );
  });
});

describe("the memory of a soak", () => {
  it("given heaps, when compared, then 8 MB once and 20 octets a call are allowed", () => {
    const verdict = (heap: number, calls: number) => heapVerdicts([quiet("edge", 10)], [quiet("edge", heap)], calls)[0];
    assert.equal(verdict(18, 0)?.isFlat, true);
    assert.equal(verdict(18.1, 0)?.isFlat, false);
    assert.equal(verdict(18.1, 10_000)?.isFlat, true);
    // What every call leaves is found, however small.
    assert.equal(verdict(10 + (40 * 1_000_000) / MEGABYTE, 1_000_000)?.isFlat, false);
    assert.deepEqual(heapVerdicts([quiet("supervisor", undefined)], [quiet("supervisor", undefined)], 1), []);
  });

  const series = (bytesAt: (seconds: number) => number, seconds: number) => [
    {
      process: "edge",
      samples: Array.from({ length: seconds / 5 + 1 }, (_, index) => ({
        atMs: index * 5_000,
        residentBytes: bytesAt(index * 5),
      })),
    },
  ];

  it("given a rise at the start and a wave after it, when judged, then it is flat", () => {
    const bytes = (seconds: number): number =>
      seconds < 100 ? seconds * MEGABYTE : (100 + 15 * Math.sin(seconds)) * MEGABYTE;
    const [verdict] = residentVerdicts(series(bytes, 600));
    assert.equal(verdict?.isFlat, true);
  });

  it("given a steady rise of 3 MB a minute, when judged after ten minutes, then it grows", () => {
    const [verdict] = residentVerdicts(series((seconds) => (100 + seconds / 20) * MEGABYTE, 600));
    assert.equal(verdict?.isFlat, false);
    assert.equal(Math.round((verdict?.grownBytes ?? 0) / MEGABYTE), 20);
  });

  it("given a run too short for a trend, or no samples, when judged, then there is no verdict", () => {
    assert.deepEqual(residentVerdicts(series((seconds) => seconds * MEGABYTE, 170)), []);
    assert.deepEqual(residentVerdicts([{ process: "edge", samples: [] }]), []);
  });

  it("given points on a line, or too few, when fitted, then the slope is theirs, or 0", () => {
    assert.equal(
      slopeOf([
        [0, 1],
        [1, 3],
        [2, 5],
      ]),
      2,
    );
    assert.equal(slopeOf([[1, 1]]), 0);
    assert.equal(slopeOf([]), 0);
  });
});
