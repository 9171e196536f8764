import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { RandomIds, silentLogger, SystemClock } from "../../../../src/common/index.ts";
import { parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";
import { type Target, TransportLayer } from "../../../../src/sip/transport/index.ts";
import { type ServerTransaction, TransactionLayer } from "../../../../src/sip/transaction/index.ts";
import { RawTcp } from "../../../support/raw-sip.ts";
import { withinMs } from "../../../support/within-ms.ts";
import { Inbox, UdpEnd, until } from "../transport/transport-fixture.ts";

/** A user agent server that answers what it is told to, on real sockets with a short T1. */
class Node {
  readonly clock = new SystemClock();
  readonly requests = new Inbox<ServerTransaction>();
  readonly acks = new Inbox<SipMessage>();
  readonly transport: TransportLayer;
  readonly transactions: TransactionLayer;
  answer: (tx: ServerTransaction) => void = (tx) => void tx.respond(200, responseTo(tx.request, 200));

  constructor() {
    this.transport = new TransportLayer({
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port: 0 },
        { protocol: "tcp", address: "127.0.0.1", port: 0 },
      ],
      clock: this.clock,
      logger: silentLogger,
      onMessage: (text, flow) => this.transactions.onMessage(text, flow),
      onBadInput: (reason, flow, text) => this.transactions.onBadInput(reason, flow, text),
    });
    this.transactions = new TransactionLayer({
      transport: this.transport,
      clock: this.clock,
      ids: new RandomIds(),
      logger: silentLogger,
      timers: { t1Ms: 20 },
      user: {
        onRequest: (tx) => {
          this.requests.push(tx);
          this.answer(tx);
        },
        knowsDialog: () => true,
        onCancel: (tx) => void tx.respond(200, responseTo(tx.request, 200)),
        onAck: (request) => this.acks.push(request),
        onStrayResponse: () => undefined,
      },
    });
  }

  port(protocol: "udp" | "tcp"): number {
    return this.transport.localAddresses.find((each) => each.protocol === protocol)?.port ?? 0;
  }

  /** Sends an OPTIONS; resolves to what became of it. */
  options(target: Target): Promise<string> {
    const { address, port } = this.transport.localFor(target);
    const protocol = target.protocol.toUpperCase();
    const callId = new RandomIds().token(8);
    const via = `SIP/2.0/${protocol} ${address}:${port};branch=z9hG4bK${callId}`;
    const outcome = new Promise<string>((resolve) => {
      this.transactions.request(requestText("OPTIONS", via, { callId }), target, {
        onResponse: (response) => resolve(String(response.status)),
        onTimeout: () => resolve("timeout"),
        onTransportFailure: (error) => resolve("code" in error ? String(error.code) : error.message),
      });
    });
    return withinMs(8_000, outcome, () => "no outcome");
  }

  async close(): Promise<void> {
    this.transactions.close();
    await this.transport.close();
    assert.equal(this.clock.activeTimers, 0);
  }
}

function requestText(
  method: string,
  via: string,
  parts: { toTag?: string; callId?: string; extra?: string } = {},
): string {
  const to = parts.toTag === undefined ? "" : `;tag=${parts.toTag}`;
  return (
    `${method} sip:1001@127.0.0.1 SIP/2.0\r\nVia: ${via}\r\nFrom: <sip:a@127.0.0.1>;tag=f\r\n` +
    `To: <sip:1001@127.0.0.1>${to}\r\nCall-ID: ${parts.callId ?? "c1"}\r\nCSeq: 1 ${method}\r\n` +
    `Contact: <sip:a@127.0.0.1>\r\nMax-Forwards: 70\r\n${parts.extra ?? ""}Content-Length: 0\r\n\r\n`
  );
}

function responseTo(request: SipMessage, status: number): string {
  const vias = request.getAll("via").map((via) => `Via: ${via}\r\n`);
  const to = request.get("to") ?? "";
  return (
    `SIP/2.0 ${status} OK\r\n${vias.join("")}From: ${request.get("from")}\r\n` +
    `To: ${to}${to.includes("tag=") ? "" : ";tag=t"}\r\nCall-ID: ${request.get("call-id")}\r\n` +
    `CSeq: ${request.get("cseq")}\r\nContent-Length: 0\r\n\r\n`
  );
}

function messageOf(text: string | undefined): SipMessage {
  const parsed = parseSipMessage(text ?? "");
  assert.ok(parsed.ok, text);
  return parsed.value;
}

