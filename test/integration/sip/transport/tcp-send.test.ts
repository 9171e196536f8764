import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Target } from "../../../../src/sip/transport/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { RawTcp } from "../../../support/raw-sip.ts";
import { Inbox, sipText, TransportUnderTest, until } from "./transport-fixture.ts";

/** A TCP peer that is connected to. */
class TcpEnd {
  readonly connections = new Inbox<Socket>();
  readonly chunks = new Inbox<string>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      socket.on("data", (chunk) => this.chunks.push(chunk.toString("latin1")));
      socket.on("error", () => undefined);
      this.connections.push(socket);
    });
  }

  static async open(port = 0): Promise<TcpEnd> {
    const server = createServer();
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new TcpEnd(server);
  }

  get target(): Target {
    const address = this.#server.address();
    return { protocol: "tcp", address: "127.0.0.1", port: typeof address === "object" ? (address?.port ?? 0) : 0 };
  }

  get received(): string {
    return this.chunks.items.join("");
  }

  async text(length: number): Promise<string> {
    for (let count = 1; this.received.length < length; count += 1) await this.chunks.count(count);
    return this.received;
  }

  async close(): Promise<void> {
    for (const socket of this.connections.items) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

describe("sending SIP over TCP", () => {
  let clock: ManualClock;
  let transport: TransportUnderTest;
  let peer: TcpEnd;
  beforeEach(async () => {
    clock = new ManualClock();
    transport = await TransportUnderTest.start({ clock });
    peer = await TcpEnd.open();
  });
  afterEach(async () => {
    await transport.close();
    await peer.close();
    assert.equal(clock.activeTimers, 0);
  });
  const codes = async (count: number): Promise<unknown[]> => {
    const errors = await transport.failures.count(count);
    return errors.map((error) => (error as { code?: string }).code);
  };
  const closed = async (): Promise<void> => {
    await until(() => transport.value("tandem_sip_connections") === 0);
  };

  it("given no connection yet, when several messages are sent, then one is made and takes all in one write", async () => {
    const texts = ["one", "two", "th\xffree"].map((body) => sipText(body));
    for (const text of texts) transport.send(peer.target, text);
    assert.equal(await peer.text(texts.join("").length), texts.join(""));
    assert.deepEqual([peer.connections.items.length, peer.chunks.items.length], [1, 1]);
    assert.equal(transport.value("tandem_sip_connections_opened_total", "us"), 1);
    assert.equal(peer.connections.items[0]?.remoteAddress, "127.0.0.1");
  });
  it("given a connection that is there, when messages are sent in one turn, then it is used, with one write", async () => {
    transport.send(peer.target, sipText("first"));
    await peer.text(sipText("first").length);
    for (let index = 0; index < 5; index += 1) transport.send(peer.target, sipText("more"));
    await peer.text(sipText("first").length + 5 * sipText("more").length);
    assert.deepEqual([peer.connections.items.length, peer.chunks.items.length], [1, 2]);
  });
  it("given an answer on our connection, when it comes, then its flow is that connection", async () => {
    transport.send(peer.target, sipText());
    const [socket] = await peer.connections.count(1);
    socket?.write(sipText("back") + "\r\n\r\n");
    const [received] = await transport.messages.count(1);
    assert.deepEqual([received?.text, received?.flow.remotePort], [sipText("back"), peer.target.port]);
    transport.send({ ...peer.target, port: 1, flowId: received?.flow.id ?? "" }, sipText("again"));
    await peer.text(`${sipText()}\r\n${sipText("again")}`.length);
    assert.equal(peer.connections.items.length, 1);
  });
  it("given a connection that a phone made, when something is sent to its flow or its address, then it is reused", async () => {
    const phone = await RawTcp.connect(transport.target("tcp"));
    phone.socket.write(sipText());
    const [received] = await transport.messages.count(1);
    const flowId = received?.flow.id ?? "";
    transport.send({ ...peer.target, flowId }, sipText("by flow"));
    await phone.matching(/by flow/, 2_000);
    const port = phone.socket.localPort ?? 0;
    transport.send({ protocol: "tcp", address: "127.0.0.1", port }, sipText("by address"));
    await phone.matching(/by address/, 2_000);
    assert.equal(peer.connections.items.length, 0);
    phone.close();
    await closed();
    transport.send({ ...peer.target, flowId }, sipText("elsewhere"));
    await peer.text(sipText("elsewhere").length);
  });
  it("given a peer that closed, when sent again, then a new connection is made", async () => {
    transport.send(peer.target, sipText("one"));
    const [socket] = await peer.connections.count(1);
    await peer.text(sipText("one").length);
    socket?.end();
    await closed();
    transport.send(peer.target, sipText("two"));
    await peer.connections.count(2);
    assert.match(await peer.text(sipText("one").length + sipText("two").length), /two$/);
    assert.deepEqual(transport.failures.items, []);
  });
  it("given nobody who listens, when sent, then onFailure tells for each message", async () => {
    const { target } = peer;
    await peer.close();
    for (let index = 0; index < 3; index += 1) transport.send(target, sipText());
    assert.deepEqual(await codes(3), ["connect-failed", "connect-failed", "connect-failed"]);
    await closed();
    peer = await TcpEnd.open(target.port);
    transport.send(target, sipText());
    await peer.text(sipText().length);
  });
  it("given a port that can not be, when sent, then onFailure tells", async () => {
    transport.send({ protocol: "tcp", address: "127.0.0.1", port: 70_000 }, sipText());
    assert.deepEqual(await codes(1), ["connect-failed"]);
  });
  it("given more messages than may wait for a connection, when sent, then the rest fails and the first go out", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxQueuedMessages: 3 } });
    for (let index = 0; index < 5; index += 1) transport.send(peer.target, sipText(String(index)));
    assert.deepEqual(await codes(2), ["queue-full", "queue-full"]);
    assert.equal(await peer.text(3 * sipText("0").length), [0, 1, 2].map((index) => sipText(String(index))).join(""));
  });
  it("given a peer that does not read, when too much waits for it, then it is given up", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxQueuedBytes: 200_000 } });
    transport.send(peer.target, sipText());
    const [socket] = await peer.connections.count(1);
    await peer.text(sipText().length);
    socket?.pause();
    for (let turn = 0; turn < 1_000 && transport.failures.items.length === 0; turn += 1) {
      transport.send(peer.target, sipText("x".repeat(60_000)));
      await new Promise(setImmediate);
    }
    await transport.failures.count(1);
    assert.equal(transport.value("tandem_sip_connections_ended_total", "not-reading"), 1);
    await closed();
  });
  it("given a peer that takes nothing for ten seconds, when they have passed, then it is given up", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxQueuedBytes: 50_000_000 } });
    transport.send(peer.target, sipText());
    const [socket] = await peer.connections.count(1);
    await peer.text(sipText().length);
    socket?.pause();
    // More than the kernel takes: its buffers for one loopback connection may reach tens of megabytes.
    for (let count = 0; count < 700; count += 1) transport.send(peer.target, sipText("x".repeat(65_000)));
    await new Promise(setImmediate);
    clock.advance(9_500);
    assert.equal(transport.value("tandem_sip_connections"), 1);
    clock.advance(1_000);
    await transport.failures.count(700);
    assert.equal(transport.value("tandem_sip_connections_ended_total", "not-reading"), 1);
    await closed();
  });
  it("given messages on their way, when the transport is closed, then onFailure tells, and later ones fail", async () => {
    transport.send(peer.target, sipText());
    await transport.close();
    transport.send(peer.target, sipText());
    assert.deepEqual(await codes(2), ["closed", "closed"]);
  });
  it("given too many connections, when one more is needed, then onFailure tells", async () => {
    await transport.close();
    transport = await TransportUnderTest.start({ clock, limits: { maxConnections: 1 } });
    transport.send(peer.target, sipText());
    await peer.text(sipText().length);
    transport.send({ ...peer.target, port: 1 }, sipText());
    assert.deepEqual(await codes(1), ["too-many-connections"]);
  });
  it("given a flow of an earlier run, when it is named, then it is nobody's", async () => {
    transport.send(peer.target, sipText());
    const [socket] = await peer.connections.count(1);
    socket?.write(sipText());
    const [received] = await transport.messages.count(1);
    const later = await TransportUnderTest.start({ clock: new ManualClock(1_800_000_000_000) });
    const phone = await RawTcp.connect(later.target("tcp"));
    phone.socket.write(sipText());
    const [other] = await later.messages.count(1);
    assert.notEqual(received?.flow.id, other?.flow.id);
    phone.close();
    await later.close();
  });
});
