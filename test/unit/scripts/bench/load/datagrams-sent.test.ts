import assert from "node:assert/strict";
import { datagramsSentIn } from "../../../../../scripts/bench/load/datagrams-sent.ts";

describe("datagramsSentIn", () => {
  it("given the counters of UDP, when read, then OutDatagrams is found by its name", () => {
    const text = "Tcp: A OutDatagrams\nTcp: 1 2\nUdp: InDatagrams NoPorts OutDatagrams\nUdp: 10 20 30\nUdpLite: X\n";
    assert.equal(datagramsSentIn(text), 30);
  });
});
