import assert from "node:assert/strict";
import { freeLoopbackAddress } from "../support/loopback-address.ts";
import { Sipp, sippCredentials } from "../support/sipp.ts";

describe("SIPp driver, client against server without Tandem", () => {
  it("given an answering server, when 20 calls are made, then both sides count 20 good ones", async () => {
    const [callee, caller] = await Promise.all([freeLoopbackAddress(), freeLoopbackAddress()]);
    const server = Sipp.start({ scenario: "answer", address: callee, port: 5060 });
    try {
      const target = `${callee}:5060`;
      const client = await Sipp.run(
        { scenario: "call", address: caller, port: 5060, target, service: "1000", calls: 20, callsPerSecond: 50 },
        10_000,
      );
      assert.deepEqual([client.successful, client.failed, client.current], [20, 0, 0], client.log);
      const answered = await server.stop();
      assert.deepEqual([answered.successful, answered.failed], [20, 0], answered.log);
    } finally {
      await server.close();
    }
  });

  it("given a server that asks for no credentials, when they are expected, then the call is counted as failed", async () => {
    const [callee, caller] = await Promise.all([freeLoopbackAddress(), freeLoopbackAddress()]);
    const server = Sipp.start({ scenario: "answer", address: callee, port: 5060 });
    try {
      const rows = [["1001", sippCredentials("1001", "any")]];
      const target = `${callee}:5060`;
      const client = await Sipp.run(
        { scenario: "call-digest", address: caller, port: 5060, target, service: "1000", calls: 1, rows },
        10_000,
      );
      assert.deepEqual([client.successful, client.failed], [0, 1], client.log);
      assert.notEqual(client.exitCode, 0);
    } finally {
      await server.close();
    }
  });

  for (const [scenario, what, counters] of [
    ["answer", "answers", [20, 0, 0]],
    ["refuse", "answers 503 with Retry-After", [0, 20, 0]],
  ] as const) {
    it(`given a server that ${what}, when called by who takes 503 too, then each end has its counter`, async () => {
      const [callee, caller] = await Promise.all([freeLoopbackAddress(), freeLoopbackAddress()]);
      const server = Sipp.start({ scenario, address: callee, port: 5060 });
      try {
        const target = `${callee}:5060`;
        const client = await Sipp.run(
          { scenario: "call-or-503", address: caller, port: 5060, target, service: "1", calls: 20, callsPerSecond: 50 },
          10_000,
        );
        assert.deepEqual([client.successful, client.failed, client.counters], [20, 0, counters], client.log);
        assert.deepEqual(client.history.at(-1)?.counters, counters);
        assert.ok(client.elapsedMs > 300 && client.elapsedMs < 10_000, String(client.elapsedMs));
        const served = await server.stop();
        assert.deepEqual([served.successful, served.failed], [20, 0], served.log);
      } finally {
        await server.close();
      }
    });
  }
});
