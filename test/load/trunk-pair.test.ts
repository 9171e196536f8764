import assert from "node:assert/strict";
import type { PeerSource } from "../../src/call/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { freeLoopbackAddress } from "../support/loopback-address.ts";
import { Sipp, type SippResult } from "../support/sipp.ts";
import { SwitchFixture } from "../support/switch-fixture.ts";
import { peerAt, trunkPlan } from "../support/trunk-pair.ts";

const CALLS = 20;

describe("SIPp through a pair of trunks", () => {
  let cleanup: Cleanup;
  let node: SwitchFixture;
  let caller: string;
  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(async () => {
    await cleanup.run();
  });

  /** A far end with a scenario; without one nothing listens there. */
  async function far(scenario: string | undefined): Promise<{ readonly address: string; readonly sipp?: Sipp }> {
    const address = await freeLoopbackAddress();
    if (scenario === undefined) return { address };
    const sipp = cleanup.add(Sipp.start({ scenario, address, port: 5060 }), (one) => one.close());
    return { address, sipp };
  }

  /** @param transport of the first trunk */
  async function start(first: string, second: string, transport: "udp" | "tcp" = "udp"): Promise<void> {
    caller = await freeLoopbackAddress();
    const place = (name: string, address: string, more: Partial<PeerSource> = {}): PeerSource =>
      peerAt(name, { address, port: 5060 }, { maxCalls: 1_000, ...more });
    const peers = [
      place("first", first, { uri: `sip:${first}:5060;transport=${transport}` }),
      place("second", second),
      place("caller", caller, { transit: true }),
    ];
    const dialPlan = trunkPlan("top-down", { trunks: ["first", "second", "caller"] });
    const settings = { maxCalls: 1_000, trunkTrySeconds: 0.4 };
    node = await SwitchFixture.start({ peers, dialPlan: () => dialPlan, settings });
    cleanup.add(node, (one) => one.stop());
  }

  function run(scenario: string): Promise<SippResult> {
    const target = `127.0.0.1:${node.server.port}`;
    const common = { address: caller, port: 5060, target, service: "9123", callsPerSecond: 20 };
    return Sipp.run({ scenario, calls: CALLS, ...common }, 20_000);
  }

  /** All records, and what SIPp says at the trunk that should have got the calls. */
  async function assertRecords(trunk: string, status: number): Promise<void> {
    const records = await eventually(
      () => {
        const found = node.records();
        if (found.length < CALLS) throw new Error(`${found.length} records`);
        return found;
      },
      { timeoutMs: 5_000, intervalMs: 50 },
    );
    const ends = new Set(records.map(({ callee, cause }) => `${callee?.device} ${callee?.number} ${cause.sipStatus}`));
    assert.deepEqual([records.length, [...ends]], [CALLS, [`${trunk} 123 ${status}`]]);
  }

  for (const [what, scenario, transport] of [
    ["refuses connections", undefined, "tcp"],
    ["says 503", "refuse", "udp"],
    ["is silent", "silent", "udp"],
  ] as const) {
    it(`given a first trunk that ${what}, when calls are made, then the second takes each of them`, async () => {
      const [first, second] = [await far(scenario), await far("answer")];
      await start(first.address, second.address, transport);
      const calls = await run("call");
      assert.deepEqual([calls.successful, calls.failed, calls.current], [CALLS, 0, 0], calls.log);
      await assertRecords("second", 200);
      const taken = await second.sipp?.stop();
      assert.deepEqual([taken?.successful, taken?.failed], [CALLS, 0], taken?.log);
    });
  }

  it("given a first trunk whose callee is busy, when calls are made, then each caller gets 486, and the second trunk nothing", async () => {
    const [first, second] = [await far("busy"), await far("answer")];
    await start(first.address, second.address);
    const calls = await run("call-busy");
    assert.deepEqual([calls.successful, calls.failed], [CALLS, 0], calls.log);
    await assertRecords("first", 486);
    const asked = await second.sipp?.stop();
    assert.equal(asked?.created, 0, asked?.log);
  });
});
