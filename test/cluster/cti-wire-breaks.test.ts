import assert from "node:assert/strict";
import type { RouteTerminal, TerminalConnection } from "../../src/sdk/index.ts";
import { allEstablished, endAll, Place } from "../support/called-place.ts";
import { Cleanup } from "../support/cleanup.ts";
import { AGENT, startCtiSite, type CtiSite } from "../support/cti-site.ts";
import { EdgeFixture, SECRET } from "../support/edge-fixture.ts";
import { eventually } from "../support/eventually.ts";
import type { SipPhone } from "../support/sip-phone.ts";
import { TcpForwarder } from "../support/tcp-forwarder.ts";
import { testSdp } from "../support/test-sdp.ts";

const DESK = { kind: "route-point", name: "desk", number: "5000", maxCalls: 1_000 } as const;
const CALLS = 10;

describe("calls that an application was offered when the connection of call control to the edge breaks", () => {
  const cleanup = new Cleanup();
  let edge: EdgeFixture;
  let wire: TcpForwarder;
  let site: CtiSite;
  let callers: SipPhone;
  let agents: Place;
  let desk: RouteTerminal;

  before(async () => {
    edge = cleanup.add(await EdgeFixture.start(), (started) => started.stop());
    wire = cleanup.add(await TcpForwarder.start({ host: "127.0.0.1", port: edge.edge.wirePort }), (made) => made.cut());
    site = await startCtiSite(cleanup, {
      devices: [DESK],
      edge: { kind: "drachtio", host: "127.0.0.1", port: wire.port, secret: SECRET },
      sipPort: edge.sipPort,
    });
    callers = await site.phone("callers");
    agents = new Place(await site.phone("agents"));
    desk = await (await site.application()).openRouteTerminal(DESK.name, { routes: false });
  });
  after(() => cleanup.run());

  it(`given ${CALLS} that wait for its word, when the connection is back, then it is offered each as a new one, and all reach an agent by their one INVITE`, async () => {
    const waiting: TerminalConnection[] = [];
    let isBroken = false;
    desk.onOffer((offer) => {
      if (!isBroken) waiting.push(offer);
      else void offer.redirect(AGENT).catch(() => undefined);
    });
    const calls = await Promise.all(
      Array.from({ length: CALLS }, () => callers.call(DESK.number, { sdp: testSdp(40_000) })),
    );
    await eventually(() => assert.equal(waiting.length, CALLS), { timeoutMs: 5_000 });
    isBroken = true;
    wire.disconnect();
    const arrivals = await agents.take(CALLS, 10_000);
    await allEstablished(calls);
    assert.equal(arrivals.length, CALLS);
    for (const offer of waiting) await assert.rejects(offer.redirect(AGENT), { code: "CALL_ENDED" });
    await endAll(calls, arrivals);
    await site.node.zero(["tandem_calls", "tandem_media_sessions"], 10_000);
    await eventually(() => assert.equal(edge.gauge("tandem_sip_dialogs"), 0), { timeoutMs: 5_000 });
  });
});
