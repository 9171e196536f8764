import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

describe("SipEdge: overload", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;
  let sent = 0;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite", "options", "info");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  interface Call {
    readonly toTag?: string;
    readonly callId?: string;
  }

  function send(method: string, uri: string, { toTag = "", callId = `overload-${sent + 1}` }: Call = {}): void {
    sent += 1;
    peer.send(fixture.sipPort, [
      `${method} ${uri} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=f`,
      `To: <sip:1002@127.0.0.1>${toTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${sent} ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
    ]);
  }

  /** Lets time pass in steps in which the edge can do its work. */
  async function pass(steps: number, eachStep: () => void = () => undefined): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      eachStep();
      clock.advance(100);
      await setTimeout(1);
    }
  }

  /** Call control says for a while that it is late; nearly nothing new is taken then. */
  async function becomeLate(): Promise<void> {
    send("OPTIONS", `sip:127.0.0.1:${fixture.sipPort}`);
    await application.takeSip("OPTIONS");
    await pass(20, () => fixture.edge.reportDelay(2_000));
  }

  async function allAreTaken(): Promise<void> {
    for (let index = 0; index < 10; index += 1) send("OPTIONS", `sip:127.0.0.1:${fixture.sipPort}`);
    for (let index = 0; index < 10; index += 1) await application.takeSip("OPTIONS");
    assert.equal(fixture.gauge("tandem_sip_new_requests_limit"), -1);
  }

  it("given call control in time, when requests come, then all are offered to it", async () => {
    await pass(5);
    await allAreTaken();
  });

  it("given call control that is late, when new requests come, then most get 503 with Retry-After", async () => {
    await becomeLate();
    for (let index = 0; index < 10; index += 1) send("INVITE", `sip:1002@127.0.0.1:${fixture.sipPort}`);
    const refused = await peer.take("SIP/2.0 503");
    assert.match(headerOf(refused, "Retry-After"), /^\d+$/);
    assert.ok(fixture.gauge("tandem_sip_new_requests_limit") <= 10);
  });

  it("given call control that is late, when requests of a call that is up come, then they are offered", async () => {
    send("INVITE", `sip:1002@127.0.0.1:${fixture.sipPort}`);
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    const ok = await peer.take("SIP/2.0 200");
    const call = { toTag: /;tag=.*/.exec(headerOf(ok, "To"))?.[0] ?? "", callId: headerOf(ok, "Call-ID") };
    await becomeLate();
    for (let index = 0; index < 10; index += 1) send("INFO", `sip:1002@127.0.0.1:${fixture.sipPort}`, call);
    for (let index = 0; index < 10; index += 1) await application.takeSip("INFO");
  });

  it("given call control that is late, when requests with made-up To tags come, then most get 503", async () => {
    await becomeLate();
    for (let index = 0; index < 10; index += 1) {
      send("INFO", `sip:1002@127.0.0.1:${fixture.sipPort}`, { toTag: ";tag=made-up" });
    }
    await peer.take("SIP/2.0 503");
  });

  it("given call control that is in time again, when some seconds have passed, then all are taken", async () => {
    await becomeLate();
    await pass(100);
    await allAreTaken();
  });
});
