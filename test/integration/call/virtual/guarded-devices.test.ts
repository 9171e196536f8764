import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import type { InputOf } from "../../../../src/database/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { eventually } from "../../../support/eventually.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import { freePort } from "../../../support/free-port.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import { testSdp } from "../../../support/test-sdp.ts";
import { trunkEnd, type TrunkEnd } from "../../../support/trunk-pair.ts";

const WITHIN = { timeoutMs: 2_000, intervalMs: 5 };
const ADDRESS = "127.0.0.43";
/** Q.850: outgoing calls barred. */
const BARRED = 52;

describe("bounds of calls that applications send on by trunks", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let carrier: TrunkEnd;
  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(() => cleanup.run());

  async function start(point: Partial<InputOf<"route-point">> = {}): Promise<void> {
    const port = await freePort(ADDRESS);
    configured = await startConfiguredSwitch(cleanup, [
      ...phoneOperations(["1001"]),
      put("directory-number", { number: "7000" }),
      put("route-point", { name: "point", lines: [{ directoryNumber: "7000" }], ...point }),
      put("trunk", { name: "carrier", uri: `sip:${ADDRESS}:${port}`, addresses: [ADDRESS] }),
      put("route-group", { name: "carriers", trunks: ["carrier"] }),
      put("route-list", { name: "out", groups: [{ routeGroup: "carriers" }] }),
      put("route-pattern", { pattern: "9.!", routeList: "out", discard: "pre-dot" }),
    ]);
    const { node } = configured;
    alice = await node.phone("1001");
    carrier = await trunkEnd(cleanup, node, { address: ADDRESS, port });
    const media = { mode: "none" } as const;
    node.manager.cti.devices.request({ type: "own", device: "point", fence: 1, media, routes: false, session: "s1" });
  }

  async function offered(): Promise<PhoneCall> {
    const call = await alice.call("7000", { sdp: testSdp(4_000) });
    await eventually(() => assert.equal(configured.node.manager.cti.devices.offeredCount, 1), WITHIN);
    return call;
  }

  const redirect = (to: string): Promise<CommandResult> =>
    configured.node.manager.features.command({ type: "redirect", device: "point", to });

  async function sentOn(to: string): Promise<void> {
    const call = await offered();
    const redirected = redirect(to);
    const taken = await carrier.offered();
    taken.respond(taken.offer ?? assert.fail(), 180);
    assert.equal((await redirected).ok, true);
    taken.respond(taken.offer ?? assert.fail(), 486);
    assert.equal((await call.invite?.final())?.status, 486);
  }

  async function assertBarred(to: string, guard: string): Promise<void> {
    await offered();
    const result = await redirect(to);
    assert.deepEqual(result.ok || [result.failure, result.q850], ["destination-barred", BARRED]);
    const [alarm] = configured.node.manager.views.tollAlarms();
    assert.deepEqual([alarm?.guard, alarm?.device], [guard, "point"]);
    assert.equal(configured.node.manager.cti.devices.offeredCount, 1, "it is offered still");
  }

  it("given a route point as it is without more, when its application sends calls on, then no number of them is too many for it, but some are not allowed", async () => {
    await start();
    const { tollGuard } = configured.followed.inventory.linesOf("point")[0] ?? {};
    assert.deepEqual(tollGuard, {
      international: false,
      premium: false,
      callsPerHour: 1_000_000,
      concurrentCalls: 100_000,
    });
    await sentOn("9030123");
    await assertBarred("90049301", "international");
  });

  it("given a route point with bounds of its own, when its application sends on more, then that is refused, and the call is offered still", async () => {
    await start({ tollGuard: { callsPerHour: 1 } });
    await sentOn("9030123");
    await assertBarred("9030124", "calls-per-hour");
  });
});
