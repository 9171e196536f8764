import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { eventually } from "../../../support/eventually.ts";
import { freePort } from "../../../support/free-port.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";
const WITHIN = { timeoutMs: 2_000, intervalMs: 5 };
const VERBS = ["invite", "ack", "bye", "info", "options", "update", "register"];

describe("SipEdge: the life of a dialog", () => {
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

  interface Fields {
    readonly to?: string;
    readonly cseq?: number;
    readonly contact?: string;
    readonly via?: string;
    readonly from?: SipPeer;
  }

  /** A request of the peer with the Call-ID `c1` and the From tag `a1`. */
  function send(
    method: string,
    { to, cseq = 1, contact = peer.uri, via = peer.via(), from = peer }: Fields = {},
  ): void {
    const body = method === "INVITE" ? SDP : "";
    from.send(
      fixture.sipPort,
      [
        `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${via}`,
        "From: <sip:a@example.com>;tag=a1",
        `To: ${to ?? "<sip:1002@127.0.0.1>"}`,
        "Call-ID: c1",
        `CSeq: ${cseq} ${method}`,
        `Contact: <${contact}>`,
        "Max-Forwards: 70",
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      ],
      body,
    );
  }

  async function answer(start: string, status: string, body = ""): Promise<void> {
    const { tokens } = await application.takeSip(start);
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 ${status}\r\n\r\n${body}`);
  }

  /** An INVITE of the peer, answered and acknowledged. */
  async function taken(fields: Fields = {}): Promise<{ to: string; dialogId: string }> {
    send("INVITE", fields);
    await answer("INVITE", "200 OK", SDP);
    const to = headerOf(await peer.take("SIP/2.0 200"), "To");
    send("ACK", { ...fields, to, via: fields.via?.concat("ack") ?? peer.via() });
    return { to, dialogId: (await application.takeSip("ACK")).tokens[9] ?? "" };
  }

  /** An INVITE of the application, answered by the peer. */
  async function made(...lines: string[]): Promise<{ invite: string; dialogId: string }> {
    await application.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\nfrom: sip:1001@localhost\r\n\r\n${SDP}`);
    const invite = await peer.take("INVITE");
    const contact = lines.some((line) => line.startsWith("Contact")) ? [] : [`Contact: <${peer.uri}>`];
    peer.respond(fixture.sipPort, invite, "200 OK", "remote", [...contact, ...lines], SDP);
    const dialogId = (await application.takeSip("SIP/2.0 200")).tokens[9] ?? "";
    return { invite, dialogId };
  }

  async function acknowledge(dialogId: string): Promise<string> {
    await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    return peer.take("ACK");
  }

  describe("requests that do not belong to it", () => {
    it("given a ringing call, when an INFO is refused, then the call can still be answered", async () => {
      send("INVITE");
      const { tokens } = await application.takeSip("INVITE");
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
      const to = headerOf(await peer.take("SIP/2.0 180"), "To");
      send("INFO", { to, cseq: 2 });
      await answer("INFO", "480 Temporarily Unavailable");
      await peer.take("SIP/2.0 480");
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
      await peer.take("SIP/2.0 200");
      send("ACK", { to });
      await application.takeSip("ACK");
    });

    it("given a dialog, when a request has its Call-ID and another tag, then 481 and the application sees nothing", async () => {
      await taken();
      send("BYE", { to: "<sip:1002@127.0.0.1>;tag=guessed", cseq: 2 });
      await peer.take("SIP/2.0 481");
      assert.deepEqual([application.frames, fixture.gauge("tandem_sip_dialogs")], [[], 1]);
    });

    it("given a dialog, when an INVITE would make another of its identity, then 482 and the dialog stays", async () => {
      await taken();
      send("INVITE", { cseq: 5 });
      await peer.take("SIP/2.0 482");
      assert.deepEqual([application.frames, fixture.gauge("tandem_sip_dialogs")], [[], 1]);
    });

    it("given an INVITE that is not answered, when another of its identity comes, then 482, and the first can be answered", async () => {
      send("INVITE");
      const { tokens } = await application.takeSip("INVITE");
      send("INVITE", { cseq: 2 });
      await peer.take("SIP/2.0 482");
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
      const to = headerOf(await peer.take("SIP/2.0 200"), "To");
      send("ACK", { to });
      send("BYE", { to, cseq: 3 });
      await answer("BYE", "200 OK");
      await eventually(() => assert.equal(fixture.gauge("tandem_sip_dialogs"), 0), WITHIN);
    });

    it("given an INVITE that was refused, or cancelled, when it comes again, then it is offered each time", async () => {
      send("INVITE");
      await answer("INVITE", "407 Proxy Authentication Required");
      await peer.take("SIP/2.0 407");
      const via = peer.via();
      send("INVITE", { cseq: 2, via });
      await application.takeSip("INVITE");
      send("CANCEL", { cseq: 2, via });
      await peer.take("SIP/2.0 200");
      await peer.take("SIP/2.0 487");
      await taken({ cseq: 3 });
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
    });

    it("given an INVITE of a dialog that the edge has lost, when another comes before its answer, then 500 with Retry-After", async () => {
      send("INVITE", { to: "<sip:1002@127.0.0.1>;tag=lost" });
      const { tokens } = await application.takeSip("INVITE");
      send("INVITE", { to: "<sip:1002@127.0.0.1>;tag=lost", cseq: 2 });
      assert.match(headerOf(await peer.take("SIP/2.0 500"), "Retry-After"), /^\d+$/);
      await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\n\r\n${SDP}`);
      await peer.take("SIP/2.0 200");
    });

    it("given a dialog that has ended, when another fork answers, then that is acknowledged and ended at once", async () => {
      const { invite, dialogId } = await made();
      await acknowledge(dialogId);
      await application.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
      peer.respond(fixture.sipPort, await peer.take("BYE"), "200 OK", "");
      await application.takeSip("SIP/2.0 200");
      peer.respond(fixture.sipPort, invite, "200 OK", "fork", [`Contact: <${peer.uri}>`], SDP);
      await peer.take("ACK");
      assert.match(headerOf(await peer.take("BYE"), "To"), /tag=fork/);
      assert.deepEqual([application.frames, fixture.gauge("tandem_sip_dialogs")], [[], 0]);
    });
  });

  describe("where its requests go", () => {
    it("given a phone behind NAT, when it comes from a new port, then requests go there", async () => {
      const nat = "SIP/2.0/UDP 10.0.0.9:5060;rport;branch=z9hG4bK";
      const moved = await SipPeer.start();
      const { to, dialogId } = await taken({ via: `${nat}1`, contact: "sip:a@10.0.0.9" });
      send("INVITE", { to, cseq: 2, via: `${nat}2`, contact: "sip:a@10.0.0.9", from: moved });
      await answer("INVITE", "200 OK", SDP);
      await moved.take("SIP/2.0 200");
      send("ACK", { to, cseq: 2, via: `${nat}3`, from: moved });
      await application.takeSip("ACK");
      await application.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
      await moved.take("BYE");
      await moved.close();
    });

    for (const [given, goal] of [
      ["no next hop", "to the Contact"],
      ["a next hop", "there"],
      ["that connection as next hop", "to the Contact"],
    ] as const) {
      it(`given a call over TCP whose connection is gone, when it is ended with ${given}, then BYE goes ${goal}`, async () => {
        let received = "";
        const sockets: Socket[] = [];
        const phone = createServer((accepted) => {
          sockets.push(accepted);
          accepted.on("data", (bytes) => (received += bytes.toString()));
        });
        await new Promise<void>((resolve) => phone.listen(0, "127.0.0.1", resolve));
        const { port } = phone.address() as AddressInfo;
        const socket = connect(fixture.tcpPort, "127.0.0.1");
        let got = "";
        socket.on("data", (bytes) => (got += bytes.toString()));
        const write = (method: string, to: string, body: string): void => {
          socket.write(
            `${method} sip:1002@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:${port};branch=z9hG4bK${method}\r\n` +
              `From: <sip:a@b>;tag=a1\r\nTo: ${to}\r\nCall-ID: ${method === "REGISTER" ? "r1" : "t1"}\r\nCSeq: 1 ${method}\r\nMax-Forwards: 70\r\n` +
              `Contact: <sip:a@127.0.0.1:${goal === "there" ? peer.port : port};transport=tcp>\r\n` +
              `${body === "" ? "" : "Content-Type: application/sdp\r\n"}Content-Length: ${body.length}\r\n\r\n${body}`,
          );
        };
        write("REGISTER", "<sip:a@b>", "");
        const token = headerOf((await application.takeSip("REGISTER")).text, "X-Tandem-Flow");
        write("INVITE", "<sip:1002@127.0.0.1>", SDP);
        await answer("INVITE", "200 OK", SDP);
        await eventually(() => assert.match(got, /200 OK[^]*\r\n\r\nv=0/), WITHIN);
        write("ACK", headerOf(got.slice(got.indexOf("SIP/2.0 200")), "To"), "");
        const ack = await application.takeSip("ACK");
        socket.destroy();
        await eventually(() => assert.equal(fixture.gauge("tandem_sip_connections"), 0), WITHIN);
        const user = given === "that connection as next hop" ? `${token}@` : "";
        const nextHop =
          given === "no next hop" ? "" : `sip:${user}127.0.0.1:${user === "" ? port : peer.port};transport=tcp`;
        await application.ask(`sip||${ack.tokens[9]}|${nextHop}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
        await eventually(() => assert.match(received, /^BYE sip:a@127\.0\.0\.1/), WITHIN);
        for (const each of sockets) each.destroy();
        phone.close();
      });
    }

    it("given Max-Forwards of the application, when it sends a request, then that goes out", async () => {
      await application.ask(`sip||\r\nINVITE ${peer.uri} SIP/2.0\r\nmax-forwards: 3\r\n\r\n${SDP}`);
      assert.equal(headerOf(await peer.take("INVITE"), "Max-Forwards"), "3");
    });

    it("given a peer that cannot be reached, when the dialog is over, then its application is told all the same", async () => {
      send("INVITE", { contact: "sips:a@127.0.0.1" });
      await answer("INVITE", "200 OK", SDP);
      await peer.take("SIP/2.0 200");
      for (let second = 0; second < 34; second += 1) clock.advance(1_000);
      assert.match((await application.takeSip("BYE")).text, /ACK timeout/);
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    });
  });

  describe("applications that are gone", () => {
    it("given a 200 that is not acknowledged, when its application dies, then ACK and BYE at once", async () => {
      await made();
      application.close();
      await peer.take("ACK");
      assert.match(headerOf(await peer.take("BYE"), "Reason"), /control was lost/);
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    });

    it("given a dialog from before a restart, when the edge ends it, then whoever takes BYE now is told", async () => {
      const { dialogId } = await made();
      await acknowledge(dialogId);
      await fixture.restart();
      const heir = await fixture.application(...VERBS);
      assert.equal(fixture.edge.endDialog(dialogId, "Q.850;cause=41"), true);
      assert.equal((await heir.takeSip("BYE")).tokens[9], dialogId);
    });
  });

  describe("a BYE that is challenged", () => {
    const bye = (dialogId: string, ...lines: string[]): Promise<unknown> =>
      application.ask(
        `sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n${lines.map((one) => `${one}\r\n`).join("")}\r\n`,
      );

    /** A call that the edge refreshes, whose BYE was answered like this. */
    async function refused(status: string): Promise<{ dialogId: string; first: string }> {
      const { dialogId } = await made("Allow: INVITE, UPDATE", "Session-Expires: 90;refresher=uac");
      await acknowledge(dialogId);
      await bye(dialogId);
      const first = await peer.take("BYE");
      peer.respond(fixture.sipPort, first, status, "remote");
      await application.takeSip(`SIP/2.0 ${status.slice(0, 3)}`);
      return { dialogId, first };
    }

    for (const status of ["401 Unauthorized", "407 Proxy Authentication Required"]) {
      it(`given ${status}, when the application sends it again, then that goes in the dialog, which ends with its answer`, async () => {
        const { dialogId, first } = await refused(status);
        assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
        await bye(dialogId, "Proxy-Authorization: Digest x");
        const second = await peer.take("BYE");
        const [before, after] = [first, second].map((text) => Number(headerOf(text, "CSeq").split(" ")[0]));
        assert.equal(after, Number(before) + 1);
        assert.equal(headerOf(second, "To"), headerOf(first, "To"));
        assert.equal(headerOf(second, "Proxy-Authorization"), "Digest x");
        // It was on its way for longer than the credentials were waited for.
        clock.advance(6_000);
        const repeated = await peer.take("BYE");
        assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
        peer.respond(fixture.sipPort, repeated, "200 OK", "remote");
        await application.takeSip("SIP/2.0 200");
        assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
      });
    }

    it("given no credentials, when some seconds have passed, then the dialog is over, and was not refreshed meanwhile", async () => {
      await refused("401 Unauthorized");
      clock.advance(5_000);
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
      clock.advance(90_000);
      await setImmediate();
      assert.deepEqual(peer.received, []);
    });

    it("given another refusal, when it comes, then the dialog is over at once", async () => {
      await refused("403 Forbidden");
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
    });
  });

  describe("session timers", () => {
    /** Waits until the edge has had as many responses. */
    async function seen(responses: number): Promise<void> {
      const count = (): number => fixture.gauge("tandem_sip_responses_received_total");
      await eventually(() => assert.equal(count(), responses), WITHIN);
    }

    const REFRESHED_BY_US = "Session-Expires: 1800;refresher=uac";

    it("given an interval of 0, when the peer answers with it, then it is refreshed after 45 s and not before", async () => {
      const { dialogId } = await made("Allow: INVITE, UPDATE", "Session-Expires: 0;refresher=uac");
      await acknowledge(dialogId);
      clock.advance(44_000);
      await setImmediate();
      assert.deepEqual(peer.received, []);
      clock.advance(2_000);
      await peer.take("UPDATE");
    });

    it("given a refresh whose peer is not there, when some seconds have passed, then it is tried again and the call goes on", async () => {
      const contact = `Contact: <sip:a@127.0.0.1:${await freePort("127.0.0.1")};transport=tcp>`;
      const { dialogId } = await made(contact, "Allow: INVITE, UPDATE", REFRESHED_BY_US);
      await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
      clock.advance(900_100);
      for (const failed of [1, 2, 3]) {
        await eventually(
          () => assert.equal(fixture.gauge("tandem_sip_transaction_transport_failures_total"), failed + 1),
          WITHIN,
        );
        assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
        clock.advance(5_100);
      }
    });

    it("given a refresh by INVITE that could not be sent, when the peer sends an INVITE, then that is no glare", async () => {
      const contact = `Contact: <sip:a@127.0.0.1:${await freePort("127.0.0.1")};transport=tcp>`;
      const { invite, dialogId } = await made(contact, "Allow: INVITE", REFRESHED_BY_US);
      await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
      clock.advance(900_100);
      const failed = (): number => fixture.gauge("tandem_sip_transaction_transport_failures_total");
      // The ACK, and the refresh.
      await eventually(() => assert.equal(failed(), 2), WITHIN);
      peer.send(fixture.sipPort, [
        `INVITE sip:1001@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: ${headerOf(invite, "To")};tag=remote`,
        `To: ${headerOf(invite, "From")}`,
        `Call-ID: ${headerOf(invite, "Call-ID")}`,
        "CSeq: 1 INVITE",
        `Contact: <${peer.uri}>`,
        "Max-Forwards: 70",
      ]);
      await application.takeSip("INVITE");
    });

    it("given a refresh that is refused with 491, when some seconds have passed, then it is tried again", async () => {
      const { dialogId } = await made("Allow: INVITE", REFRESHED_BY_US);
      await acknowledge(dialogId);
      clock.advance(900_100);
      const refresh = await peer.take("INVITE");
      assert.equal(headerOf(refresh, "Content-Type"), "application/sdp");
      peer.respond(fixture.sipPort, refresh, "491 Request Pending", "remote");
      await peer.take("ACK");
      clock.advance(5_100);
      await peer.take("INVITE");
    });

    it("given 422 with Min-SE, when a refresh gets it, then the next one asks for that interval", async () => {
      const { dialogId } = await made("Allow: INVITE, UPDATE", REFRESHED_BY_US);
      await acknowledge(dialogId);
      clock.advance(900_100);
      const refresh = await peer.take("UPDATE");
      peer.respond(fixture.sipPort, refresh, "422 Session Interval Too Small", "remote", ["Min-SE: 3600"]);
      await seen(2);
      clock.advance(5_100);
      assert.match(headerOf(await peer.take("UPDATE"), "Session-Expires"), /^3600/);
    });

    it("given UPDATE is not taken after all, when a refresh gets 405, then the next one is an INVITE", async () => {
      const { dialogId } = await made("Allow: INVITE, UPDATE", REFRESHED_BY_US);
      await acknowledge(dialogId);
      clock.advance(900_100);
      peer.respond(fixture.sipPort, await peer.take("UPDATE"), "405 Method Not Allowed", "remote");
      await seen(2);
      clock.advance(5_100);
      const refresh = await peer.take("INVITE");
      peer.respond(fixture.sipPort, refresh, "200 OK", "remote", [`Contact: <${peer.uri}>`, REFRESHED_BY_US], SDP);
      await peer.take("ACK");
      assert.equal(fixture.gauge("tandem_sip_dialogs"), 1);
    });

    it("given a refresh that gets 481, when it comes, then BYE and the application is told", async () => {
      const { dialogId } = await made("Allow: INVITE, UPDATE", REFRESHED_BY_US);
      await acknowledge(dialogId);
      clock.advance(900_100);
      peer.respond(fixture.sipPort, await peer.take("UPDATE"), "481 Call Does Not Exist", "remote");
      await peer.take("BYE");
      assert.match((await application.takeSip("BYE")).text, /refresh failed/);
    });

    it("given a re-INVITE under way, when a refresh by INVITE is due, then it waits and each ACK has its CSeq", async () => {
      const { dialogId } = await made("Allow: INVITE", REFRESHED_BY_US);
      await acknowledge(dialogId);
      clock.advance(899_900);
      await application.ask(`sip||${dialogId}\r\nINVITE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
      const invite = await peer.take("INVITE");
      peer.respond(fixture.sipPort, invite, "180 Ringing", "remote");
      await application.takeSip("SIP/2.0 180");
      clock.advance(200);
      peer.respond(fixture.sipPort, invite, "200 OK", "remote", [`Contact: <${peer.uri}>`], SDP);
      await application.takeSip("SIP/2.0 200");
      assert.equal(headerOf(await acknowledge(dialogId), "CSeq").split(" ")[0], headerOf(invite, "CSeq").split(" ")[0]);
      assert.deepEqual(peer.received, []);
      clock.advance(5_100);
      await peer.take("INVITE");
    });

    it("given a call that we refresh, when the edge is restarted, then it is refreshed in time, with its session", async () => {
      const { dialogId } = await made("Allow: INVITE", REFRESHED_BY_US);
      await acknowledge(dialogId);
      clock.advance(600_000);
      await fixture.restart();
      clock.advance(300_100);
      assert.ok((await peer.take("INVITE")).endsWith(SDP));
    });
  });
});
