import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const BURST = 10;
const MADE_UP = "<sip:1002@127.0.0.1>;tag=made-up";
const WITHIN = { timeoutMs: 2_000, intervalMs: 5 };

describe("SipEdge: requests of dialogs that are not here", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;
  let sent = 0;

  beforeEach(async () => {
    clock = new ManualClock();
    peer = await SipPeer.start();
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  interface Fields {
    readonly uri?: string;
    readonly from?: string;
    readonly to?: string;
    readonly callId?: string;
    readonly cseq?: number;
    readonly extra?: readonly string[];
  }

  function send(method: string, fields: Fields = {}): void {
    sent += 1;
    const { from = `<${peer.uri}>;tag=from-${sent}`, to = MADE_UP, callId = `call-${sent}` } = fields;
    peer.send(fixture.sipPort, [
      `${method} ${fields.uri ?? `sip:1002@127.0.0.1:${fixture.sipPort}`} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${fields.cseq ?? 1} ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
      ...(fields.extra ?? []),
    ]);
  }

  /** A request in the dialog of a response that was received. */
  function inDialog(method: string, ok: string, cseq: number, fields: Fields = {}): void {
    const callId = headerOf(ok, "Call-ID");
    send(method, { from: headerOf(ok, "From"), to: headerOf(ok, "To"), callId, cseq, ...fields });
  }

  describe("of a source that is limited", () => {
    beforeEach(async () => {
      const settings = {
        malformed: { perSecond: 1, burst: BURST },
        newRequests: { perSecond: 1, burst: BURST },
        bans: { firstSeconds: 600, maxSeconds: 600 },
      };
      fixture = await EdgeFixture.startOn({ guard: { settings, isKnown: () => false } }, clock);
      application = await fixture.application("invite", "register", "info", "notify", "options");
    });

    /** What is new from there is refused. */
    async function used(): Promise<void> {
      const count = (): number => fixture.gauge("tandem_sip_rate_limited_requests_total");
      for (; count() === 0; await setImmediate()) send("OPTIONS", { to: "<sip:1002@127.0.0.1>" });
      const last = `call-${sent}`;
      while (headerOf(await peer.take("SIP/2.0 503"), "Call-ID") !== last);
    }

    for (const method of ["INVITE", "REGISTER", "BYE"]) {
      it(`given ${method}s with made-up tags, when they go beyond the burst, then the rest gets 503, and in the end the source is banned`, async () => {
        for (let index = 0; index < BURST + 1; index += 1) send(method);
        await peer.take("SIP/2.0 503");
        assert.equal(fixture.gauge("tandem_sip_requests_received_total"), BURST);
        for (let index = 0; index < BURST * 5; index += 1) send(method);
        await eventually(() => assert.equal(fixture.edge.listBans()[0]?.reason, "flood"), WITHIN);
      });
    }

    it("given a call that is up, when its source is at its rate, then a request of the call is offered", async () => {
      send("INVITE", { to: "<sip:1002@127.0.0.1>" });
      const { tokens } = await application.takeSip("INVITE");
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
      const ok = await peer.take("SIP/2.0 200");
      inDialog("ACK", ok, 1);
      await used();
      inDialog("INFO", ok, 2);
      await application.takeSip("INFO");
    });

    it("given a SUBSCRIBE of ours, when the NOTIFY comes before its answer from a source at its rate, then it is offered", async () => {
      await application.ask(
        `sip||\r\nSUBSCRIBE ${peer.uri} SIP/2.0\r\nFrom: <sip:1001@localhost>\r\nEvent: presence\r\n\r\n`,
      );
      const subscribe = await peer.take("SUBSCRIBE");
      await used();
      const to = headerOf(subscribe, "From");
      const notify = { from: `<${peer.uri}>;tag=remote`, to, callId: headerOf(subscribe, "Call-ID") };
      send("NOTIFY", { ...notify, extra: ["Event: presence", "Subscription-State: active"] });
      await application.takeSip("NOTIFY");
      send("INFO", { ...notify, from: `<${peer.uri}>;tag=other` });
      await peer.take("SIP/2.0 503");
    });

    it("given a call that was proxied, when its source is at its rate, then what comes by our route goes on, and nothing else", async () => {
      const callee = await SipPeer.start();
      send("INVITE", { to: "<sip:1002@127.0.0.1>" });
      const { tokens } = await application.takeSip("INVITE");
      const command = `${randomUUID()}|proxy|${tokens[8]}|remainInDialog|||serial|||${callee.uri}\r\n`;
      application.sendRaw(`${command.length}#${command}`);
      const invite = await callee.take("INVITE");
      callee.respond(fixture.sipPort, invite, "200 OK", "callee", [`Contact: <${callee.uri}>`]);
      const ok = await peer.take("SIP/2.0 200");
      await used();
      inDialog("INFO", ok, 2);
      await peer.take("SIP/2.0 503");
      inDialog("INFO", ok, 3, { uri: callee.uri, extra: [`Route: ${headerOf(ok, "Record-Route")}`] });
      await callee.take("INFO");
      await callee.close();
    });
  });

  describe("while applications come and go", () => {
    beforeEach(async () => {
      fixture = await EdgeFixture.start(clock);
    });

    it("given each application that takes it dies, when the third one comes, then it is not offered to that, and its sender gets 481", async () => {
      send("INVITE");
      for (let life = 0; life < 2; life += 1) {
        application = await fixture.application("invite");
        await application.takeSip("INVITE");
        application.close();
        await application.closed();
      }
      await peer.take("SIP/2.0 481");
      application = await fixture.application("invite");
      await application.ask("ping");
      assert.deepEqual(application.frames, []);
    });

    it("given a thousand that wait for the first application, when one more comes, then it gets 503 at once", async () => {
      for (let count = 0; count < 1_000; count += 100) {
        for (let index = 0; index < 100; index += 1) send("BYE", { callId: `waiting-${count + index}` });
        const waiting = (): number => fixture.gauge("tandem_sip_pending_requests");
        await eventually(() => assert.equal(waiting(), count + 100), WITHIN);
      }
      send("BYE", { callId: "one-more" });
      assert.equal(headerOf(await peer.take("SIP/2.0 503"), "Call-ID"), "one-more");
    });
  });

  it("given an edge that has no room for dialogs, when an INVITE with a made-up tag comes, then it gets 503", async () => {
    fixture = await EdgeFixture.startOn({ limits: { maxDialogs: 0 } }, clock);
    application = await fixture.application("invite", "info");
    send("INVITE");
    await peer.take("SIP/2.0 503");
    send("INFO");
    await application.takeSip("INFO");
  });
});
