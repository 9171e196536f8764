import assert from "node:assert/strict";
import { isBoundIn, isClean } from "../../../../../scripts/bench/load/call-burst.ts";
import type { SippResult } from "../../../../support/sipp.ts";

describe("isBoundIn", () => {
  it("given the table of UDP sockets, when an address is looked for, then only the bound one is found", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      " 3417: 0301007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 124702 2 0 0",
    ].join("\n");
    assert.equal(isBoundIn(table, "127.0.1.3", 5060), true);
    assert.equal(isBoundIn(table, "127.0.1.3", 5061), false);
    assert.equal(isBoundIn(table, "127.0.1.2", 5060), false);
  });
});

describe("isClean", () => {
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
});
