import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { bodyOf, headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const VERBS = ["invite", "ack", "bye"];

function sdp(port: number, ...more: string[]): string {
  return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", `m=audio ${port} RTP/AVP 0`]
    .concat(more, "")
    .join("\r\n");
}

describe("SipEdge: sessions that are being changed when a process is killed", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application(...VERBS);
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function send(method: string, cseq: number, to = "<sip:1002@127.0.0.1>", body = ""): void {
    const lines = [
      `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      "From: <sip:a@example.com>;tag=a1",
      `To: ${to}`,
      "Call-ID: c1",
      `CSeq: ${cseq} ${method}`,
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
    ];
    peer.send(fixture.sipPort, body === "" ? lines : [...lines, "Content-Type: application/sdp"], body);
  }

  async function answer(): Promise<void> {
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${sdp(7_000)}`);
  }

  /** A call of the peer. @returns To with our tag, and the dialog id */
  async function established(): Promise<{ to: string; dialogId: string }> {
    send("INVITE", 1, undefined, sdp(6_000));
    await answer();
    const to = headerOf(await peer.take("SIP/2.0 200"), "To");
    send("ACK", 1, to);
    const { tokens } = await application.takeSip("ACK");
    await setImmediate();
    peer.received.splice(0);
    return { to, dialogId: tokens[9] ?? "" };
  }

  async function reinvite(dialogId: string, body = ""): Promise<string> {
    const type = body === "" ? "" : "Content-Type: application/sdp\r\n";
    await application.ask(`sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n${type}\r\n${body}`);
    return peer.take("INVITE");
  }

  async function applicationDies(): Promise<void> {
    application.close();
    await eventually(() => assert.equal(fixture.gauge("tandem_wire_applications"), 0), { timeoutMs: 2_000 });
  }

  it("given a re-INVITE that the peer was told to wait for, when the edge is back, then it is offered again and answered", async () => {
    const { to } = await established();
    send("INVITE", 2, to, sdp(6_002));
    await peer.take("SIP/2.0 100");
    await application.takeSip("INVITE");
    await fixture.restartAsKilled(() => peer.received.splice(0));
    application = await fixture.application(...VERBS);
    await answer();
    const accepted = await peer.take("SIP/2.0 200");
    assert.equal(headerOf(accepted, "CSeq"), "2 INVITE");
    send("ACK", 2, to);
    await application.takeSip("ACK");
  });

  it("given nobody takes it, when the edge is back, then the re-INVITE is refused with Retry-After and the dialog stays", async () => {
    const { to } = await established();
    send("INVITE", 2, to, sdp(6_002));
    await application.takeSip("INVITE");
    await fixture.restartAsKilled(() => peer.received.splice(0));
    await peer.take("SIP/2.0 100");
    clock.advance(4_000);
    assert.equal(headerOf(await peer.take("SIP/2.0 503"), "Retry-After"), "2");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
  });

  it("given a 2xx that got lost, when the edge is back, then it comes again until its ACK", async () => {
    const { to } = await established();
    send("INVITE", 2, to, sdp(6_002));
    await answer();
    const first = await peer.take("SIP/2.0 200");
    await setImmediate();
    await fixture.restartAsKilled(() => peer.received.splice(0));
    application = await fixture.application(...VERBS);
    assert.equal(await peer.take("SIP/2.0 200"), first);
    clock.advance(500);
    assert.equal(await peer.take("SIP/2.0 200"), first);
    send("ACK", 2, to);
    await application.takeSip("ACK");
    assert.equal(fixture.gauge("tandem_sip_unacknowledged"), 0);
    clock.advance(32_000);
    await fixture.restartAsKilled(() => peer.received.splice(0));
    assert.equal(fixture.gauge("tandem_sip_unacknowledged"), 0);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
  });

  it("given a re-INVITE of an application that died, when it is answered, then that is acknowledged and the dialog stays", async () => {
    const { dialogId } = await established();
    const invite = await reinvite(dialogId, sdp(7_002));
    await applicationDies();
    peer.respond(fixture.sipPort, invite, "200 OK", "a1", [`Contact: <${peer.uri}>`], sdp(6_004));
    assert.equal(bodyOf(await peer.take("ACK")), "");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
  });

  it("given another INVITE before that is answered, when it is to be sent, then it gets 491 and the peer sees none", async () => {
    const { dialogId } = await established();
    const invite = await reinvite(dialogId, sdp(7_002));
    await applicationDies();
    application = await fixture.application(...VERBS);
    const type = "Content-Type: application/sdp";
    await application.ask(`sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n${type}\r\n\r\n${sdp(7_004)}`);
    await application.takeSip("SIP/2.0 491");
    peer.respond(fixture.sipPort, invite, "200 OK", "a1", [`Contact: <${peer.uri}>`], sdp(6_004));
    await peer.take("ACK");
    assert.deepEqual(peer.received, []);
    await reinvite(dialogId, sdp(7_006));
  });

  for (const moment of ["before", "after"] as const) {
    it(`given an application that died ${moment} its INVITE without offer is answered, then the offer gets what was agreed on before`, async () => {
      const { dialogId } = await established();
      const invite = await reinvite(dialogId);
      const offer = sdp(6_004, "m=video 6006 RTP/AVP 31");
      const respond = (): void =>
        peer.respond(fixture.sipPort, invite, "200 OK", "a1", [`Contact: <${peer.uri}>`], offer);
      if (moment === "after") {
        respond();
        await application.takeSip("SIP/2.0 200");
      }
      await applicationDies();
      if (moment === "before") respond();
      const ack = await peer.take("ACK");
      assert.equal(bodyOf(ack), sdp(7_000, "m=video 0 RTP/AVP 31"));
      assert.equal(headerOf(ack, "Content-Type"), "application/sdp");
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
    });
  }
});
