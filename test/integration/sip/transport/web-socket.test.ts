import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";
import type { TransportLimits, TransportProtocol, WebSocketSettings } from "../../../../src/sip/transport/index.ts";
import { makeCertificate, writePair } from "../../../support/certificates.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { Inbox } from "../../../support/inbox.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { RawTcp } from "../../../support/raw-sip.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { sipText, TransportUnderTest, until } from "./transport-fixture.ts";

/** A browser's end of a WebSocket. */
class Browser {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #inbox = new Inbox<{ readonly text: string; readonly isBinary: boolean }>(({ text }) => text);

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary) => this.#inbox.put({ text: data.toString("latin1"), isBinary }));
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => socket.on("close", resolve));
  }

  send(text: string, options: { binary?: boolean; fin?: boolean; mask?: boolean } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const data = Buffer.from(text, "latin1");
      this.socket.send(data, { binary: false, ...options }, (error) => (error ? reject(error) : resolve()));
    });
  }

  take(text: string): Promise<{ readonly text: string; readonly isBinary: boolean }> {
    return this.#inbox.take((each) => each.text === text, text.slice(0, 20));
  }
}

describe("SIP over WebSocket", () => {
  let cleanup: Cleanup;
  let clock: ManualClock;
  let transport: TransportUnderTest;
  beforeEach(() => {
    cleanup = new Cleanup();
    clock = new ManualClock();
  });
  afterEach(async () => {
    await cleanup.run();
    assert.equal(clock.activeTimers, 0);
  });
  const start = async (webSocket: WebSocketSettings = {}, limits: Partial<TransportLimits> = {}): Promise<void> => {
    const pair = await makeCertificate(["sip.example.org"]);
    const folder = cleanup.add(new TemporaryDirectory("ws"), (each) => each.close());
    const listeners = (["ws", "wss"] as const).map((protocol) => ({ protocol, address: "127.0.0.1", port: 0 }));
    const tls = writePair(folder, "ws", pair);
    const made = await TransportUnderTest.start({ clock, listeners, tls, webSocket, limits });
    transport = cleanup.add(made, (each) => each.close());
  };
  const opening = (protocol: TransportProtocol, subProtocol?: string, options: ClientOptions = {}): WebSocket => {
    const url = `${protocol}://127.0.0.1:${transport.port(protocol)}/any/path`;
    const socket = new WebSocket(url, subProtocol === undefined ? [] : subProtocol.split(","), {
      rejectUnauthorized: false,
      ...options,
    });
    return cleanup.add(socket, (each) => each.terminate());
  };
  const open = async (protocol: TransportProtocol = "ws", subProtocol = "sip", options = {}): Promise<Browser> => {
    const browser = new Browser(opening(protocol, subProtocol, options));
    await once(browser.socket, "open");
    return browser;
  };
  /** The HTTP status that an attempt gets. */
  const refused = async (subProtocol?: string, options: ClientOptions = {}): Promise<number> => {
    const socket = opening("ws", subProtocol, options);
    socket.on("error", () => undefined);
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number }];
    return response.statusCode;
  };
  const ended = (reason: string): number => transport.value("tandem_sip_connections_ended_total", reason);

  for (const protocol of ["ws", "wss"] as const) {
    it(`given a browser on ${protocol}, when it sends, then messages go both ways on its connection`, async () => {
      await start();
      const browser = await open(protocol, "other,sip");
      assert.equal(browser.socket.protocol, "sip");
      await browser.send(sipText("one"));
      const [{ flow, text } = assert.fail()] = await transport.messages.count(1);
      assert.deepEqual([text, flow.protocol, flow.reliable], [sipText("one"), protocol, true]);
      assert.equal(flow.localPort, transport.port(protocol));
      transport.send({ protocol, address: "127.0.0.1", port: 9, flowId: flow.id }, sipText("by flow"));
      transport.send({ protocol, address: "127.0.0.1", port: flow.remotePort }, sipText("by address"));
      await browser.take(sipText("by flow"));
      await browser.take(sipText("by address"));
      assert.equal(transport.layer.connectedTo(flow.id)?.protocol, protocol);
    });
  }
  it("given nobody who is connected there, when sent, then onFailure tells and no connection is made", async () => {
    await start();
    transport.send({ protocol: "ws", address: "127.0.0.1", port: 9 }, sipText());
    const [error] = await transport.failures.count(1);
    assert.equal((error as { code?: string }).code, "not-connected");
  });
  it("given octets that are no UTF-8, when they come and go, then frames are binary and each octet is kept", async () => {
    await start();
    const browser = await open();
    const odd = sipText("th\xffree\0");
    await browser.send(odd, { binary: true });
    await browser.send(sipText("sm\xc3\xbcrrebr\xc3\xb8d"));
    const [one, two] = await transport.messages.count(2);
    assert.deepEqual([one?.text, two?.text], [odd, sipText("sm\xc3\xbcrrebr\xc3\xb8d")]);
    const flowId = one?.flow.id ?? "";
    transport.send({ protocol: "ws", address: "127.0.0.1", port: 9, flowId }, odd);
    transport.send({ protocol: "ws", address: "127.0.0.1", port: 9, flowId }, sipText("text"));
    assert.deepEqual(
      [(await browser.take(odd)).isBinary, (await browser.take(sipText("text"))).isBinary],
      [true, false],
    );
  });
  it("given a message without Content-Length, when it comes, then the frame's end is its end", async () => {
    await start();
    await (await open()).send("MESSAGE sip:a@b SIP/2.0\r\nCall-ID: x\r\n\r\nbody");
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, "MESSAGE sip:a@b SIP/2.0\r\nCall-ID: x\r\n\r\nbody");
  });
  it("given a message in fragments with a ping between, when it comes, then it is whole", async () => {
    await start();
    const browser = await open();
    await browser.send(sipText("fragments").slice(0, 10), { fin: false });
    const pong = once(browser.socket, "pong");
    browser.socket.ping();
    await pong;
    await browser.send(sipText("fragments").slice(10, 20), { fin: false });
    await browser.send(sipText("fragments").slice(20));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, sipText("fragments"));
  });
  it("given keep-alives of CRLF, when they come, then a double one is answered", async () => {
    await start();
    const browser = await open();
    await browser.send("\r\n");
    await browser.send("\r\n\r\n");
    await browser.take("\r\n");
    assert.equal(transport.value("tandem_sip_keepalives_received_total", "ws"), 1);
    assert.equal(transport.bad.items.length, 0);
  });
  it("given a quiet browser, when 30 s pass, then it is pinged, and stays as long as it answers", async () => {
    await start();
    const browser = await open();
    await browser.send(sipText());
    await transport.messages.count(1);
    for (let minutes = 0; minutes < 20; minutes += 1) {
      const ping = once(browser.socket, "ping");
      clock.advance(60_000);
      await ping;
      // Our own ping comes behind the answer to theirs: its echo says that the answer was read.
      const pong = once(browser.socket, "pong");
      browser.socket.ping();
      await pong;
    }
    const deaf = await open("ws", "sip", { autoPong: false });
    await deaf.send(sipText());
    await transport.messages.count(2);
    clock.advance(901_000);
    await deaf.closed;
    assert.equal(ended("idle"), 2);
  });

  const bad: readonly (readonly [given: string, send: (browser: Browser) => Promise<unknown>, close: number])[] = [
    ["a frame above the bound", (browser) => browser.send(sipText("x".repeat(70_000))), 1009],
    [
      "fragments above the bound",
      async (browser) => {
        for (let index = 0; index < 8; index += 1) await browser.send("x".repeat(9_000), { fin: false });
      },
      1009,
    ],
    ["binary junk", (browser) => browser.send("\x00\x01\xff".repeat(99), { binary: true }), 1007],
    ["text that is no UTF-8", (browser) => browser.send(sipText("\xff")), 1007],
    ["a frame without a mask", (browser) => browser.send(sipText(), { mask: false }), 1002],
  ];
  for (const [given, send, close] of bad) {
    it(`given ${given}, when it comes, then the connection is closed with ${close}, others stay`, async () => {
      await start();
      const other = await open();
      const browser = await open();
      await send(browser);
      assert.equal(await browser.closed, close);
      await until(() => transport.value("tandem_sip_connections") === 1);
      assert.deepEqual([ended("bad-input"), transport.value("tandem_sip_bad_input_total", "ws")], [1, 1]);
      await other.send(sipText("still here"));
      const received = await transport.messages.count(1);
      assert.deepEqual(
        received.map(({ text }) => text),
        [sipText("still here")],
      );
    });
  }
  it("given junk behind the handshake, when it comes, then the connection is closed", async () => {
    await start();
    const peer = await RawTcp.connect(transport.target("ws"));
    peer.socket.write(handshake(transport.port("ws")));
    await peer.matching(/101 Switching Protocols[^]*\r\n\r\n/, 2_000);
    peer.socket.write(Buffer.from("ff00ff00ff00", "hex"));
    await peer.closed(5_000);
    await until(() => ended("bad-input") === 1);
  });
  it("given a message whose rest does not come, when 10 s pass, then the connection is closed", async () => {
    await start();
    const browser = await open();
    await browser.send(sipText());
    await transport.messages.count(1);
    await browser.send("MESSAGE", { fin: false });
    const pong = once(browser.socket, "pong");
    await browser.send(" sip:a@b", { fin: false });
    browser.socket.ping();
    await pong;
    await browser.send(" SIP/2.0", { fin: false });
    // Nothing tells when a fragment has been read: the deadline begins with the read that follows the ping's.
    for (let times = 0; times < 100 && browser.socket.readyState === WebSocket.OPEN; times += 1) {
      clock.advance(1_000);
      await new Promise(setImmediate);
    }
    await browser.closed;
    assert.equal(ended("slow-message"), 1);
  });
  it("given a peer that never finishes the handshake, when 8 s pass, then it is closed", async () => {
    await start();
    const silent = await RawTcp.connect(transport.target("ws"));
    const slow = await RawTcp.connect(transport.target("wss"));
    silent.socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    await until(() => transport.value("tandem_sip_handshakes") === 2);
    clock.advance(8_000);
    await Promise.all([silent.closed(2_000), slow.closed(2_000)]);
    assert.equal(ended("slow-handshake"), 2);
  });
  it("given a browser that sends no message, when 30 s pass, then it is closed", async () => {
    await start();
    const browser = await open();
    clock.advance(30_500);
    await browser.closed;
    assert.equal(ended("no-message"), 1);
  });
  it("given another sub-protocol or none, when opened, then it is refused", async () => {
    await start();
    assert.deepEqual([await refused("xmpp"), await refused(), await refused("sips")], [400, 400, 400]);
    await until(() => ended("bad-handshake") === 3);
  });
  it("given origins that may connect, when others try, then they are refused; who tells none gets in", async () => {
    await start({ origins: ["https://phone.example.org"] });
    assert.equal(await refused("sip", { origin: "https://evil.example.org" }), 403);
    await open("ws", "sip", { origin: "https://phone.example.org" });
    await open("ws", "sip");
  });
  const requests: readonly (readonly [given: string, request: string, answer: RegExp])[] = [
    ["a plain request", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 426 /],
    ["SIP", sipText(), /^$/],
    ["a head beyond the bound", `GET / HTTP/1.1\r\n${"X: yyyyyyyy\r\n".repeat(2_000)}`, /^$/],
    ["another version of the protocol", handshake(1).replace("Version: 13", "Version: 7"), /^HTTP\/1\.1 4\d\d /],
  ];
  for (const [given, request, answer] of requests) {
    it(`given ${given}, when it comes, then no connection is made and the socket is closed`, async () => {
      await start();
      const peer = await RawTcp.connect(transport.target("ws"));
      peer.socket.write(request);
      await peer.closed(2_000);
      assert.match(peer.received, answer);
      assert.equal(transport.value("tandem_sip_connections_opened_total", "peer"), 0);
      await until(() => transport.value("tandem_sip_handshakes") === 0);
    });
  }
  it("given a peer that goes, when it does, then its connection is gone and its flow fails", async () => {
    await start();
    const browser = await open();
    await browser.send(sipText());
    const [received] = await transport.messages.count(1);
    browser.socket.close();
    await browser.closed;
    await until(() => transport.value("tandem_sip_connections") === 0);
    transport.send({ protocol: "ws", address: "127.0.0.1", port: 9, flowId: received?.flow.id ?? "" }, sipText());
    const [error] = await transport.failures.count(1);
    assert.equal((error as { code?: string }).code, "not-connected");
  });
});

function handshake(port: number): string {
  return [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: sip",
    "\r\n",
  ].join("\r\n");
}
