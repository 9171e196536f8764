import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { RandomIds, silentLogger, SystemClock, type Clock } from "../../../../src/common/index.ts";
import { SipEdge, type TlsSettings } from "../../../../src/sip/index.ts";
import { makeAuthority, makeCertificate, writePair, type PemPair } from "../../../support/certificates.ts";
import { eventually } from "../../../support/eventually.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { optionsRequest, RawTcp } from "../../../support/raw-sip.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { WireClient } from "../../../support/wire-client.ts";

const BURST = 10;
const SOON = { timeoutMs: 3_000, intervalMs: 5 };

describe("bans of the edge", () => {
  let directory: TemporaryDirectory;
  let edge: SipEdge;
  let authority: PemPair;
  let tls: TlsSettings;
  before(async () => {
    authority = await makeAuthority();
  });
  beforeEach(async () => {
    directory = new TemporaryDirectory("kept-bans");
    const ca = directory.join("ca.pem");
    writeFileSync(ca, authority.cert);
    const own = await makeCertificate(["edge.test"], { ca: authority });
    tls = { ...writePair(directory, "edge", own), ca, requestClientCertificate: true };
  });
  afterEach(async () => {
    await edge.close();
    directory.close();
  });

  async function start(clock: Clock = new SystemClock()): Promise<void> {
    edge = new SipEdge({
      listeners: (["tcp", "tls", "ws"] as const).map((protocol) => ({ protocol, address: "127.0.0.1", port: 0 })),
      tls,
      wire: { host: "127.0.0.1", port: 0, secret: "between-us" },
      stateDir: directory.path,
      clock,
      ids: new RandomIds(),
      logger: silentLogger,
      guard: {
        settings: {
          malformed: { perSecond: 1, burst: BURST },
          newRequests: { perSecond: 1, burst: BURST },
          bans: { firstSeconds: 600, maxSeconds: 600 },
        },
        isKnown: () => false,
        isKnownCertificate: (names) => names.includes("gateway.test"),
      },
    });
    await edge.start();
  }

  const targetOf = (protocol: string): { readonly host: string; readonly port: number } => {
    return { host: "127.0.0.1", port: edge.addresses.find((one) => one.protocol === protocol)?.port ?? 0 };
  };
  const file = (): string => directory.join("edge-bans.json");
  const bans = (): string[] => edge.listBans().map(({ address, reason, count }) => `${address} ${reason} ${count}`);

  it("given bans, when the edge is started again, then they are in force still, for what is left of their time", async () => {
    const clock = new ManualClock();
    await start(clock);
    edge.ban("192.0.2.1", "authentication");
    edge.ban("2001:db8::1", "flood");
    edge.ban("192.0.2.3", "flood");
    edge.unban("192.0.2.3");
    await edge.close();
    await start(new ManualClock(clock.wallMs() + 100_000));
    assert.deepEqual(bans().sort(), ["192.0.2.1 authentication 1", "2001:db8:0:0::/64 flood 1"]);
    assert.equal(edge.listBans()[0]?.remainingSeconds, 500);
    await edge.close();
    await start(new ManualClock(clock.wallMs() + 601_000));
    assert.deepEqual(bans(), []);
    assert.equal(edge.ban("192.0.2.1", "flood"), true);
    assert.deepEqual(bans(), ["192.0.2.1 flood 2"]);
  });

  it("given a ban, when a second has passed, then it is on file, whatever becomes of the process", async () => {
    await start();
    edge.ban("192.0.2.1", "authentication");
    await eventually(() => assert.match(readFileSync(file(), "utf8"), /"source":"192\.0\.2\.1"/), SOON);
  });

  it("given a wall clock that was set back by years, when the edge is started again, then no ban lasts longer than any", async () => {
    const clock = new ManualClock();
    await start(clock);
    edge.ban("192.0.2.1", "authentication");
    await edge.close();
    await start(new ManualClock(clock.wallMs() - 1_000_000_000_000));
    assert.equal(edge.listBans()[0]?.remainingSeconds, 600);
  });

  for (const [what, content] of [
    ["nothing", ""],
    ["half a file", '[{"source":"192.0.2.1","reason":"fl'],
    ["something else", '{"bans":1}'],
    ["too much", `["${"x".repeat(5_000_000)}"]`],
  ] as const) {
    it(`given ${what} in the file, when the edge is started, then nobody is banned, and bans are kept again`, async () => {
      writeFileSync(file(), content);
      await start();
      assert.deepEqual(bans(), []);
      edge.ban("192.0.2.9", "flood");
      await edge.close();
      await start();
      assert.deepEqual(bans(), ["192.0.2.9 flood 1"]);
    });
  }

  it("given entries that make no sense beside a good one, when the edge is started, then the good one is in force", async () => {
    const times = { untilMs: Date.now() + 60_000, forgottenAtMs: Date.now() + 120_000, count: 1 };
    const good = { source: "192.0.2.1", reason: "flood", ...times };
    const bad = [null, 1, "x", {}, { ...good, source: "all" }, { ...good, reason: "x" }, { ...good, untilMs: "soon" }];
    writeFileSync(file(), JSON.stringify([...bad, { ...good, source: "192.0.2.2", count: 0 }, good]));
    await start();
    assert.deepEqual(bans(), ["192.0.2.1 flood 1"]);
  });

  for (const [what, protocol, bytes] of [
    ["TLS", "tls", "this is no ClientHello\r\n\r\n"],
    ["a WebSocket", "ws", "GET / HTTP/1.1\r\nHost: edge.test\r\n\r\n"],
  ] as const) {
    it(`given peers that do not get as far as ${what}, when there are too many from one source, then it is banned`, async () => {
      await start();
      for (let index = 0; index <= BURST; index += 1) {
        assert.deepEqual(bans(), []);
        const connection = await RawTcp.connect(targetOf(protocol));
        connection.socket.end(bytes, "latin1");
        await connection.closed(2_000);
      }
      await eventually(() => assert.deepEqual(bans(), ["127.0.0.1 handshake 1"]), SOON);
    });
  }

  it("given a peer that is known by its certificate, when it sends more than others may, then it is neither limited nor banned", async () => {
    await start();
    const application = await WireClient.authenticated(edge.wirePort, "between-us", ["options"]);
    const gateway = await makeCertificate(["gateway.test"], { ca: authority });
    const target = targetOf("tls");
    const socket = connectTls({ ...target, ...gateway, ca: authority.cert, servername: "edge.test" });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    const connection = RawTcp.over(socket);
    for (let index = 0; index < 8 * BURST; index += 1) {
      const text = optionsRequest("TCP", 10_000 + index, target).replace("SIP/2.0/TCP", "SIP/2.0/TLS");
      socket.write(text);
      await application.takeSip("OPTIONS");
    }
    assert.equal(edge.ban("127.0.0.1", "authentication"), false);
    assert.equal(connection.open, true);
    assert.doesNotMatch(connection.received, /SIP\/2\.0 503/);
    assert.deepEqual(bans(), []);
    application.close();
    socket.destroy();
  });
});
