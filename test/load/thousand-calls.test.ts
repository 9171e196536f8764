import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { freeLoopbackAddress } from "../support/loopback-address.ts";
import type { Metrics } from "../support/metrics.ts";
import { Sipp, sippCredentials, type SippOptions, type SippResult } from "../support/sipp.ts";
import { CALL_GAUGES, TandemNode } from "../support/tandem-node.ts";

const CALLERS = Array.from({ length: 10 }, (_, index) => String(2001 + index));
const CALLEE = "2100";
const TRUNK_PREFIX = "8";
const ALL_GAUGES = [...CALL_GAUGES, "tandem_sip_transactions", "tandem_registrations"];
/** RFC 3261 timers that outlive a call: 32 s (timers D, J, L) and what the last call needed. */
const LINGER_MS = 45_000;

describe("SIPp against a node", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let callerAddress: string;
  let calleeAddress: string;
  let trunkAddress: string;
  let quiet: Metrics;

  before(async () => {
    callerAddress = await freeLoopbackAddress();
    calleeAddress = await freeLoopbackAddress();
    trunkAddress = await freeLoopbackAddress();
    const started = await TandemNode.start({
      phones: [...CALLERS, CALLEE].map((number) => ({
        name: `sipp-${number}`,
        number,
        password: `demo-${number}`,
        profile: "sipp",
        maxCalls: 1_000,
      })),
      peers: [
        {
          name: "trunk",
          addresses: [trunkAddress],
          uri: `sip:${trunkAddress}:5060;transport=udp`,
          prefixes: [TRUNK_PREFIX],
        },
      ],
    });
    node = cleanup.add(started, (running) => running.stop());
    quiet = await node.zero(ALL_GAUGES, 5_000);
  });

  after(async () => {
    await cleanup.run();
  });

  it("given digest, when 1,000 calls are made at 50 a second, then none fails and nothing is left", async () => {
    const recordsBefore = recordCount(node);
    await withCallee(async (callee) => {
      const result = await callFromPhones({ calls: 1_000, callsPerSecond: 50, holdMs: 1_000 });
      assertAllGood(result, 1_000);
      assertAllGood(await callee.stop(), 1_000);
    });
    await node.zero(ALL_GAUGES, LINGER_MS);
    await eventually(async () => assertAsQuiet(await node.metrics()), { timeoutMs: LINGER_MS, intervalMs: 250 });
    assert.equal(recordCount(node) - recordsBefore, 1_000);
  });

  it("given callers on TCP, when 100 calls are made at 50 a second, then none fails and no call is left", async () => {
    await withCallee(async (callee) => {
      const result = await callFromPhones({ calls: 100, callsPerSecond: 50, holdMs: 500, transport: "t1" });
      assertAllGood(result, 100);
      assertAllGood(await callee.stop(), 100);
    });
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given a peer known by its address, when it calls a phone, then no digest is asked for", async () => {
    await withCallee(async (callee) => {
      const result = await Sipp.run({ ...plainCall(trunkAddress), calls: 50, callsPerSecond: 50, holdMs: 200 }, 20_000);
      assertAllGood(result, 50);
      assertAllGood(await callee.stop(), 50);
    });
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given a stranger, when it calls without credentials, then no call goes through", async () => {
    await withCallee(async (callee) => {
      const result = await Sipp.run({ ...plainCall(await freeLoopbackAddress()), calls: 5 }, 20_000);
      assert.deepEqual([result.successful, result.failed], [0, 5], result.log);
      const taken = await callee.stop();
      assert.equal(taken.created, 0, taken.log);
    });
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given a number with a peer's prefix, when phones dial it, then the peer takes the calls", async () => {
    const trunk = Sipp.start({ scenario: "answer", address: trunkAddress, port: 5060 });
    try {
      const service = `${TRUNK_PREFIX}5551234`;
      assertAllGood(await callFromPhones({ calls: 50, callsPerSecond: 50, holdMs: 200, service }), 50);
      assertAllGood(await trunk.stop(), 50);
    } finally {
      await trunk.close();
    }
    await node.zero(CALL_GAUGES, 5_000);
  });

  /** Timers and connections of each service are not more than on the fresh node. */
  function assertAsQuiet(now: Metrics): void {
    for (const { name, labels, value } of quiet.lines) {
      if (name !== "tandem_timers" && name !== "tandem_sip_connections") continue;
      assert.ok(
        now.sum(name, labels) <= value,
        `${name} ${JSON.stringify(labels)}: ${now.sum(name, labels)}, was ${value}`,
      );
    }
  }

  /** A registered phone that answers every call; it is unregistered afterwards. */
  async function withCallee(use: (callee: Sipp) => Promise<void>): Promise<void> {
    const callee = Sipp.start({ scenario: "answer", address: calleeAddress, port: 5060 });
    try {
      await register(3_600);
      await use(callee);
      await register(0);
    } finally {
      await callee.close();
    }
  }

  async function register(expires: number): Promise<void> {
    const result = await Sipp.run(
      {
        scenario: "register-digest",
        address: calleeAddress,
        port: 5070,
        target: node.sip,
        calls: 1,
        keywords: { contact_port: "5060", expires: String(expires) },
        rows: [[CALLEE, sippCredentials(CALLEE, `demo-${CALLEE}`)]],
      },
      10_000,
    );
    assertAllGood(result, 1);
  }

  function callFromPhones(options: Partial<SippOptions> & { readonly calls: number }): Promise<SippResult> {
    const rows = CALLERS.map((user) => [user, sippCredentials(user, `demo-${user}`)]);
    return Sipp.run({ ...plainCall(callerAddress), scenario: "call-digest", rows, ...options }, 60_000);
  }

  function plainCall(address: string): SippOptions {
    return { scenario: "call", address, port: 5060, target: node.sip, service: CALLEE };
  }
});

function assertAllGood(result: SippResult, calls: number): void {
  assert.deepEqual([result.successful, result.failed, result.current], [calls, 0, 0], result.log);
}

/** Lines of the file with a record of each call; none before the first call. */
function recordCount(node: TandemNode): number {
  try {
    return readFileSync(join(node.dataDir, "records", "calls.jsonl"), "utf8")
      .trimEnd()
      .split("\n").length;
  } catch {
    return 0;
  }
}
