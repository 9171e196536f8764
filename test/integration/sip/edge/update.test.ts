import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient, WireFrame } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

describe("SipEdge: UPDATE", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let peer: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    peer = await SipPeer.start();
    application = await fixture.application("invite", "update");
  });
  afterEach(async () => {
    await peer.close();
    await fixture.stop();
  });

  function fromPeer(method: string, cseq: number, ends: readonly string[], body = "", contact = peer.uri): void {
    peer.send(
      fixture.sipPort,
      [
        `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        ...ends,
        `CSeq: ${cseq} ${method}`,
        `Contact: <${contact}>`,
        "Max-Forwards: 70",
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      ],
      body,
    );
  }

  const callee = (tagged: string): string[] => {
    return [`From: <${peer.uri}>;tag=from`, `To: ${tagged}`, "Call-ID: update"];
  };

  /** An INVITE of the peer, answered with 180 with or without a description. */
  async function ringing(body: string): Promise<{ txnId: string; dialogId: string; ends: string[] }> {
    fromPeer("INVITE", 1, callee("<sip:1002@127.0.0.1>"), SDP);
    const { tokens } = await application.takeSip("INVITE");
    const txnId = tokens[8] ?? "";
    const echo = await application.ask(`sip|${txnId}|\r\nSIP/2.0 180 Ringing\r\n\r\n${body}`);
    const to = headerOf(await peer.take("SIP/2.0 180"), "To");
    return { txnId, dialogId: echo.tokens[8] ?? "", ends: callee(to) };
  }

  /** An INVITE of the application that rings; requests of the peer inside it have `ends`. */
  async function called(body: string): Promise<{ invite: string; dialogId: string; ends: string[] }> {
    await application.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`);
    const invite = await peer.take("INVITE");
    const lines = [`Contact: <${peer.uri}>`, ...(body === "" ? [] : ["Content-Type: application/sdp"])];
    peer.respond(fixture.sipPort, invite, "183 Session Progress", "remote", lines, body);
    const { tokens } = await application.takeSip("SIP/2.0 183");
    const ends = [
      `From: ${headerOf(invite, "To")};tag=remote`,
      `To: ${headerOf(invite, "From")}`,
      `Call-ID: ${headerOf(invite, "Call-ID")}`,
    ];
    return { invite, dialogId: tokens[9] ?? "", ends };
  }

  const answer = (txnId: string | undefined, text: string): Promise<WireFrame> => {
    return application.ask(`sip|${txnId}|\r\n${text}`);
  };

  it("given an early dialog, when the caller sends UPDATE, then the application answers and Contact is filled in", async () => {
    const { dialogId, ends } = await ringing(SDP);
    fromPeer("UPDATE", 2, ends, SDP);
    const { tokens } = await application.takeSip("UPDATE");
    assert.equal(tokens[9], dialogId);
    await answer(tokens[8], `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    assert.equal(headerOf(await peer.take("SIP/2.0 200"), "Contact"), `<sip:127.0.0.1:${fixture.sipPort}>`);
  });

  it("given an early dialog we answer in, when the application sends UPDATE, then it goes to the caller", async () => {
    const { dialogId } = await ringing(SDP);
    await application.ask(`sip||${dialogId}\r\nUPDATE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    const update = await peer.take("UPDATE");
    assert.equal(update.split("\r\n")[0], `UPDATE ${peer.uri} SIP/2.0`);
    assert.equal(headerOf(update, "Contact"), `<sip:127.0.0.1:${fixture.sipPort}>`);
    peer.respond(fixture.sipPort, update, "200 OK", "", [], SDP);
    assert.equal((await application.takeSip("SIP/2.0 200")).tokens[9], dialogId);
  });

  it("given an early dialog of ours, when each end sends UPDATE, then both arrive", async () => {
    const { dialogId, ends } = await called(SDP);
    fromPeer("UPDATE", 1, ends, SDP);
    const { tokens } = await application.takeSip("UPDATE");
    assert.equal(tokens[9], dialogId);
    await answer(tokens[8], `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    await peer.take("SIP/2.0 200");
    await application.ask(`sip||${dialogId}\r\nUPDATE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    await peer.take("UPDATE");
  });

  it("given an UPDATE that is unanswered, when another comes, then 500 with Retry-After", async () => {
    const { ends } = await ringing(SDP);
    fromPeer("UPDATE", 2, ends);
    const { tokens } = await application.takeSip("UPDATE");
    fromPeer("UPDATE", 3, ends);
    const retryAfter = headerOf(await peer.take("SIP/2.0 500"), "Retry-After");
    assert.ok(/^\d+$/.test(retryAfter) && Number(retryAfter) <= 10, retryAfter);
    await answer(tokens[8], "SIP/2.0 200 OK\r\n\r\n");
    await peer.take("SIP/2.0 200");
    fromPeer("UPDATE", 4, ends);
    await application.takeSip("UPDATE");
  });

  it("given an UPDATE that was given up, when the next one comes, then it is taken", async () => {
    fromPeer("INVITE", 1, callee("<sip:1002@127.0.0.1>"), SDP);
    const { tokens } = await application.takeSip("INVITE");
    await answer(tokens[8], `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    const ends = callee(headerOf(await peer.take("SIP/2.0 200"), "To"));
    fromPeer("ACK", 1, ends);
    await application.takeSip("ACK");
    fromPeer("UPDATE", 2, ends, SDP);
    await application.takeSip("UPDATE");
    application.close();
    await application.closed();
    // Seen by the edge when another has been taken.
    await fixture.application();
    clock.advance(4_000);
    await peer.take("SIP/2.0 503");
    const next = await fixture.application("update");
    fromPeer("UPDATE", 3, ends, SDP);
    await next.takeSip("UPDATE");
  });

  it("given an offer of theirs that is unanswered, when an UPDATE brings another, then 500 with Retry-After", async () => {
    const { ends } = await ringing("");
    fromPeer("UPDATE", 2, ends, SDP);
    assert.match(headerOf(await peer.take("SIP/2.0 500"), "Retry-After"), /^\d+$/);
    fromPeer("UPDATE", 3, ends);
    await application.takeSip("UPDATE");
  });

  it("given an offer of ours that is unanswered, when an UPDATE brings one, then 491", async () => {
    const { ends } = await called("");
    fromPeer("UPDATE", 1, ends, SDP);
    await peer.take("SIP/2.0 491");
    fromPeer("UPDATE", 2, ends);
    await application.takeSip("UPDATE");
  });

  it("given our UPDATE with an offer, when theirs crosses it, then 491, and not after the answer", async () => {
    const { dialogId, ends } = await ringing(SDP);
    await application.ask(`sip||${dialogId}\r\nUPDATE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    const update = await peer.take("UPDATE");
    fromPeer("UPDATE", 2, ends, SDP);
    await peer.take("SIP/2.0 491");
    peer.respond(fixture.sipPort, update, "200 OK", "", [], SDP);
    await application.takeSip("SIP/2.0 200");
    fromPeer("UPDATE", 3, ends, SDP);
    await application.takeSip("UPDATE");
  });

  it("given a call without an offer, when answered, then an UPDATE before the ACK gets 491, after it it arrives", async () => {
    fromPeer("INVITE", 1, callee("<sip:1002@127.0.0.1>"));
    const { tokens } = await application.takeSip("INVITE");
    await answer(tokens[8], `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    const ends = callee(headerOf(await peer.take("SIP/2.0 200"), "To"));
    fromPeer("UPDATE", 2, ends, SDP);
    await peer.take("SIP/2.0 491");
    fromPeer("ACK", 1, ends, SDP);
    await application.takeSip("ACK");
    fromPeer("UPDATE", 3, ends, SDP);
    await application.takeSip("UPDATE");
  });

  it("given an UPDATE with another Contact, when accepted, then later requests go there", async () => {
    const { dialogId, ends } = await called(SDP);
    const other = await SipPeer.start();
    fromPeer("UPDATE", 1, ends, SDP, other.uri);
    const { tokens } = await application.takeSip("UPDATE");
    await answer(tokens[8], `SIP/2.0 200 OK\r\n\r\n${SDP}`);
    await application.ask(`sip||${dialogId}\r\nUPDATE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    await other.take("UPDATE");
    await other.close();
  });
});
