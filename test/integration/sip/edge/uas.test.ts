import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";
/** As long after the edge's start no application is awaited any more. */
const STARTED_MS = 4_000;

describe("SipEdge: requests from the network", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite", "options", "message");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function invite(callId: string, extra: readonly string[] = []): readonly string[] {
    return [
      `INVITE sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${peer.via()}`,
      `From: <${peer.uri}>;tag=from-${callId}`,
      `To: <sip:1002@127.0.0.1>`,
      `Call-ID: ${callId}`,
      "CSeq: 1 INVITE",
      `Contact: <${peer.uri}>`,
      "Max-Forwards: 70",
      "Content-Type: application/sdp",
      ...extra,
    ];
  }

  /** A request in the dialog that `ok` established, from the peer. */
  function inDialog(ok: string, method: string, cseq: number, body = "", extra: readonly string[] = []): string {
    return peer.send(
      fixture.sipPort,
      [
        `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: ${headerOf(ok, "From")}`,
        `To: ${headerOf(ok, "To")}`,
        `Call-ID: ${headerOf(ok, "Call-ID")}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <${peer.uri}>`,
        "Max-Forwards: 70",
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
        ...extra,
      ],
      body,
    );
  }

  async function established(callId: string, to: WireClient = application): Promise<{ ok: string; dialogId: string }> {
    peer.send(fixture.sipPort, invite(callId), SDP);
    const offered = await to.takeSip("INVITE");
    await to.ask(`sip|${offered.tokens[8]}|\r\nSIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n${SDP}`);
    const ok = await peer.take("SIP/2.0 200");
    inDialog(ok, "ACK", 1);
    const ack = await to.takeSip("ACK");
    return { ok, dialogId: ack.tokens[9] ?? "" };
  }

  /** Which of them has got the INVITE. */
  async function takerOf(applications: readonly WireClient[]): Promise<WireClient> {
    return eventually(
      () => {
        const taker = applications.find(({ frames }) => frames.some(({ text }) => text.startsWith("INVITE")));
        assert.ok(taker);
        return taker;
      },
      { timeoutMs: 2_000, intervalMs: 2 },
    );
  }

  it("given no application for a verb, when it comes, then 503 with Retry-After", async () => {
    clock.advance(STARTED_MS);
    peer.send(
      fixture.sipPort,
      invite("c1").map((line) => line.replace("INVITE", "SUBSCRIBE")),
    );
    const reply = await peer.take("SIP/2.0 503");
    assert.notEqual(headerOf(reply, "Retry-After"), "");
  });

  it("given an unknown method, when it comes, then 501 with Allow", async () => {
    peer.send(
      fixture.sipPort,
      invite("c2").map((line) => line.replace("INVITE", "JUGGLE")),
    );
    assert.match(headerOf(await peer.take("SIP/2.0 501"), "Allow"), /INVITE/);
  });

  it("given an INVITE, when it is offered, then 100 came first and the meta line has its facts", async () => {
    const sent = peer.send(fixture.sipPort, invite("c3"), SDP);
    assert.equal(headerOf(await peer.take("SIP/2.0 100"), "To"), "<sip:1002@127.0.0.1>");
    const { tokens, text } = await application.takeSip("INVITE");
    assert.deepEqual(tokens.slice(1, 3), ["sip", "network"]);
    assert.deepEqual(tokens.slice(4, 7), ["udp", peer.address, String(peer.port)]);
    assert.equal(tokens[3], String(text.length));
    assert.equal(tokens[9], "");
    assert.deepEqual(tokens.slice(10, 12), ["127.0.0.1", String(fixture.sipPort)]);
    assert.equal(text.slice(text.indexOf("\r\n\r\n")), sent.slice(sent.indexOf("\r\n\r\n")));
  });

  it("given 180 and 200 of an application, when sent, then tag, Contact and type are filled in and echoed", async () => {
    peer.send(fixture.sipPort, invite("c4"), SDP);
    const { tokens } = await application.takeSip("INVITE");
    const ringing = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 180 Ringing\r\nsubject: a\r\n\r\n`);
    assert.deepEqual(ringing.tokens.slice(0, 2), ["OK", "application"]);
    assert.equal(ringing.tokens[8], "c4;from-tag=from-c4");
    const provisional = await peer.take("SIP/2.0 180");
    assert.equal(headerOf(provisional, "Subject"), "a");
    const answered = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\nContent-Length: 3\r\n\r\n${SDP}`);
    const ok = await peer.take("SIP/2.0 200");
    assert.equal(answered.text, ok);
    assert.equal(headerOf(ok, "To"), headerOf(provisional, "To"));
    assert.equal(headerOf(ok, "Contact"), `<sip:127.0.0.1:${fixture.sipPort}>`);
    assert.equal(headerOf(ok, "Content-Type"), "application/sdp");
    assert.equal(headerOf(ok, "Content-Length"), String(SDP.length));
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
  });

  it("given a 200, when no ACK comes, then it is sent again for 32 s, then BYE and the application is told", async () => {
    peer.send(fixture.sipPort, invite("c5"), SDP);
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
    await peer.take("SIP/2.0 200");
    clock.advance(500);
    await peer.take("SIP/2.0 200");
    clock.advance(1_000);
    await peer.take("SIP/2.0 200");
    clock.advance(31_000);
    const bye = await peer.take("BYE");
    assert.match(headerOf(bye, "Reason"), /ACK timeout/);
    const told = await application.takeSip("BYE");
    assert.deepEqual(told.tokens.slice(2, 3), ["application"]);
    assert.deepEqual(told.tokens.slice(8, 10), ["unsolicited", "c5;from-tag=from-c5"]);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given an established dialog, when the peer sends BYE, then the application answers and nothing is left", async () => {
    const { ok, dialogId } = await established("c6");
    assert.equal(dialogId, "c6;from-tag=from-c6");
    inDialog(ok, "BYE", 2);
    const bye = await application.takeSip("BYE");
    assert.equal(bye.tokens[9], dialogId);
    const echo = await application.ask(`sip|${bye.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    assert.equal(echo.tokens[8], "");
    await peer.take("SIP/2.0 200");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    assert.equal(fixture.gauge("tandem_sip_pending_requests"), 0);
  });

  it("given a re-INVITE, when answered and acknowledged, then the ACK has an id of its own", async () => {
    const { ok, dialogId } = await established("c7");
    inDialog(ok, "INVITE", 2, SDP);
    const again = await application.takeSip("INVITE");
    assert.equal(again.tokens[9], dialogId);
    await application.ask(`sip|${again.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
    await peer.take("SIP/2.0 200");
    inDialog(ok, "ACK", 2);
    const ack = await application.takeSip("ACK");
    assert.equal(ack.tokens[9], dialogId);
    assert.notEqual(ack.tokens[8], again.tokens[8]);
  });

  it("given a re-INVITE of ours, when its 200 comes again, then it is acknowledged again, also when the call is over", async () => {
    const { ok, dialogId } = await established("c7b");
    await application.ask(`sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    const again = await peer.take("INVITE");
    const answer = (): void => peer.respond(fixture.sipPort, again, "200 OK", "", [`Contact: <${peer.uri}>`], SDP);
    answer();
    await application.takeSip("SIP/2.0 200");
    await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    const ack = await peer.take("ACK");
    const isSame = (other: string): void => {
      for (const name of ["From", "To", "CSeq", "Call-ID"]) assert.equal(headerOf(other, name), headerOf(ack, name));
    };
    answer();
    isSame(await peer.take("ACK"));
    inDialog(ok, "BYE", 2);
    const bye = await application.takeSip("BYE");
    await application.ask(`sip|${bye.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.take("SIP/2.0 200");
    answer();
    isSame(await peer.take("ACK"));
    clock.advance(STARTED_MS);
    peer.send(
      fixture.sipPort,
      invite("c7c").map((line) => line.replace("INVITE", "SUBSCRIBE")),
    );
    await peer.take("SIP/2.0 503");
    assert.ok(!peer.received.some((text) => text.startsWith("BYE") || text.startsWith("ACK")));
    assert.equal(application.frames.length, 0);
  });

  it("given a request with a CSeq gone by, when it comes, then 500", async () => {
    const { ok } = await established("c8");
    inDialog(ok, "INFO", 5);
    await application.takeSip("INFO");
    inDialog(ok, "INFO", 4);
    await peer.take("SIP/2.0 500");
  });

  for (const [given, extra] of [
    ["a phone", []],
    ["a phone that supports 100rel", ["Supported: 100rel"]],
  ] as const) {
    it(`given ${given} that hears it ring, when minutes pass, then it is told so each minute, bare, until the answer`, async () => {
      peer.send(fixture.sipPort, invite("c8a", [...extra, "Record-Route: <sip:proxy.example.com;lr>"]), SDP);
      const { tokens } = await application.takeSip("INVITE");
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 183 Session Progress\r\nRequire: 100rel\r\n\r\n${SDP}`);
      const first = await peer.take("SIP/2.0 183");
      if (extra.length > 0) inDialog(first, "PRACK", 2, "", [`RAck: ${headerOf(first, "RSeq")} 1 INVITE`]);
      await application.ask("ping");
      for (let minute = 0; minute < 3; minute += 1) {
        clock.advance(60_000);
        const again = await peer.take("SIP/2.0 183");
        for (const name of ["To", "Record-Route", "Via"]) assert.equal(headerOf(again, name), headerOf(first, name));
        assert.doesNotMatch(again, /^(RSeq|Require|Content-Type):|v=0/m);
      }
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
      inDialog(await peer.take("SIP/2.0 200"), "ACK", 1);
      await application.takeSip("ACK");
      clock.advance(120_000);
      await application.ask("ping");
      assert.deepEqual(
        peer.received.filter((text) => text.startsWith("SIP/2.0 1")).map((text) => text.slice(0, 11)),
        ["SIP/2.0 100"],
      );
    });
  }

  it("given a phone that hears it ring, when nobody answers for ten minutes, then it is refused and told nothing more", async () => {
    peer.send(fixture.sipPort, invite("c8b"), SDP);
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
    for (let minute = 0; minute <= 10; minute += 1) clock.advance(60_000);
    await peer.take("SIP/2.0 500");
    assert.ok(peer.received.filter((text) => text.startsWith("SIP/2.0 180")).length >= 10);
    peer.received.length = 0;
    clock.advance(600_000);
    await application.ask("ping");
    assert.deepEqual([peer.received, fixture.gauge("tandem_sip_pending_requests")], [[], 0]);
  });

  it("given a ringing call, when CANCEL comes, then 200, 487, and a late answer is refused", async () => {
    const lines = invite("c9");
    peer.send(fixture.sipPort, lines, SDP);
    const { tokens } = await application.takeSip("INVITE");
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
    const cancel = lines.filter((line) => !/^Contact|^Content-Type/.test(line));
    peer.send(
      fixture.sipPort,
      cancel.map((line) => line.replace(/^INVITE|INVITE$/, "CANCEL")),
    );
    const told = await application.takeSip("CANCEL");
    assert.equal(told.tokens[8], tokens[8]);
    await peer.take("SIP/2.0 200");
    const terminated = await peer.take("SIP/2.0 487");
    assert.equal(headerOf(terminated, "CSeq"), "1 INVITE");
    const late = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    assert.deepEqual(late.tokens, ["NOK", "Response not sent due to unknown transaction"]);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given a CANCEL or BYE that matches nothing, when it comes, then 481", async () => {
    const cancel = invite("c10").map((line) => line.replace(/^INVITE|INVITE$/, "CANCEL"));
    peer.send(fixture.sipPort, cancel);
    await peer.take("SIP/2.0 481");
    const bye = invite("c11").map((line) => line.replace(/^INVITE|INVITE$/, "BYE"));
    peer.send(fixture.sipPort, bye);
    await peer.take("SIP/2.0 481");
  });

  it("given its application is gone, when the peer sends BYE, then another application gets it", async () => {
    const owner = await fixture.application();
    const second = application;
    const { ok, dialogId } = await established("c12");
    owner.close();
    second.close();
    await second.closed();
    const heir = await fixture.application("invite");
    inDialog(ok, "BYE", 2);
    const bye = await heir.takeSip("BYE");
    assert.equal(bye.tokens[9], dialogId);
  });

  it("given no application at all, when a BYE comes and one connects, then it is offered to that one", async () => {
    const { ok } = await established("c13");
    application.close();
    await application.closed();
    inDialog(ok, "BYE", 2);
    const heir = await fixture.application("invite");
    const bye = await heir.takeSip("BYE");
    await heir.ask(`sip|${bye.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.take("SIP/2.0 200");
  });

  it("given an application dies with an INVITE in hand, when it is back, then it is offered the INVITE; when it dies again, 503 at once", async () => {
    peer.send(fixture.sipPort, invite("c14"), SDP);
    await application.takeSip("INVITE");
    application.close();
    const heir = await fixture.application("invite");
    await heir.takeSip("INVITE");
    heir.close();
    const reply = await peer.take("SIP/2.0 503");
    assert.notEqual(headerOf(reply, "Retry-After"), "");
  });

  it("given two applications that an INVITE kills, when both have died, then 503 at once, and the next one never sees it", async () => {
    const applications = [application, await fixture.application("invite")];
    peer.send(fixture.sipPort, invite("c14a"), SDP);
    const first = await takerOf(applications);
    first.close();
    const [second = first] = applications.filter((one) => one !== first);
    await second.takeSip("INVITE");
    second.close();
    await peer.take("SIP/2.0 503");
    const third = await fixture.application("invite");
    await third.ask("ping");
    assert.deepEqual(third.frames, []);
  });

  it("given an application dies with an INVITE that it has answered provisionally, when it does, then 503 at once", async () => {
    peer.send(fixture.sipPort, invite("c14b"), SDP);
    const offered = await application.takeSip("INVITE");
    await application.ask(`sip|${offered.tokens[8]}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
    await peer.take("SIP/2.0 180");
    application.close();
    await peer.take("SIP/2.0 503");
  });

  it("given an application dies with an INVITE in hand, when there is another, then it is offered the INVITE", async () => {
    peer.send(fixture.sipPort, invite("c15"), SDP);
    await application.takeSip("INVITE");
    const other = await fixture.application("invite");
    application.close();
    assert.equal(headerOf((await other.takeSip("INVITE")).text, "Call-ID"), "c15");
  });

  it("given the edge was restarted, when the peer sends BYE, then the dialog is known", async () => {
    const { ok, dialogId } = await established("c16");
    await fixture.restart();
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
    const heir = await fixture.application("invite", "bye");
    inDialog(ok, "BYE", 2);
    const bye = await heir.takeSip("BYE");
    assert.equal(bye.tokens[9], dialogId);
    await heir.ask(`sip|${bye.tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.take("SIP/2.0 200");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given a dialog, when the edge is told to end it, then the peer gets BYE with the reason", async () => {
    const { dialogId } = await established("c17");
    assert.equal(fixture.edge.endDialog(dialogId, "Q.850;cause=41"), true);
    assert.equal(headerOf(await peer.take("BYE"), "Reason"), "Q.850;cause=41");
    assert.equal(fixture.edge.endDialog(dialogId, ""), false);
  });

  it("given a session timer the peer refreshes, when it does not, then BYE to both", async () => {
    peer.send(fixture.sipPort, invite("c18", ["Supported: timer", "Session-Expires: 90;refresher=uac"]), SDP);
    const { tokens } = await application.takeSip("INVITE");
    const lines = "Session-Expires: 90;refresher=uac\r\nRequire: timer";
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n${lines}\r\n\r\n${SDP}`);
    inDialog(await peer.take("SIP/2.0 200"), "ACK", 1);
    await application.takeSip("ACK");
    clock.advance(59_000);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
    clock.advance(2_000);
    assert.match(headerOf(await peer.take("BYE"), "Reason"), /Session timer expired/);
    await application.takeSip("BYE");
  });
});
