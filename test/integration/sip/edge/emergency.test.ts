import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { SipEdgeOptions } from "../../../../src/sip/index.ts";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SOS = "urn:service:sos";
const SHARE = 20;

const STRICT: SipEdgeOptions["guard"] = {
  settings: {
    malformed: { perSecond: 10, burst: 10 },
    newRequests: { perSecond: 1, burst: 2 },
    bans: { firstSeconds: 60, maxSeconds: 60 },
  },
  isKnown: () => false,
};

describe("SipEdge: emergency calls", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;
  let sent = 0;

  async function start(changes: Parameters<typeof EdgeFixture.startOn>[0] = {}): Promise<void> {
    clock = new ManualClock();
    fixture = await EdgeFixture.startOn({ emergencyNumbers: ["112"], ...changes }, clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite", "options");
  }
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function invite(uri: string): string {
    sent += 1;
    const callId = `emergency-${sent}`;
    peer.send(fixture.sipPort, [
      `INVITE ${uri} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=f${sent}`,
      `To: <${uri}>`,
      `Call-ID: ${callId}`,
      "CSeq: 1 INVITE",
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
    ]);
    return callId;
  }

  const local = (user: string): string => `sip:${user}@127.0.0.1:${fixture.sipPort}`;

  async function offered(uri: string): Promise<string> {
    const callId = invite(uri);
    const frame = await application.take(({ text }) => text.includes(`Call-ID: ${callId}\r\n`));
    return frame.tokens[8] ?? "";
  }

  async function refused(uri: string): Promise<void> {
    const callId = invite(uri);
    for (let others = 0; others < 5; others += 1) {
      if (headerOf(await peer.take("SIP/2.0 503"), "Call-ID") === callId) return;
    }
    assert.fail(`${callId} was not refused`);
  }

  it("given urn:service:sos, when it is called, then the INVITE is offered as it is, and can be answered", async () => {
    await start();
    const txnId = await offered(`${SOS}.police`);
    await application.ask(`sip|${txnId}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    const ok = await peer.take("SIP/2.0 200");
    assert.equal(headerOf(ok, "To").startsWith(`<${SOS}.police>;tag=`), true);
    assert.equal(headerOf(ok, "Contact"), `<sip:127.0.0.1:${fixture.sipPort}>`);
  });

  it("given overload, when nearly nothing new is taken, then emergency calls are, until a source has had its share", async () => {
    await start();
    await offered(local("1002"));
    for (let step = 0; step < 20; step += 1) {
      fixture.edge.reportDelay(2_000);
      clock.advance(100);
      await setTimeout(1);
    }
    // A few that come at once are taken yet.
    for (let index = 0; index < 5; index += 1) invite(local("1002"));
    await refused(local("1002"));
    for (let index = 0; index < SHARE; index += 1) await offered(index % 2 === 0 ? SOS : local("112"));
    await refused(SOS);
    await refused(local("1002"));
  });

  it("given a source at its rate, when it makes an emergency call, then that is taken, and other calls are refused", async () => {
    await start({ guard: STRICT });
    await offered(local("1002"));
    await offered(local("1002"));
    await refused(local("1002"));
    await offered(SOS);
    await offered(local("112"));
    await refused(local("1002"));
  });

  it("given a source that makes only emergency calls, when it has had its share, then it is limited like others", async () => {
    await start({ guard: STRICT });
    for (let index = 0; index < SHARE + 2; index += 1) await offered(SOS);
    await refused(SOS);
    assert.deepEqual(fixture.edge.listBans(), []);
  });

  it("given all dialogs that there may be, when emergency calls come, then a tenth more are taken, and no more", async () => {
    await start({ limits: { maxDialogs: 1 } });
    const ring = async (uri: string): Promise<void> => {
      await application.ask(`sip|${await offered(uri)}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
      await peer.take("SIP/2.0 180");
    };
    await ring(local("1002"));
    await refused(local("1002"));
    await ring(SOS);
    await refused(SOS);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 2);
  });

  it("given a source that has had its share, when it calls on, then what is kept for emergency calls is not for it", async () => {
    await start({ limits: { maxDialogs: 1 } });
    for (let index = 0; index < SHARE; index += 1) {
      await application.ask(`sip|${await offered(SOS)}|\r\nSIP/2.0 486 Busy Here\r\n\r\n`);
    }
    await application.ask(`sip|${await offered(local("1002"))}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
    await refused(SOS);
    clock.advance(1_000);
    await offered(SOS);
  });
});