describe("transactions on real sockets", () => {
  let node: Node;
  let phone: UdpEnd;
  beforeEach(async () => {
    node = new Node();
    await node.transport.start();
    phone = await UdpEnd.open();
  });
  afterEach(async () => {
    await node.close();
    await phone.close();
  });
  const phoneVia = (branch: string): string =>
    `SIP/2.0/UDP 127.0.0.1:${phone.target.port};branch=z9hG4bK${branch};rport`;
  const send = (text: string): Promise<void> => phone.send(text, node.port("udp"));

  it("given a call over UDP, when it is refused, then the refusal is repeated until the ACK", async () => {
    node.answer = (tx) => void tx.respond(486, responseTo(tx.request, 486));
    await send(requestText("INVITE", phoneVia("i1")));
    const refusals = await phone.received.count(3);
    assert.equal(new Set(refusals.map(({ text }) => text)).size, 1);
    assert.match(messageOf(refusals[0]?.text).get("via") ?? "", new RegExp(`rport=${phone.target.port}`));
    await send(requestText("ACK", phoneVia("i1"), { toTag: "t" }));
    await until(() => node.requests.items[0]?.state === "confirmed");
    assert.equal(node.requests.items.length, 1);
  });
  it("given a call over UDP, when it is accepted, then repetitions are absorbed and the ACK comes up", async () => {
    await send(requestText("INVITE", phoneVia("i1")));
    await phone.received.count(1);
    for (let times = 0; times < 3; times += 1) await send(requestText("INVITE", phoneVia("i1")));
    await send(requestText("ACK", phoneVia("a1"), { toTag: "t" }));
    await node.acks.count(1);
    for (let times = 0; times < 3; times += 1) await send(requestText("INVITE", phoneVia("i1")));
    await send(requestText("OPTIONS", phoneVia("o1"), { callId: "c2" }));
    await phone.received.count(2);
    assert.deepEqual(
      node.requests.items.map(({ request }) => request.method),
      ["INVITE", "OPTIONS"],
    );
  });
  it("given a peer that loses the first two datagrams, when asked over UDP, then the third is answered", async () => {
    const outcome = node.options(phone.target);
    const asked = await phone.received.count(3);
    assert.equal(new Set(asked.map(({ text }) => text)).size, 1);
    await send(responseTo(messageOf(asked[2]?.text), 200));
    assert.equal(await outcome, "200");
  });
  it("given a dead UDP address, when asked, then the transport failure shows after the first repetition", async () => {
    const dead = await UdpEnd.open();
    const { target } = dead;
    await dead.close();
    const startedMs = performance.now();
    assert.equal(await node.options(target), "address-unreachable");
    assert.ok(performance.now() - startedMs < 2_000);
  });
  it("given a UDP peer that never answers, when asked, then it times out after 64*T1", async () => {
    const startedMs = performance.now();
    assert.equal(await node.options(phone.target), "timeout");
    const elapsedMs = performance.now() - startedMs;
    assert.ok(elapsedMs >= 1_280 && elapsedMs < 5_000, String(elapsedMs));
  });
  it("given nobody who listens on TCP, when asked, then the transport failure shows", async () => {
    const { port } = phone.target;
    assert.equal(await node.options({ protocol: "tcp", address: "127.0.0.1", port }), "connect-failed");
  });
  it("given another node, when asked over UDP and TCP, then it answers", async () => {
    const other = new Node();
    await other.transport.start();
    try {
      for (const protocol of ["udp", "tcp"] as const) {
        assert.equal(await node.options({ protocol, address: "127.0.0.1", port: other.port(protocol) }), "200");
      }
    } finally {
      await other.close();
    }
  });

  it("given requests one behind the other over TCP, when they come, then each is answered; then a bad one ends it", async () => {
    const peer = await RawTcp.connect({ host: "127.0.0.1", port: node.port("tcp") });
    const via = (branch: string): string => `SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK${branch}`;
    const texts = ["1", "2", "3"].map((id) => requestText("OPTIONS", via(id), { callId: `c${id}` }));
    peer.socket.write(texts.join(""));
    await peer.matching(/(SIP\/2\.0 200[^]*){3}/, 2_000);
    peer.socket.write(requestText("OPTIONS", via("4"), { callId: "c4" }).replace("Content-Length: 0\r\n", ""));
    await peer.matching(/SIP\/2\.0 400 Bad Request \(no Content-Length\)/, 2_000);
    await peer.closed(2_000);
    assert.equal(node.requests.items.length, 3);
  });
  it("given a phone whose TCP connection broke, when it is answered, then that goes to its sent-by port", async () => {
    const listener = createServer();
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    assert.ok(address !== null && typeof address === "object");
    node.answer = () => undefined;
    const peer = await RawTcp.connect({ host: "127.0.0.1", port: node.port("tcp") });
    peer.socket.write(requestText("OPTIONS", `SIP/2.0/TCP 127.0.0.1:${address.port};branch=z9hG4bK1`));
    const [tx] = await node.requests.count(1);
    peer.close();
    const connections = (): number =>
      node.transport.counters().find(({ name }) => name === "tandem_sip_connections")?.value ?? 0;
    await until(() => connections() === 0);
    assert.ok(tx !== undefined && tx.respond(200, responseTo(tx.request, 200)));
    const [socket] = (await once(listener, "connection")) as [Socket];
    const [chunk] = (await once(socket, "data")) as [Buffer];
    assert.match(chunk.toString("latin1"), /^SIP\/2\.0 200 OK/);
    socket.destroy();
    listener.close();
  });
  it("given garbage of all kinds, when it comes, then real requests are answered all the same", async () => {
    const head = requestText("OPTIONS", phoneVia("g"));
    const garbage = [
      head.slice(0, 50),
      head.replace("SIP/2.0", "SIP/9"),
      "\x00\x01\x00\x08!\x12\xa4B" + "x".repeat(12),
      "\xff".repeat(60_000),
      `OPTIONS sip:a@b SIP/2.0\r\n${"X: y\r\n".repeat(9_000)}\r\n`,
      head.replace(/CSeq: .*\r\n/, "CSeq: 99999999999 OPTIONS\r\n"),
      "SIP/2.0 200 OK\r\n\r\n",
    ];
    for (const bytes of garbage) await send(bytes);
    await send(requestText("OPTIONS", phoneVia("good"), { callId: "good" }));
    await node.requests.count(1);
    await until(() => phone.received.items.some(({ text }) => text.includes("z9hG4bKgood")));
    assert.equal(node.requests.items.length, 1);
    assert.ok(phone.received.items.every(({ text }) => /^SIP\/2\.0 (200|400|505|513) /.test(text)));
  });
});
