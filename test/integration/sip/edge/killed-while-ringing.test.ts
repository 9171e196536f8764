import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

describe("SipEdge: what rang when it was killed", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  /** Sends an INVITE to the peer, which rings. */
  async function ringing(): Promise<string> {
    await application.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`);
    const invite = await peer.take("INVITE");
    peer.respond(fixture.sipPort, invite, "180 Ringing", "remote");
    await application.takeSip("SIP/2.0 180");
    return invite;
  }

  async function restartAsKilled(): Promise<void> {
    await fixture.restartAsKilled(() => peer.received.splice(0));
  }

  it("given a callee that rings, when the edge is back, then it is cancelled with the branch of its INVITE", async () => {
    const invite = await ringing();
    await restartAsKilled();
    const again = await peer.take("INVITE");
    assert.equal(headerOf(again, "Via"), headerOf(invite, "Via"));
    peer.respond(fixture.sipPort, again, "180 Ringing", "remote");
    const cancel = await peer.take("CANCEL");
    assert.equal(headerOf(cancel, "Via").split("branch=")[1], headerOf(invite, "Via").split("branch=")[1]);
    peer.respond(fixture.sipPort, cancel, "200 OK", "remote");
    peer.respond(fixture.sipPort, invite, "487 Request Terminated", "remote");
    await peer.take("ACK");
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
  });

  it("given a callee that answered meanwhile, when the edge is back, then it gets ACK and BYE", async () => {
    await ringing();
    await restartAsKilled();
    const again = await peer.take("INVITE");
    peer.respond(fixture.sipPort, again, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    await peer.take("ACK");
    await peer.take("BYE");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given a caller that waits, when the edge is back, then it gets 503 with Retry-After", async () => {
    peer.send(
      fixture.sipPort,
      [
        `INVITE sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: <${peer.uri}>;tag=from`,
        "To: <sip:1002@127.0.0.1>",
        "Call-ID: waits",
        "CSeq: 1 INVITE",
        `Contact: <${peer.uri}>`,
        "Max-Forwards: 70",
        "Content-Type: application/sdp",
      ],
      SDP,
    );
    await application.takeSip("INVITE");
    await restartAsKilled();
    const refused = await peer.take("SIP/2.0 503");
    assert.equal(headerOf(refused, "Call-ID"), "waits");
    assert.equal(headerOf(refused, "Retry-After"), "2");
  });

  it("given a callee that refused before the kill, when the edge is back, then it hears nothing more", async () => {
    const invite = await ringing();
    peer.respond(fixture.sipPort, invite, "486 Busy Here", "remote");
    await application.takeSip("SIP/2.0 486");
    await setImmediate();
    await restartAsKilled();
    peer.send(fixture.sipPort, [
      `OPTIONS sip:127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=o`,
      "To: <sip:127.0.0.1>",
      "Call-ID: options",
      "CSeq: 1 OPTIONS",
      "Max-Forwards: 70",
    ]);
    await peer.take("SIP/2.0 503");
    assert.deepEqual(peer.received, []);
  });

  it("given a kill longer ago than any phone rings, when the edge is back, then the callee is left alone", async () => {
    await ringing();
    await fixture.restartAsKilled(() => {
      peer.received.splice(0);
      clock.advance(181_000);
    });
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
    await setImmediate();
    assert.deepEqual(peer.received, []);
  });
});
