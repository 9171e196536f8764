import assert from "node:assert/strict";
import { Provider } from "../../src/sdk/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { addCtiObjects, APPLICATION } from "../support/cti-objects.ts";
import { demoPhone } from "../support/demo-phone.ts";
import { establish, hangUp } from "../support/established-call.ts";
import { eventually } from "../support/eventually.ts";
import { heardWithin } from "../support/heard-event.ts";
import type { SipPhone } from "../support/sip-phone.ts";
import { TandemNode } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";

const DEVICES = [
  { kind: "route-point", name: "desk", number: "5000", more: { acceptSeconds: 60 } },
  { kind: "cti-port", name: "port", number: "5001" },
] as const;
const HEARTBEAT_MS = 1_000;

interface Row {
  readonly state: string;
}

describe("an application with two nodes", () => {
  const cleanup = new Cleanup();
  let first: TandemNode;
  let second: TandemNode;
  let phones: Readonly<Record<"near" | "far", SipPhone>>;
  let cti: Provider;

  before(async () => {
    first = cleanup.add(await TandemNode.start(), (node) => node.stop());
    second = cleanup.add(await TandemNode.start(), (node) => node.stop());
    for (const node of [first, second]) await addCtiObjects(node, DEVICES);
    phones = { near: await demoPhone(second, cleanup, "1001"), far: await demoPhone(second, cleanup, "1002") };
    const provider = await Provider.open({
      servers: [first.cti, second.cti],
      ...APPLICATION,
      group: "front",
      watch: "all",
      heartbeatMs: HEARTBEAT_MS,
      leaseMs: 2 * HEARTBEAT_MS,
    });
    cti = cleanup.add(provider, (one) => one.close());
  });
  after(() => cleanup.run());

  const sessionsAt = async (node: TandemNode): Promise<readonly Row[]> =>
    (await node.ask("ctimanager", "cti-sessions")) as readonly Row[];

  it("given devices that it has open, when all of the first node is killed, then it has them at the second one, and stays there", async () => {
    assert.equal(cti.server, first.cti);
    const desk = await cti.openRouteTerminal("desk", { routes: false });
    await cti.openMediaTerminal("port", { mode: "none" });
    await establish(await demoPhone(first, cleanup, "1003"), await demoPhone(first, cleanup, "1004"));
    const [lost] = await eventually(
      () => {
        assert.equal(cti.calls.length, 1);
        return cti.calls;
      },
      { timeoutMs: 3_000 },
    );
    assert.equal(cti.terminal("phone-1003").isInService, true);
    const told = Promise.all([
      heardWithin(cti, "provider.lost", 5_000).then(({ reason }) => {
        assert.notEqual(reason, "");
        const { isInService, cause } = desk.terminal;
        assert.deepEqual([cti.state, isInService, cause], ["out-of-service", false, "control-server-failure"]);
      }),
      heardWithin(cti, "provider.resnapshot", 15_000),
    ]);
    await first.killSupervisor();
    for (const { pid } of first.processes()) process.kill(pid, "SIGKILL");
    const [, resnapshot] = await told;
    assert.deepEqual(resnapshot, { type: "provider.resnapshot", server: second.cti, isNewSession: true });
    assert.deepEqual([cti.state, cti.server], ["in-service", second.cti]);
    assert.deepEqual([lost?.isEnded, cti.calls], [true, []]);
    assert.equal(cti.terminal("phone-1003").cause, "device-unregistered");
    assert.equal(cti.terminal("phone-1001").isInService, true);
    await eventually(() => assert.equal(cti.terminal("port").isInService, true), { timeoutMs: 3_000 });
    await redirects(phones.near, phones.far, desk.offers());

    await first.startSupervisor();
    await redirects(phones.near, phones.far, desk.offers());
    assert.equal(cti.server, second.cti);
    assert.deepEqual(
      (await sessionsAt(first)).filter(({ state }) => state === "connected"),
      [],
    );

    await cti.moveTo(first.cti);
    assert.deepEqual([cti.state, cti.server], ["in-service", first.cti]);
    assert.deepEqual(await sessionsAt(second), []);
    assert.equal(cti.terminal("phone-1001").isInService, false);
    const near = await demoPhone(first, cleanup, "1001");
    await eventually(() => assert.equal(desk.terminal.isInService, true), { timeoutMs: 5_000 });
    await redirects(near, await demoPhone(first, cleanup, "1002"), desk.offers());
  });

  /** A call of the route point is offered to the application, which sends it on. */
  async function redirects(caller: SipPhone, agent: SipPhone, offers: ReturnType<Desk["offers"]>): Promise<void> {
    const call = await caller.call("5000", { sdp: testSdp(4_000) });
    for await (const offer of offers) {
      const redirecting = offer.redirect("1002");
      const taken = await agent.offered(5_000);
      await taken.answer({ sdp: testSdp(5_000) });
      await call.established();
      await redirecting;
      await hangUp(call, taken);
      await offer.call.until(({ isEnded }) => isEnded, { timeoutMs: 3_000 });
      break;
    }
  }
});

type Desk = Awaited<ReturnType<Provider["openRouteTerminal"]>>;
