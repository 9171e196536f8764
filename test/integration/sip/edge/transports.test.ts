import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { connect, createServer as createTlsServer } from "node:tls";
import { WebSocket } from "ws";
import type { SipListener, TlsSettings } from "../../../../src/sip/index.ts";
import { makeCertificate, type PemPair, writePair } from "../../../support/certificates.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { Inbox } from "../../../support/inbox.ts";
import { headerOf, headersOf, SipPeer } from "../../../support/sip-peer.ts";
import { StreamPeer } from "../../../support/stream-peer.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import type { WireClient } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

describe("SipEdge on other transports and addresses", () => {
  let pair: PemPair;
  let cleanup: Cleanup;
  let folder: TemporaryDirectory;
  before(async () => {
    pair = await makeCertificate(["sip.example.org"]);
  });
  beforeEach(() => {
    cleanup = new Cleanup();
    folder = cleanup.add(new TemporaryDirectory("edge-tls"), (each) => each.close());
  });
  afterEach(() => cleanup.run());

  const start = async (
    listeners: readonly SipListener[],
    more: Partial<TlsSettings> = {},
  ): Promise<{ fixture: EdgeFixture; application: WireClient }> => {
    const files = writePair(folder, "edge", pair);
    const tls = { ...files, ca: files.certificate, ...more };
    const limits = { traceBytes: 65_536 };
    const fixture = cleanup.add(await EdgeFixture.startOn({ listeners, tls, limits }), (each) => each.stop());
    return { fixture, application: await fixture.application("invite", "message", "bye") };
  };
  const inviteLines = (uri: string, via: string, contact: string): readonly string[] => [
    `INVITE ${uri} SIP/2.0`,
    `Via: ${via}`,
    "From: <sip:a@example.org>;tag=f",
    "To: <sip:b@example.org>",
    "Call-ID: c1",
    "CSeq: 1 INVITE",
    `Contact: <${contact}>`,
    "Max-Forwards: 70",
    "Content-Type: application/sdp",
  ];
  /** Lets the application answer, and returns the 200's text and the dialog's id. */
  const answer = async (application: WireClient): Promise<{ tokens: readonly string[]; dialogId: string }> => {
    const { tokens } = await application.takeSip("INVITE");
    const ok = await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n${SDP}`);
    return { tokens, dialogId: ok.tokens[8] ?? "" };
  };

  /** Peers that connect to a server of the test's, the first one. */
  interface Listening {
    readonly port: number;
    readonly next: () => Promise<StreamPeer>;
  }
  const listenOn = async (server: Server, event: "connection" | "secureConnection"): Promise<Listening> => {
    const peers: StreamPeer[] = [];
    server.on(event, (socket: Socket) => {
      peers.push(cleanup.add(new StreamPeer(socket), (each) => each.close()));
      server.emit("peer");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanup.add(server, (each) => void each.close());
    const address = server.address();
    const next = async (): Promise<StreamPeer> => {
      if (peers.length === 0) await once(server, "peer");
      return peers[0] ?? assert.fail();
    };
    return { port: typeof address === "object" ? (address?.port ?? 0) : 0, next };
  };
  const listenTcp = (): Promise<Listening> => listenOn(createServer(), "connection");

  for (const [protocol, address] of [
    ["tcp", "::1"],
    ["tls", "127.0.0.1"],
    ["tls", "::1"],
  ] as const) {
    it(`given a call over ${protocol} to ${address}, when the application ends it, then it has our place and the connection`, async () => {
      const { fixture, application } = await start([{ protocol, address, port: 0 }]);
      const port = fixture.portOf(protocol);
      const place = `${address === "::1" ? "[::1]" : address}:${port}`;
      const phone = cleanup.add(await StreamPeer.connect(protocol, address, port), (each) => each.close());
      const via = `SIP/2.0/${protocol.toUpperCase()} phone.invalid;branch=${phone.branch()};rport`;
      phone.send(inviteLines(`sip:b@${place}`, via, "sip:a@phone.invalid"), SDP);
      const { tokens, dialogId } = await answer(application);
      assert.deepEqual(tokens.slice(4, 7), [protocol, address, String(phone.port)]);
      assert.deepEqual(tokens.slice(10, 12), [address, String(port)]);
      const ok = await phone.take("SIP/2.0 200");
      assert.equal(headerOf(ok, "Contact"), `<sip:${place};transport=${protocol}>`);
      assert.equal(headerOf(ok, "Via"), `${via}=${phone.port};received=${address}`);
      await application.ask(`sip||${dialogId}|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
      const bye = await phone.take("BYE");
      assert.match(headerOf(bye, "Via"), new RegExp(`^SIP/2\\.0/${protocol.toUpperCase()} ${escape(place)};`));
      assert.equal(bye.split("\r\n")[0], "BYE sip:a@phone.invalid SIP/2.0");
      phone.respond(bye, "200 OK");
      await application.takeSip("SIP/2.0 200");
      const passed = await tracedBy(fixture);
      assert.deepEqual(passed, [
        ...["received INVITE", "sent SIP/2.0 100", "sent SIP/2.0 200", "sent BYE", "received SIP/2.0 200"].map(
          (message) => `${message} ${protocol} ${address} ${port} ${address} ${phone.port}`,
        ),
      ]);
    });
  }
  it("given a peer that shows a certificate, when it calls, then the application is told its name, whatever it claims", async () => {
    const listeners = [{ protocol: "tls", address: "127.0.0.1", port: 0 }] as const;
    const { fixture, application } = await start(listeners, { requestClientCertificate: true });
    const socket = connect({ port: fixture.portOf("tls"), rejectUnauthorized: false, ...pair });
    await once(socket, "secureConnect");
    const peer = cleanup.add(new StreamPeer(socket), (each) => each.close());
    const lines = inviteLines("sip:b@x", `SIP/2.0/TLS ${peer.place};branch=${peer.branch()}`, "sip:a@x");
    peer.send([...lines, "X-Tandem-Peer-Certificate: bank.example"], SDP);
    const { text } = await application.takeSip("INVITE");
    assert.equal(headersOf(text, "X-Tandem-Peer-Certificate").join(), "sip.example.org");
  });
  it("given a phone on UDP over IPv6, when a call is offered and ended, then brackets stand where they must", async () => {
    const { fixture, application } = await start([{ protocol: "udp", address: "::1", port: 0 }]);
    const phone = cleanup.add(await SipPeer.start("::1"), (each) => each.close());
    const place = `[::1]:${fixture.portOf("udp")}`;
    await application.ask(`sip||\r\nINVITE sip:b@[::1]:${phone.port} SIP/2.0\r\nContent-Length: 0\r\n\r\n${SDP}`);
    const invite = await phone.take("INVITE");
    assert.match(headerOf(invite, "Via"), new RegExp(`^SIP/2\\.0/UDP ${escape(place)};rport;branch=`));
    assert.deepEqual(
      [headerOf(invite, "Contact"), headerOf(invite, "To")],
      [`<sip:${place}>`, `<sip:b@[::1]:${phone.port}>`],
    );
    assert.match(headerOf(invite, "From"), new RegExp(`^<sip:${escape(place)}>;tag=`));
    phone.respond(fixture.portOf("udp"), invite, "486 Busy Here", "t");
    const busy = await application.takeSip("SIP/2.0 486");
    assert.deepEqual(busy.tokens.slice(4, 7), ["udp", "::1", String(phone.port)]);
    assert.match(await phone.take("ACK"), new RegExp(`^ACK sip:b@\\[::1\\]:${phone.port} `));
    const self = await application.ask(`sip||\r\nOPTIONS sip:${place} SIP/2.0\r\n\r\n`);
    assert.deepEqual(self.tokens, ["NOK", "can not send request to myself"]);
    const ends = `udp ::1 ${fixture.portOf("udp")} ::1 ${phone.port}`;
    assert.deepEqual(await tracedBy(fixture), [
      `sent INVITE ${ends}`,
      `received SIP/2.0 486 ${ends}`,
      `sent ACK ${ends}`,
    ]);
  });
  it("given a listener that advertises another place, when messages leave, then they tell that place", async () => {
    const { fixture, application } = await start([
      { protocol: "udp", address: "127.0.0.1", port: 0, advertised: { address: "192.0.2.1", port: 6060 } },
    ]);
    const phone = cleanup.add(await SipPeer.start(), (each) => each.close());
    const port = fixture.portOf("udp");
    phone.send(port, inviteLines("sip:b@192.0.2.1:6060", phone.via(), phone.uri), SDP);
    const { tokens } = await answer(application);
    assert.deepEqual(tokens.slice(10, 12), ["192.0.2.1", "6060"]);
    assert.equal(headerOf(await phone.take("SIP/2.0 200"), "Contact"), "<sip:192.0.2.1:6060>");
    await application.ask(`sip||\r\nMESSAGE ${phone.uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
    const message = await phone.take("MESSAGE");
    assert.match(headerOf(message, "Via"), /^SIP\/2\.0\/UDP 192\.0\.2\.1:6060;/);
    for (const line of await tracedBy(fixture)) assert.match(line, / udp 192\.0\.2\.1 6060 127\.0\.0\.1 \d+$/);
    for (const place of ["192.0.2.1:6060", `127.0.0.1:${port}`]) {
      const { tokens: refused } = await application.ask(`sip||\r\nOPTIONS sip:${place} SIP/2.0\r\n\r\n`);
      assert.deepEqual(refused, ["NOK", "can not send request to myself"]);
    }
  });

  it("given a call over WebSocket from a host that can not be dialled, when it goes on, then it stays on the connection", async () => {
    const { fixture, application } = await start([{ protocol: "ws", address: "127.0.0.1", port: 0 }]);
    const place = `127.0.0.1:${fixture.portOf("ws")}`;
    const browser = cleanup.add(new WebSocket(`ws://${place}`, "sip"), (each) => each.terminate());
    const inbox = new Inbox<string>((text) => text);
    browser.on("message", (data: Buffer) => inbox.put(data.toString()));
    await once(browser, "open");
    const uri = "sip:a@x1y2.invalid;transport=ws";
    const lines = inviteLines(`sip:b@${place}`, "SIP/2.0/WS x1y2.invalid;branch=z9hG4bK1", uri);
    browser.send([...lines, `Content-Length: ${SDP.length}`, "", SDP].join("\r\n"));
    const { tokens, dialogId } = await answer(application);
    assert.equal(tokens[4], "ws");
    const ok = await inbox.take((text) => text.startsWith("SIP/2.0 200"), "200");
    assert.equal(headerOf(ok, "Contact"), `<sip:${place};transport=ws>`);
    await application.ask(`sip||${dialogId}|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
    const bye = await inbox.take((text) => text.startsWith("BYE"), "BYE");
    assert.equal(bye.split("\r\n")[0], `BYE ${uri} SIP/2.0`);
    const nextHop = `sip:${tokens[5]}:${tokens[6]};transport=ws`;
    await application.ask(`sip|||${nextHop}\r\nMESSAGE ${uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
    const message = await inbox.take((text) => text.startsWith(`MESSAGE ${uri}`), "MESSAGE");
    assert.match(headerOf(message, "Via"), /^SIP\/2\.0\/WS 127\.0\.0\.1:/);
    const ends = `ws 127.0.0.1 ${fixture.portOf("ws")} 127.0.0.1 ${tokens[6]}`;
    assert.deepEqual(
      await tracedBy(fixture),
      ["received INVITE", "sent SIP/2.0 100", "sent SIP/2.0 200", "sent BYE", "sent MESSAGE"].map(
        (each) => `${each} ${ends}`,
      ),
    );
    const sent = fixture.edge.metrics().find(({ name, labels }) => {
      const { transport, direction, method } = labels ?? {};
      return name === "tandem_sip_request_messages_total" && `${transport} ${direction} ${method}` === "ws out BYE";
    });
    assert.equal(sent?.value, 1);
    browser.close();
    await once(browser, "close");
    await application.ask(`sip|||${nextHop}\r\nMESSAGE ${uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
    await application.takeSip("SIP/2.0 503");
  });

  describe("to a UDP peer", () => {
    const both = [
      { protocol: "udp", address: "127.0.0.1", port: 0 },
      { protocol: "tcp", address: "127.0.0.1", port: 0 },
    ] as const;
    const large = (uri: string): string => {
      return `sip||\r\nINVITE ${uri} SIP/2.0\r\nX-Fill: ${"x".repeat(1_300)}\r\nContent-Length: 0\r\n\r\n${SDP}`;
    };
    it("given it takes TCP, too, when a large INVITE is sent, then that goes over TCP, and its ACK and other small ones over UDP", async () => {
      const { fixture, application } = await start(both);
      const server = await listenTcp();
      const phone = cleanup.add(await SipPeer.start("127.0.0.1", server.port), (each) => each.close());
      const asked = application.ask(large(phone.uri));
      const peer = await server.next();
      const invite = await peer.take("INVITE");
      assert.match(headerOf(invite, "Via"), new RegExp(`^SIP/2\\.0/TCP 127\\.0\\.0\\.1:${fixture.portOf("tcp")};`));
      assert.equal((await asked).tokens[0], "OK");
      peer.respond(invite, "200 OK", [`Contact: <${phone.uri}>`]);
      const ok = await application.takeSip("SIP/2.0 200");
      await application.ask(`sip||${ok.tokens[9]}|\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
      assert.match(headerOf(await phone.take("ACK"), "Via"), /^SIP\/2\.0\/UDP /);
      await application.ask(`sip||\r\nMESSAGE ${phone.uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
      await phone.take("MESSAGE");
    });
    it("given it has no TCP, when a large INVITE is sent, then it goes over UDP", async () => {
      const { fixture, application } = await start(both);
      const phone = cleanup.add(await SipPeer.start(), (each) => each.close());
      await application.ask(large(phone.uri));
      const invite = await phone.take("INVITE");
      assert.match(headerOf(invite, "Via"), /^SIP\/2\.0\/UDP /);
      phone.respond(fixture.portOf("udp"), invite, "486 Busy Here", "t");
      await application.takeSip("SIP/2.0 486");
    });
  });

  describe("to a TLS peer", () => {
    const listen = (): Promise<Listening> => {
      return listenOn(createTlsServer({ cert: pair.cert, key: pair.key }), "secureConnection");
    };
    for (const [uri, contact] of [
      ["sip:b@127.0.0.1:PORT;transport=tls", "<sip:127.0.0.1:OURS;transport=tls>"],
      ["sips:b@127.0.0.1:PORT", "<sips:127.0.0.1:OURS>"],
    ] as const) {
      it(`given ${uri}, when an INVITE is sent there, then it goes over TLS with our listener's place`, async () => {
        const { fixture, application } = await start([{ protocol: "tls", address: "127.0.0.1", port: 0 }]);
        const { port, next } = await listen();
        const target = uri.replace("PORT", String(port));
        const sent = await application.ask(`sip||\r\nINVITE ${target} SIP/2.0\r\nContent-Length: 0\r\n\r\n${SDP}`);
        assert.deepEqual([sent.tokens[0], sent.tokens[3]], ["OK", "tls"]);
        const peer = await next();
        const invite = await peer.take("INVITE");
        assert.equal(headerOf(invite, "Contact"), contact.replace("OURS", String(fixture.portOf("tls"))));
        assert.match(headerOf(invite, "Via"), new RegExp(`^SIP/2\\.0/TLS 127\\.0\\.0\\.1:${fixture.portOf("tls")};`));
        peer.respond(invite, "200 OK", ["Contact: <sip:b@far.invalid>"]);
        const ok = await application.takeSip("SIP/2.0 200");
        await application.ask(`sip||${ok.tokens[9]}|\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
        await peer.take("ACK sip:b@far.invalid");
      });
    }
    it("given a host that its certificate does not name, when a request is sent there, then 503 comes back", async () => {
      const { application } = await start([{ protocol: "tls", address: "127.0.0.1", port: 0 }]);
      const { port } = await listen();
      await application.ask(`sip||\r\nMESSAGE sips:b@localhost:${port} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
      await application.takeSip("SIP/2.0 503");
    });
    it("given no secure listener, when a secure target is named, then it is refused", async () => {
      const { application } = await start([{ protocol: "udp", address: "127.0.0.1", port: 0 }]);
      for (const uri of ["sips:b@127.0.0.1", "sip:b@127.0.0.1;transport=tls", "sips:b@127.0.0.1;transport=udp"]) {
        const { tokens } = await application.ask(`sip||\r\nMESSAGE ${uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
        assert.deepEqual(tokens, ["NOK", "requested protocol/transport not available"]);
      }
    });
  });
});

/** What passed: direction, start of the first line, protocol, our end, the other. */
async function tracedBy(fixture: EdgeFixture): Promise<string[]> {
  const { messages } = await fixture.edge.readTrace({ after: 0 });
  return messages.map(({ direction, text, protocol, localAddress, localPort, remoteAddress, remotePort }) => {
    const start = /^(SIP\/2\.0 \d{3}|[A-Z]+)/.exec(text)?.[1] ?? "";
    return [direction, start, protocol, localAddress, localPort, remoteAddress, remotePort].join(" ");
  });
}

function escape(text: string): string {
  return text.replace(/[.[\]]/g, "\\$&");
}
