import assert from "node:assert/strict";
import type { RouteTerminal, TerminalConnection } from "../../src/sdk/index.ts";
import { allEstablished, endAll, Place } from "../support/called-place.ts";
import { Cleanup } from "../support/cleanup.ts";
import { AGENT, startCtiSite, type CtiSite } from "../support/cti-site.ts";
import { eventually } from "../support/eventually.ts";
import type { PhoneCall, SipPhone } from "../support/sip-phone.ts";
import { CALL_GAUGES } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";

const DESK = { kind: "route-point", name: "desk", number: "5000", maxCalls: 1_000 } as const;
const CALLS = 20;

describe("calls that an application was offered when call control is killed", () => {
  const cleanup = new Cleanup();
  let site: CtiSite;
  let callers: SipPhone;
  let agents: Place;
  let desk: RouteTerminal;

  before(async () => {
    site = await startCtiSite(cleanup, { devices: [DESK] });
    callers = await site.phone("callers");
    agents = new Place(await site.phone("agents"));
    desk = await (await site.application()).openRouteTerminal(DESK.name, { routes: false });
  });
  after(() => cleanup.run());

  const call = (): Promise<PhoneCall[]> =>
    Promise.all(Array.from({ length: CALLS }, () => callers.call(DESK.number, { sdp: testSdp(40_000) })));

  it(`given ${CALLS} that wait for its word, and as many that come before the next process is there, then it is offered each, and all reach an agent by their one INVITE`, async () => {
    const waiting: TerminalConnection[] = [];
    let isKilled = false;
    desk.onOffer((offer) => {
      if (!isKilled) waiting.push(offer);
      else void offer.redirect(AGENT).catch(() => undefined);
    });
    const calls = await call();
    await eventually(() => assert.equal(waiting.length, CALLS), { timeoutMs: 5_000 });
    isKilled = true;
    const formerPid = await site.node.killService("callmanager");
    calls.push(...(await call()));
    const arrivals = await agents.take(2 * CALLS, 10_000);
    await allEstablished(calls);
    await site.node.serviceAgain("callmanager", formerPid, 5_000);
    assert.equal(arrivals.length, 2 * CALLS);
    await endAll(calls, arrivals);
    await site.node.zero(CALL_GAUGES, 10_000);
    for (const offer of waiting) await assert.rejects(offer.redirect(AGENT), { code: "CALL_ENDED" });
  });
});
