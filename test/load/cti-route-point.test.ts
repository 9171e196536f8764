import assert from "node:assert/strict";
import { CtiError, Provider, type RouteTerminal } from "../../src/sdk/index.ts";
import { addCtiObjects, APPLICATION } from "../support/cti-objects.ts";
import { Cleanup } from "../support/cleanup.ts";
import { freeLoopbackAddress } from "../support/loopback-address.ts";
import { Sipp, type SippResult } from "../support/sipp.ts";
import { CALL_GAUGES, TandemNode } from "../support/tandem-node.ts";

/** `CTI_LOAD_SECONDS=60 npm run test:load`: as long as that, instead of ten seconds. */
const SECONDS = Number(process.env["CTI_LOAD_SECONDS"] ?? "10");
const RATE = 100;
const CALLS = RATE * SECONDS;
const HOLD_MS = 500;
const ROUTE_POINT = { kind: "route-point", name: "desk", number: "5000", maxCalls: 5_000 } as const;
const AGENT_PREFIX = "8";
const AGENTS = ["85551001", "85551002", "85551003", "85551004"];

describe("a route point under load", function () {
  this.timeout(60_000 + 2_000 * SECONDS);
  const cleanup = new Cleanup();
  let node: TandemNode;
  let callerAddress: string;
  let agentAddress: string;
  let provider: Provider;

  before(async () => {
    callerAddress = await freeLoopbackAddress();
    agentAddress = await freeLoopbackAddress();
    const started = await TandemNode.start({
      peers: [peer("callers", callerAddress, []), peer("agents", agentAddress, [AGENT_PREFIX])],
    });
    node = cleanup.add(started, (running) => running.stop());
    await addCtiObjects(node, [ROUTE_POINT]);
    provider = cleanup.add(await Provider.open({ servers: [node.cti], ...APPLICATION }), (opened) => opened.close());
  });
  after(() => cleanup.run());

  for (const [how, open] of [
    ["redirects every offer", redirecting],
    ["selects a route for each", routing],
  ] as const) {
    it(`given ${RATE} calls a second, when an application ${how}, then each reaches an agent and nothing is left`, async () => {
      const agents = Sipp.start({ scenario: "answer", address: agentAddress, port: 5060 });
      const refusals: string[] = [];
      let sent = 0;
      const desk = await open(() => AGENTS[(sent += 1) % AGENTS.length] ?? "", refusals);
      try {
        const callers = await Sipp.run(
          {
            scenario: "call",
            address: callerAddress,
            port: 5060,
            target: node.sip,
            service: ROUTE_POINT.number,
            calls: CALLS,
            callsPerSecond: RATE,
            holdMs: HOLD_MS,
          },
          30_000 + 2_000 * SECONDS,
        );
        assertAllGood(callers);
        assertAllGood(await agents.stop());
        assert.deepEqual(refusals, []);
        assert.equal(sent, CALLS);
      } finally {
        await desk.close();
        await agents.close();
      }
      await node.zero(CALL_GAUGES, 10_000);
      const { calls } = await provider.request("call.list", {});
      assert.deepEqual(calls, []);
    });
  }

  async function redirecting(next: () => string, refusals: string[]): Promise<RouteTerminal> {
    const desk = await provider.openRouteTerminal(ROUTE_POINT.name, { routes: false });
    desk.onOffer((offer) => void offer.redirect(next()).catch((error: unknown) => refusals.push(told(error))));
    return desk;
  }

  async function routing(next: () => string, refusals: string[]): Promise<RouteTerminal> {
    const desk = await provider.openRouteTerminal(ROUTE_POINT.name);
    desk.onRoute((route) => void route.select([next()]).catch((error: unknown) => refusals.push(told(error))));
    return desk;
  }
});

function peer(name: string, address: string, prefixes: string[]) {
  const uri = `sip:${address}:5060;transport=udp`;
  return { name, addresses: [address], uri, prefixes, transit: true, maxCalls: 5_000 };
}

function assertAllGood(result: SippResult): void {
  assert.deepEqual([result.successful, result.failed, result.current], [CALLS, 0, 0], result.log);
}

function told(error: unknown): string {
  return error instanceof CtiError ? `${error.code}: ${error.message}` : String(error);
}
