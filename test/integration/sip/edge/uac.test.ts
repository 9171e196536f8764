import assert from "node:assert/strict";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { bodyOf, headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

describe("SipEdge: requests from applications", () => {
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

  async function sendInvite(): Promise<{ txnId: string; request: string }> {
    const reply = await application.ask(
      `sip||\r\nINVITE ${peer.uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`,
    );
    assert.equal(reply.tokens[0], "OK");
    return { txnId: reply.tokens[7] ?? "", request: await peer.take("INVITE") };
  }

  async function established(): Promise<{ dialogId: string; request: string; ack: string }> {
    const { request } = await sendInvite();
    peer.respond(fixture.sipPort, request, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    const ok = await application.takeSip("SIP/2.0 200");
    const dialogId = ok.tokens[9] ?? "";
    await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    return { dialogId, request, ack: await peer.take("ACK") };
  }

  it("given a bare INVITE, when sent, then the missing header fields are there and localhost is our address", async () => {
    const { request } = await sendInvite();
    const local = `127.0.0.1:${fixture.sipPort}`;
    assert.match(headerOf(request, "From"), new RegExp(`^<sip:1001@${local}>;tag=.+`));
    assert.equal(headerOf(request, "To"), `<${peer.uri}>`);
    assert.equal(headerOf(request, "Contact"), `<sip:${local}>`);
    assert.equal(headerOf(request, "Content-Type"), "application/sdp");
    assert.equal(headerOf(request, "Max-Forwards"), "70");
    assert.notEqual(headerOf(request, "Call-ID"), "");
    assert.match(headerOf(request, "CSeq"), /^\d+ INVITE$/);
    assert.equal(bodyOf(request), SDP);
  });

  it("given 180 and 200, when they come, then both are delivered with the dialog and 100 is not", async () => {
    const { txnId, request } = await sendInvite();
    peer.respond(fixture.sipPort, request, "100 Trying", "");
    peer.respond(fixture.sipPort, request, "180 Ringing", "remote");
    const ringing = await application.takeSip("SIP/2.0 180");
    const dialogId = `${headerOf(request, "Call-ID")};from-tag=${headerOf(request, "From").split("tag=")[1]}`;
    assert.deepEqual(ringing.tokens.slice(8, 10), [txnId, dialogId]);
    peer.respond(fixture.sipPort, request, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    assert.deepEqual((await application.takeSip("SIP/2.0 200")).tokens.slice(8, 10), [txnId, dialogId]);
    assert.equal(
      application.frames.some(({ text }) => text.startsWith("SIP/2.0 100")),
      false,
    );
  });

  it("given a 180 with two Content-Types, when it comes, then it is dropped and the next one is delivered", async () => {
    const { request } = await sendInvite();
    const twice = ["Content-Type: application/sdp", "c: text/plain"];
    peer.respond(fixture.sipPort, request, "180 First", "remote", twice, SDP);
    peer.respond(fixture.sipPort, request, "180 Second", "remote");
    assert.match((await application.takeSip("SIP/2.0 180")).text, /^SIP\/2\.0 180 Second\r\n/);
  });

  it("given a 200, when acknowledged, then the ACK goes to the remote target with the CSeq of the INVITE", async () => {
    const { request, ack } = await established();
    assert.equal(ack.split("\r\n")[0], `ACK ${peer.uri} SIP/2.0`);
    assert.equal(headerOf(ack, "CSeq").split(" ")[0], headerOf(request, "CSeq").split(" ")[0]);
    assert.match(headerOf(ack, "To"), /tag=remote/);
  });

  it("given the 200 again, when it comes, then the edge acknowledges it by itself", async () => {
    const { request } = await established();
    peer.respond(fixture.sipPort, request, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    await peer.take("ACK");
    assert.equal(
      application.frames.some(({ text }) => text.startsWith("SIP/2.0 200")),
      false,
    );
  });

  it("given a 200 of another branch, when it comes, then that session is acknowledged and ended", async () => {
    const { request } = await established();
    peer.respond(fixture.sipPort, request, "200 OK", "other", [`Contact: <${peer.uri}>`], SDP);
    assert.match(headerOf(await peer.take("ACK"), "To"), /tag=other/);
    assert.match(headerOf(await peer.take("BYE"), "To"), /tag=other/);
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
  });

  it("given a dialog, when the application sends BYE, then it is complete and ends the dialog", async () => {
    const { dialogId, request } = await established();
    const sent = await application.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
    const bye = await peer.take("BYE");
    assert.equal(sent.text, bye);
    const inviteCseq = Number(headerOf(request, "CSeq").split(" ")[0]);
    assert.equal(headerOf(bye, "CSeq"), `${inviteCseq + 1} BYE`);
    peer.respond(fixture.sipPort, bye, "200 OK", "remote");
    await application.takeSip("SIP/2.0 200");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given a dialog that has ended, when its 200 comes again, then it is acknowledged and ended in full", async () => {
    const { dialogId, request } = await established();
    await application.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
    peer.respond(fixture.sipPort, await peer.take("BYE"), "200 OK", "remote");
    await application.takeSip("SIP/2.0 200");
    peer.respond(fixture.sipPort, request, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    for (const method of ["ACK", "BYE"]) {
      const sent = await peer.take(method);
      assert.equal(sent.split("\r\n")[0], `${method} ${peer.uri} SIP/2.0`);
      assert.equal(headerOf(sent, "From"), headerOf(request, "From"));
      assert.equal(headerOf(sent, "Call-ID"), headerOf(request, "Call-ID"));
      assert.match(headerOf(sent, "To"), /tag=remote/);
    }
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given a next hop of the application, when a 200 comes again after the end, then what ends it goes there too", async () => {
    const behind = ["Contact: <sip:1002@192.0.2.1:5999>"];
    await application.ask(
      `sip|||${peer.uri}\r\nINVITE sip:1002@192.0.2.1 SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`,
    );
    const request = await peer.take("INVITE");
    peer.respond(fixture.sipPort, request, "200 OK", "remote", behind, SDP);
    const dialogId = (await application.takeSip("SIP/2.0 200")).tokens[9] ?? "";
    await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    await peer.take("ACK");
    await application.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
    peer.respond(fixture.sipPort, await peer.take("BYE"), "200 OK", "remote");
    await application.takeSip("SIP/2.0 200");
    peer.respond(fixture.sipPort, request, "200 OK", "remote", behind, SDP);
    for (const method of ["ACK", "BYE"]) {
      assert.equal((await peer.take(method)).split("\r\n")[0], `${method} sip:1002@192.0.2.1:5999 SIP/2.0`);
    }
    assert.equal(fixture.gauge("tandem_sip_finished_invites"), 1);
  });

  it("given a failure, when it comes, then the edge acknowledges it and an ACK of the application is refused", async () => {
    const { request } = await sendInvite();
    peer.respond(fixture.sipPort, request, "180 Ringing", "remote");
    peer.respond(fixture.sipPort, request, "486 Busy Here", "remote");
    await peer.take("ACK");
    const busy = await application.takeSip("SIP/2.0 486");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    const reply = await application.ask(`sip||${busy.tokens[9]}\r\nACK ${peer.uri} SIP/2.0\r\n\r\n`);
    assert.match(reply.tokens[1] ?? "", /ACK for non-success final response/);
  });

  it("given a ringing peer, when cancelled, then CANCEL goes out and 487 comes back", async () => {
    const { txnId, request } = await sendInvite();
    peer.respond(fixture.sipPort, request, "180 Ringing", "remote");
    await application.takeSip("SIP/2.0 180");
    const reply = await application.ask(
      `sip|${txnId}|\r\nCANCEL ${peer.uri} SIP/2.0\r\nReason: Q.850;cause=16\r\n\r\n`,
    );
    assert.equal(reply.tokens[0], "OK");
    const cancel = await peer.take("CANCEL");
    assert.equal(headerOf(cancel, "Via"), headerOf(request, "Via"));
    assert.equal(headerOf(cancel, "Reason"), "Q.850;cause=16");
    peer.respond(fixture.sipPort, cancel, "200 OK", "remote");
    peer.respond(fixture.sipPort, request, "487 Request Terminated", "remote");
    assert.equal((await application.takeSip("SIP/2.0 487")).tokens[8], txnId);
    await peer.take("ACK");
  });

  it("given a CANCEL that crosses a 200, when the application acknowledges, then the edge sends BYE and tells it", async () => {
    const { txnId, request } = await sendInvite();
    peer.respond(fixture.sipPort, request, "180 Ringing", "remote");
    await application.takeSip("SIP/2.0 180");
    await application.ask(`sip|${txnId}|\r\nCANCEL ${peer.uri} SIP/2.0\r\n\r\n`);
    peer.respond(fixture.sipPort, request, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    const ok = await application.takeSip("SIP/2.0 200");
    await application.ask(`sip||${ok.tokens[9]}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    await peer.take("ACK");
    await peer.take("BYE");
    assert.equal((await application.takeSip("BYE")).tokens[8], "unsolicited");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given the application is gone, when its INVITE is answered, then it was cancelled, and the answer is ended", async () => {
    const { request } = await sendInvite();
    peer.respond(fixture.sipPort, request, "180 Ringing", "remote");
    await application.takeSip("SIP/2.0 180");
    application.close();
    await peer.take("CANCEL");
    peer.respond(fixture.sipPort, request, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    await peer.take("ACK");
    await peer.take("BYE");
    assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
  });

  it("given a peer that does not answer, when the time is over, then a 408 is made", async () => {
    const { txnId } = await sendInvite();
    clock.advance(32_100);
    const made = await application.takeSip("SIP/2.0 408");
    assert.equal(made.tokens[8], txnId);
    assert.equal(fixture.gauge("tandem_sip_open_requests"), 0);
  });

  it("given a re-INVITE, when answered and repeated, then the application sees one answer", async () => {
    const { dialogId } = await established();
    await application.ask(`sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    const again = await peer.take("INVITE");
    assert.match(headerOf(again, "To"), /tag=remote/);
    peer.respond(fixture.sipPort, again, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    await application.takeSip("SIP/2.0 200");
    await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    assert.equal(headerOf(await peer.take("ACK"), "CSeq").split(" ")[0], headerOf(again, "CSeq").split(" ")[0]);
    peer.respond(fixture.sipPort, again, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
    await peer.take("ACK");
    assert.equal(
      application.frames.some(({ text }) => text.startsWith("SIP/2.0 200")),
      false,
    );
  });

  it("given a re-INVITE, when the answer has a second tag in To, then it is delivered in the dialog", async () => {
    const { dialogId } = await established();
    await application.ask(`sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    const again = await peer.take("INVITE");
    const doubled = again.replace(/^To: .*$/m, (to) => `${to};tag=other`);
    peer.respond(fixture.sipPort, doubled, "200 OK", "", [`Contact: <${peer.uri}>`], SDP);
    assert.equal((await application.takeSip("SIP/2.0 200")).tokens[9], dialogId);
    await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    assert.match(headerOf(await peer.take("ACK"), "To"), /;tag=remote$/);
  });

  it("given Record-Route in the answer, when requests follow, then they carry the route set reversed", async () => {
    const { request } = await sendInvite();
    const routes = ["Record-Route: <sip:b.example;lr>, <sip:c.example;lr>", `Record-Route: <${peer.uri};lr>`];
    peer.respond(fixture.sipPort, request, "200 OK", "remote", ["Contact: <sip:far@far.example>", ...routes], SDP);
    const ok = await application.takeSip("SIP/2.0 200");
    await application.ask(`sip||${ok.tokens[9]}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    const ack = await peer.take("ACK");
    assert.equal(ack.split("\r\n")[0], "ACK sip:far@far.example SIP/2.0");
    const carried = ack.split("\r\n").filter((line) => line.startsWith("Route:"));
    assert.deepEqual(carried, [`Route: <${peer.uri};lr>`, "Route: <sip:c.example;lr>", "Route: <sip:b.example;lr>"]);
  });

  it("given wrong commands, when sent, then each has its NOK", async () => {
    const nok = async (command: string): Promise<string> => {
      const { tokens } = await application.ask(command);
      assert.equal(tokens[0], "NOK");
      return tokens[1] ?? "";
    };
    const self = `sip:bob@127.0.0.1:${fixture.sipPort}`;
    assert.equal(await nok(`sip||\r\nOPTIONS ${self} SIP/2.0\r\n\r\n`), "can not send request to myself");
    assert.match(
      await nok("sip||\r\nOPTIONS garbage uri SIP/2.0\r\n\r\n"),
      /^invalid request-uri: OPTIONS garbage uri/,
    );
    assert.equal(await nok(`sip||\r\nMESSAGE ${peer.uri} SIP/2.0\r\n\r\nhello`), "missing content-type");
    assert.equal(
      await nok("sip||nosuch\r\nBYE sip:placeholder SIP/2.0\r\n\r\n"),
      "Server error: unable to find dialog for dialog id provided",
    );
    assert.equal(await nok("sip|nosuch|\r\nSIP/2.0 200 OK\r\n\r\n"), "Response not sent due to unknown transaction");
    assert.equal(
      await nok("sip||\r\nOPTIONS sip:a@127.0.0.1;transport=tls SIP/2.0\r\n\r\n"),
      "requested protocol/transport not available",
    );
    assert.equal(await nok(`sip|nosuch|\r\nCANCEL ${peer.uri} SIP/2.0\r\n\r\n`), "Unknown transaction id");
  });

  it("given a next hop, when an INVITE names it, then it goes there with the Request-URI untouched", async () => {
    const reply = await application.ask(`sip|||${peer.uri}\r\nINVITE sip:1002@10.1.2.3 SIP/2.0\r\n\r\n${SDP}`);
    assert.equal(reply.tokens[0], "OK");
    assert.equal((await peer.take("INVITE")).split("\r\n")[0], "INVITE sip:1002@10.1.2.3 SIP/2.0");
  });
});
