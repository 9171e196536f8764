import assert from "node:assert/strict";
import { isBoundIn, isClean } from "../../../../scripts/bench/call-burst.ts";
import { goodPerSecond } from "../../../../scripts/bench/overload.ts";
import { cpuMsEach, cpuMsOf } from "../../../../scripts/bench/process-usage.ts";
import { datagramsSentIn } from "../../../../scripts/bench/relay.ts";
import type { SippResult } from "../../../support/sipp.ts";

describe("readings of /proc", () => {
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

  it("given the table of UDP sockets, when an address is looked for, then only the bound one is found", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      " 3417: 0301007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 124702 2 0 0",
    ].join("\n");
    assert.equal(isBoundIn(table, "127.0.1.3", 5060), true);
    assert.equal(isBoundIn(table, "127.0.1.3", 5061), false);
    assert.equal(isBoundIn(table, "127.0.1.2", 5060), false);
  });

  it("given the counters of UDP, when read, then OutDatagrams is found by its name", () => {
    const text = "Tcp: A OutDatagrams\nTcp: 1 2\nUdp: InDatagrams NoPorts OutDatagrams\nUdp: 10 20 30\nUdpLite: X\n";
    assert.equal(datagramsSentIn(text), 30);
  });
});

describe("readings of SIPp", () => {
  const good = { successful: 100, failed: 0, retransmissions: 0, elapsedMs: 1_000 } as SippResult;

  it("given every call good and in time, when judged, then the burst is clean", () => {
    assert.equal(isClean(good, 100, 1_200), true);
  });

  for (const [what, change] of [
    ["a call failed", { successful: 99, failed: 1 }],
    ["something was sent again", { retransmissions: 1 }],
    ["calls were made too slowly", { elapsedMs: 1_300 }],
    ["calls are missing", { successful: 99 }],
  ] as const) {
    it(`given that ${what}, when judged, then the burst is not clean`, () => {
      assert.equal(isClean({ ...good, ...change }, 100, 1_200), false);
    });
  }

  it("given counters each second, when calls were offered for 3 s, then the drain after them does not count", () => {
    const history = [0, 100, 300, 500, 2_000].map((count, index) => ({ atMs: index * 1_000, counters: [count, 0, 0] }));
    assert.equal(goodPerSecond({ history }, 3), 200);
    assert.equal(goodPerSecond({ history: [] }, 3), 0);
  });
});
