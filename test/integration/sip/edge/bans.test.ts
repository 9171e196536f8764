import assert from "node:assert/strict";
import { RandomIds, silentLogger, SystemClock } from "../../../../src/common/index.ts";
import { SipEdge } from "../../../../src/sip/index.ts";
import { eventually } from "../../../support/eventually.ts";
import { exchangeUdp, optionsRequest, RawTcp, type RawTarget } from "../../../support/raw-sip.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { WireClient } from "../../../support/wire-client.ts";

const BURST = 10;

let requests = 0;

/** Its Call-ID, tag and branch are those of no other. */
function numberedRequest(port: number, target: RawTarget): Buffer {
  const text = optionsRequest("UDP", port, target);
  const id = /^Call-ID: (.*)\r$/m.exec(text)?.[1] ?? "";
  return Buffer.from(text.replaceAll(id, `${port}-request-${(requests += 1)}`));
}

describe("sources at an edge that knows none of them", () => {
  let directory: TemporaryDirectory;
  let edge: SipEdge;
  let application: WireClient;
  let target: RawTarget;

  beforeEach(async () => {
    directory = new TemporaryDirectory("bans");
    edge = new SipEdge({
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port: 0 },
        { protocol: "tcp", address: "127.0.0.1", port: 0 },
        { protocol: "ws", address: "127.0.0.1", port: 0 },
      ],
      wire: { host: "127.0.0.1", port: 0, secret: "between-us" },
      stateDir: directory.path,
      clock: new SystemClock(),
      ids: new RandomIds(),
      logger: silentLogger,
      limits: { traceBytes: 1_048_576 },
      guard: {
        settings: {
          malformed: { perSecond: 1, burst: BURST },
          newRequests: { perSecond: 1, burst: BURST },
          bans: { firstSeconds: 600, maxSeconds: 600 },
        },
        isKnown: () => false,
      },
    });
    await edge.start();
    application = await WireClient.authenticated(edge.wirePort, "between-us", ["options"]);
    target = { host: "127.0.0.1", port: portOf("udp") };
  });

  afterEach(async () => {
    application.close();
    await edge.close();
    directory.close();
  });

  function portOf(protocol: string): number {
    return edge.addresses.find((one) => one.protocol === protocol)?.port ?? 0;
  }

  function options(count: number): Promise<string | undefined> {
    return exchangeUdp(target, (port) => Array.from({ length: count }, () => numberedRequest(port, target)), 300);
  }

  function junk(count: number): Promise<string | undefined> {
    return exchangeUdp(target, () => Array.from({ length: count }, () => Buffer.from("junk\r\n\r\n")), 1);
  }

  function value(name: string): number {
    return edge
      .metrics()
      .filter((one) => one.name === name)
      .reduce((sum, one) => sum + one.value, 0);
  }

  function banned(): Promise<void> {
    return eventually(
      () => {
        if (edge.listBans().length === 0) throw new Error("nobody is banned");
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
  }

  it("given datagrams of junk, when there are too many, then the source is banned and its requests are dropped", async () => {
    await junk(BURST + 1);
    await banned();
    assert.deepEqual(
      edge.listBans().map(({ address, reason }) => `${address} ${reason}`),
      ["127.0.0.1 malformed"],
    );
    const received = value("tandem_sip_request_messages_total");
    assert.equal(await options(1), undefined);
    assert.equal(value("tandem_sip_request_messages_total"), received);
    assert.ok(value("tandem_sip_banned_input_total") >= 1);
  });

  it("given connections of a source, when it is banned, then they are closed and new ones are not taken", async () => {
    const tcp = { host: "127.0.0.1", port: portOf("tcp") };
    const connection = await RawTcp.connect(tcp);
    await eventually(() => assert.equal(value("tandem_sip_connections"), 1), { timeoutMs: 2_000, intervalMs: 5 });
    assert.equal(edge.ban("127.0.0.1", "authentication"), true);
    await connection.closed(2_000);
    const another = await RawTcp.connect(tcp);
    await another.closed(2_000);
    assert.equal(edge.unban("127.0.0.1"), true);
    assert.equal(value("tandem_sip_connections"), 0);
  });

  it("given a connection that has not opened its WebSocket, when its source is banned, then it is closed", async () => {
    const connection = await RawTcp.connect({ host: "127.0.0.1", port: portOf("ws") });
    await eventually(() => assert.equal(value("tandem_sip_handshakes"), 1), { timeoutMs: 2_000, intervalMs: 5 });
    assert.equal(edge.ban("127.0.0.1", "authentication"), true);
    await connection.closed(2_000);
    const ended = edge.metrics().filter(({ name }) => name === "tandem_sip_connections_ended_total");
    assert.deepEqual(
      ended.map(({ labels, value: count }) => [labels, count]),
      [[{ reason: "banned" }, 1]],
    );
  });

  it("given STUN keep-alives, when their source is banned, then they are answered no longer", async () => {
    const binding = Buffer.from("000100002112a442b7e7a701bc34d686fa87dfae", "hex");
    assert.equal((await exchangeUdp(target, () => [binding], 2_000))?.slice(0, 2), "\x01\x01");
    assert.equal(edge.ban("127.0.0.1", "authentication"), true);
    assert.equal(await exchangeUdp(target, () => [binding], 300), undefined);
    assert.ok(value("tandem_sip_banned_input_total") >= 1);
  });

  it("given a flood of requests, when it goes beyond the burst, then the rest gets 503, and in the end the source is banned", async () => {
    await options(BURST + 5);
    assert.equal(value("tandem_sip_rate_limited_requests_total"), 5);
    const offered = value("tandem_sip_requests_received_total");
    assert.equal(offered, BURST);
    assert.deepEqual(edge.listBans(), []);
    await options(BURST * 6);
    await banned();
    assert.equal(edge.listBans()[0]?.reason, "flood");
  });

  it("given a phone that has registered from there, when the same comes, then it is refused and the phone stays", async () => {
    edge.trust(["127.0.0.1"]);
    await options(BURST * 8);
    await junk(BURST * 3);
    await eventually(
      () => {
        if (value("tandem_sip_unanswered_malformed_total") < BURST) throw new Error("all junk is answered");
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
    assert.deepEqual(edge.listBans(), []);
  });

  it("given junk without end from one that is not banned, when the trace is read, then what came before is there still", async () => {
    edge.trust(["127.0.0.1"]);
    await options(1);
    const before = edge.trace.position;
    await junk(BURST * 20);
    await eventually(
      () => {
        if (value("tandem_sip_bad_responses_total") < BURST * 20) throw new Error("not all has come");
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
    assert.ok(edge.trace.position - before <= 2 * BURST, `${edge.trace.position - before} more messages are kept`);
  });
});
