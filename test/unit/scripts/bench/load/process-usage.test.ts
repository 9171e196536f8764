import assert from "node:assert/strict";
import { cpuMsEach, cpuMsOf } from "../../../../../scripts/bench/load/process-usage.ts";

describe("processor time of processes", () => {
  it("given a stat line whose command has spaces and parentheses, when read, then user and system time add up", () => {
    const stat = "42 (node (x) y) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 7 8 20 0 11 0 1000";
    assert.equal(cpuMsOf(stat), 2_000);
  });

  it("given two readings, when shared among calls, then each process has its own part", () => {
    const at = (edge: number, media: number) => [
      { name: "edge", cpuMs: edge, residentBytes: 0 },
      { name: "media", cpuMs: media, residentBytes: 0 },
    ];
    assert.deepEqual(
      [...cpuMsEach(at(100, 10), at(300, 20), 100)],
      [
        ["edge", 2],
        ["media", 0.1],
      ],
    );
  });
});
