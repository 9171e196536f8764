import assert from "node:assert/strict";
import { ManualClock } from "../../../support/manual-clock.ts";
import { RawTcp } from "../../../support/raw-sip.ts";
import { sipText, TransportUnderTest, until } from "./transport-fixture.ts";

describe("receiving SIP over TCP", () => {
  let clock: ManualClock;
  let transport: TransportUnderTest;
  let peers: RawTcp[];
  beforeEach(async () => {
    clock = new ManualClock();
    transport = await TransportUnderTest.start({ clock });
    peers = [];
  });
  afterEach(async () => {
    for (const peer of peers) peer.close();
    await transport.close();
    assert.equal(clock.activeTimers, 0);
  });
  const connect = async (localAddress?: string): Promise<RawTcp> => {
    const peer = await RawTcp.connect(transport.target("tcp"), localAddress);
    peers.push(peer);
    return peer;
  };
  const write = (peer: RawTcp, text: string): void => void peer.socket.write(text, "latin1");
  /** Waits until that many connections were ended for that reason. */
  const ended = async (reason: string, count = 1): Promise<void> => {
    await until(() => transport.value("tandem_sip_connections_ended_total", reason) >= count);
  };
  const opened = async (count: number): Promise<void> => {
    await until(() => transport.value("tandem_sip_connections_opened_total", "peer") >= count);
  };

  it("given several messages in one write, when they come, then all are there in order, on one flow", async () => {
    const peer = await connect();
    const texts = [sipText("one"), sipText(""), sipText("th\xffree\0")];
    write(peer, texts.join(""));
    const received = await transport.messages.count(3);
    assert.deepEqual(
      received.map(({ text }) => text),
      texts,
    );
    const [flow] = received.map((each) => each.flow);
    assert.deepEqual(
      [flow?.protocol, flow?.reliable, flow?.remotePort, flow?.localPort],
      ["tcp", true, peer.socket.localPort, transport.port("tcp")],
    );
    assert.equal(new Set(received.map((each) => each.flow)).size, 1);
  });
  it("given a message an octet at a time, when it comes, then it is whole", async () => {
    const peer = await connect();
    peer.socket.setNoDelay(true);
    const text = `\r\n${sipText("slow")}`;
    for (const octet of text) await new Promise((resolve) => peer.socket.write(octet, "latin1", resolve));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, sipText("slow"));
  });
  it("given a double CRLF, when it comes, then a CRLF goes back", async () => {
    const peer = await connect();
    write(peer, "\r\n\r\n");
    await peer.matching(/^\r\n$/, 2_000);
    assert.equal(transport.value("tandem_sip_keepalives_received_total", "tcp"), 1);
  });

  const bad: readonly (readonly [given: string, text: string, reason: string])[] = [
    ["no Content-Length", "INVITE sip:a@b SIP/2.0\r\nVia: x\r\n\r\n", "no Content-Length"],
    [
      "a negative Content-Length",
      "INVITE sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n",
      "bad or contradicting Content-Length",
    ],
    ["a body beyond the bound", "INVITE sip:a@b SIP/2.0\r\nl: 66000\r\n\r\n", "message too long"],
    ["a head beyond the bound", `INVITE sip:a@b SIP/2.0\r\n${"x: y\r\n".repeat(12_000)}`, "head too long"],
  ];
  for (const [given, text, reason] of bad) {
    it(`given ${given}, when it comes, then it can be answered and the connection is closed`, async () => {
      const peer = await connect();
      transport.bad.push = ({ flow, reason: told }) => {
        transport.send({ protocol: "tcp", address: flow.remoteAddress, port: 1, flowId: flow.id }, `answer: ${told}`);
      };
      write(peer, text + sipText("never read"));
      await peer.matching(new RegExp(`answer: ${reason}`), 2_000);
      await peer.closed(2_000);
      assert.equal(transport.messages.items.length, 0);
      assert.equal(transport.value("tandem_sip_connections_ended_total", "bad-input"), 1);
    });
  }
  it("given a peer that keeps its side open after a bad message, when two seconds pass, then it is closed", async () => {
    const peer = await connect();
    peer.socket.removeAllListeners("end");
    peer.socket.allowHalfOpen = true;
    write(peer, "X\r\n\r\n");
    await transport.bad.count(1);
    assert.equal(transport.value("tandem_sip_connections"), 1);
    clock.advance(2_500);
    await until(() => transport.value("tandem_sip_connections") === 0);
  });
  it("given a flood of keep-alives from a peer that does not read, when too many answers wait, then it is given up", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxQueuedBytes: 1_000 } });
    const peer = await connect();
    peer.socket.pause();
    write(peer, "\r\n".repeat(20_000));
    await ended("not-reading");
    await until(() => transport.value("tandem_sip_connections") === 0);
  });
  it("given a message that is not complete after 10 s, when it trickles in, then the connection is closed", async () => {
    const peer = await connect();
    write(peer, sipText("whole") + sipText("slow").slice(0, 30));
    await transport.messages.count(1);
    for (let second = 0; second < 9; second += 1) {
      write(peer, "x");
      clock.advance(1_000);
      await new Promise(setImmediate);
    }
    assert.equal(transport.value("tandem_sip_connections"), 1);
    clock.advance(1_500);
    await peer.closed(2_000);
    assert.equal(transport.value("tandem_sip_connections_ended_total", "slow-message"), 1);
  });
  it("given a connection without a message, when 30 s pass, then it is closed; keep-alives do not help", async () => {
    const peer = await connect();
    await opened(1);
    clock.advance(20_000);
    write(peer, "\r\n\r\n");
    await peer.matching(/\r\n/, 2_000);
    clock.advance(9_000);
    assert.equal(transport.value("tandem_sip_connections"), 1);
    clock.advance(2_000);
    await peer.closed(2_000);
    assert.equal(transport.value("tandem_sip_connections_ended_total", "no-message"), 1);
  });
  it("given a registered phone that only keeps alive, when hours pass, then its connection stays; silence ends it", async () => {
    const peer = await connect();
    write(peer, sipText());
    await transport.messages.count(1);
    for (let times = 1; times <= 20; times += 1) {
      clock.advance(600_000);
      write(peer, "\r\n\r\n");
      await peer.matching(new RegExp(`^(\r\n){${times}}$`), 2_000);
    }
    clock.advance(901_000);
    await peer.closed(2_000);
    assert.equal(transport.value("tandem_sip_connections_ended_total", "idle"), 1);
  });
  it("given too many connections from one address, when one more comes, then it is closed, and others still get in", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxConnections: 5, maxConnectionsPerAddress: 3 } });
    for (let index = 0; index < 3; index += 1) await connect();
    await opened(3);
    await (await connect()).closed(2_000);
    await connect("127.0.0.2");
    await connect("127.0.0.3");
    await opened(5);
    await (await connect("127.0.0.4")).closed(2_000);
    assert.equal(transport.value("tandem_sip_connections_ended_total", "too-many"), 2);
    peers[0]?.close();
    await ended("peer");
    await connect("127.0.0.4");
    await opened(6);
    assert.equal(transport.value("tandem_sip_connections"), 5);
  });
  it("given the accepted connections at their bound, when we need one, then there is room for it", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxConnections: 10 } });
    for (let index = 0; index < 9; index += 1) await connect();
    await opened(9);
    await (await connect()).closed(2_000);
    transport.send({ protocol: "tcp", address: "127.0.0.1", port: 1 }, sipText());
    const [error] = await transport.failures.count(1);
    assert.equal((error as { code?: string }).code, "connect-failed");
  });
  it("given 2,000 connections that say nothing, when they come, then 1,024 are taken, and gone after 30 s", async () => {
    for (let batch = 0; batch < 20; batch += 1) await Promise.all(Array.from({ length: 100 }, () => connect()));
    await ended("too-many", 976);
    assert.equal(transport.value("tandem_sip_connections"), 1_024);
    const phone = await connect("127.0.0.9");
    write(phone, sipText("still served"));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, sipText("still served"));
    clock.advance(30_500);
    await ended("no-message", 1_024);
    await Promise.all(peers.slice(0, -1).map((peer) => peer.closed(5_000)));
    assert.equal(transport.value("tandem_sip_connections"), 1);
  });
  it("given two ports, when a flow is named, then our address is the port that its peer connected to", async () => {
    await transport.close();
    const listen = { protocol: "tcp", address: "127.0.0.1", port: 0 } as const;
    transport = await TransportUnderTest.start({ clock, listeners: [listen, listen] });
    const second = transport.layer.localAddresses[1]?.port ?? 0;
    const peer = await RawTcp.connect({ host: "127.0.0.1", port: second });
    peers.push(peer);
    write(peer, sipText());
    const [received] = await transport.messages.count(1);
    const target = { protocol: "tcp", address: "127.0.0.1", port: 9, flowId: received?.flow.id ?? "" } as const;
    assert.equal(transport.layer.localFor(target).port, second);
    assert.equal(transport.layer.localFor({ ...target, flowId: "gone" }).port, transport.port("tcp"));
  });
  it("given a peer that resets, when it does, then the others go on", async () => {
    const [one, two] = [await connect(), await connect()];
    await opened(2);
    write(one, sipText("one").slice(0, 20));
    one.socket.resetAndDestroy();
    write(two, sipText("two"));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, sipText("two"));
    await until(() => transport.value("tandem_sip_connections") === 1);
  });
});
