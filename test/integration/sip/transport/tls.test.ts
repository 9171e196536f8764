import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { connect, type ConnectionOptions, createServer, type Server, type TLSSocket } from "node:tls";
import type { Target, TlsSettings } from "../../../../src/sip/transport/index.ts";
import { makeAuthority, makeCertificate, type PemPair, writePair } from "../../../support/certificates.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { RawTcp } from "../../../support/raw-sip.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { sipText, TransportUnderTest, until } from "./transport-fixture.ts";

const listeners = [{ protocol: "tls", address: "127.0.0.1", port: 0 }] as const;

describe("SIP over TLS", () => {
  let authority: PemPair;
  let ours: PemPair;
  let other: PemPair;
  let cleanup: Cleanup;
  let folder: TemporaryDirectory;
  let clock: ManualClock;
  let settings: TlsSettings;
  let transport: TransportUnderTest;
  before(async () => {
    authority = await makeAuthority();
    ours = await makeCertificate(["sip.example.org"], { ca: authority });
    other = await makeCertificate(["other.example.org"], { ca: authority });
  });
  beforeEach(() => {
    cleanup = new Cleanup();
    folder = cleanup.add(new TemporaryDirectory("tls"), (each) => each.close());
    clock = new ManualClock();
    writeFileSync(folder.join("ca.pem"), authority.cert);
    settings = { ...writePair(folder, "ours", ours), ca: folder.join("ca.pem") };
  });
  afterEach(async () => {
    await cleanup.run();
    assert.equal(clock.activeTimers, 0);
  });
  const start = async (more: Partial<TlsSettings> = {}, limits = {}): Promise<void> => {
    const made = await TransportUnderTest.start({ clock, listeners, limits, tls: { ...settings, ...more } });
    transport = cleanup.add(made, (each) => each.close());
  };
  const connectTls = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = connect({
      ...transport.target("tls"),
      ca: authority.cert,
      servername: "sip.example.org",
      ...options,
    });
    cleanup.add(socket, (each) => void each.destroy());
    await once(socket, "secureConnect");
    return socket;
  };
  const ended = (reason: string): number => transport.value("tandem_sip_connections_ended_total", reason);

  it("given a phone, when it sends and keeps alive, then messages go both ways on its flow", async () => {
    await start();
    const socket = await connectTls();
    const phone = RawTcp.over(socket);
    socket.write(sipText("one") + "\r\n\r\n" + sipText("th\xffree\0"), "latin1");
    const received = await transport.messages.count(2);
    const [{ flow, text } = assert.fail()] = received;
    assert.deepEqual(
      [text, flow.protocol, flow.reliable, flow.localPort, flow.remotePort, flow.certificateNames],
      [sipText("one"), "tls", true, transport.port("tls"), socket.localPort, undefined],
    );
    await phone.matching(/^\r\n$/, 2_000);
    transport.send({ protocol: "tls", address: "127.0.0.1", port: 9, flowId: flow.id }, sipText("by flow"));
    await phone.matching(/by flow/, 2_000);
    const place = { protocol: "tls", address: "127.0.0.1", port: socket.localPort ?? 0 } as const;
    transport.send(place, sipText("by address"));
    await phone.matching(/by address/, 2_000);
    assert.deepEqual(transport.layer.connectedTo(flow.id), { ...place, flowId: flow.id });
    assert.equal(transport.layer.localFor({ ...place, flowId: flow.id }).port, transport.port("tls"));
  });
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`given a peer with ${version} only, when it connects, then it gets in`, async () => {
      await start();
      const socket = await connectTls({ minVersion: version, maxVersion: version });
      assert.equal(socket.getProtocol(), version);
    });
  }
  it("given a peer with TLS 1.1, when it connects, then it is refused", async () => {
    await start();
    const options: ConnectionOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await assert.rejects(connectTls(options), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
    await until(() => ended("bad-handshake") === 1 && transport.value("tandem_sip_handshakes") === 0);
  });
  it("given a peer that names a host, when it connects, then it is shown that host's certificate", async () => {
    await start({
      hosts: [
        { name: "other.example.org", ...writePair(folder, "other", other) },
        {
          name: "*.example.net",
          ...writePair(folder, "wild", await makeCertificate(["*.example.net"], { ca: authority })),
        },
      ],
    });
    const nameFor = async (servername: string): Promise<unknown> => {
      const socket = await connectTls({ servername, checkServerIdentity: () => undefined });
      return socket.getPeerCertificate().subject.CN;
    };
    assert.equal(await nameFor("other.example.org"), "other.example.org");
    assert.equal(await nameFor("Phones.Example.Net"), "*.example.net");
    assert.equal(await nameFor("unknown.example.com"), "sip.example.org");
    assert.equal(await nameFor(""), "sip.example.org");
  });
  it("given other files, when they are there, then new peers see the new certificate and old connections stay", async () => {
    await start({ hosts: [{ name: "alias.example.org", ...writePair(folder, "alias", ours) }] });
    const old = await connectTls();
    old.write(sipText());
    await transport.messages.count(1);
    writePair(folder, "ours", other);
    writePair(folder, "alias", other);
    let shown: unknown;
    for (let times = 0; times < 20 && shown !== "other.example.org"; times += 1) {
      clock.advance(5_000);
      const socket = await connectTls({ checkServerIdentity: () => undefined });
      shown = socket.getPeerCertificate().subject.CN;
    }
    assert.equal(shown, "other.example.org");
    const alias = await connectTls({ servername: "alias.example.org", checkServerIdentity: () => undefined });
    assert.equal(alias.getPeerCertificate().subject.CN, "other.example.org");
    old.write(sipText("still here"));
    await transport.messages.count(2);
  });
  it("given files that do not fit, when they are read again, then the former certificate stays in use", async () => {
    await start();
    writeFileSync(settings.key, other.key);
    clock.advance(5_000);
    await new Promise(setImmediate);
    writeFileSync(settings.certificate, "no certificate");
    for (let times = 0; times < 5; times += 1) {
      clock.advance(5_000);
      const socket = await connectTls();
      assert.equal(socket.getPeerCertificate().subject.CN, "sip.example.org");
    }
  });
  it("given files that can not be used, when started, then the error names them", async () => {
    writeFileSync(settings.key, other.key);
    await assert.rejects(start(), { code: "bad-certificate", message: /ours\.pem and .*ours\.key can not be used/ });
    await assert.rejects(start({ key: folder.join("none") }), { code: "bad-certificate", message: /none/ });
    const bare = TransportUnderTest.start({ clock, listeners });
    await assert.rejects(bare, { code: "bad-certificate" });
  });
  it("given client certificates are asked for, when a peer shows one, then its verified names are told", async () => {
    await start({ requestClientCertificate: true });
    const peer = await makeCertificate(["trunk.example.com"], { ca: authority, uris: ["sip:example.com"] });
    const stranger = await makeCertificate(["trunk.example.com"]);
    const namesOf = async (options: ConnectionOptions): Promise<unknown> => {
      const before = transport.messages.items.length;
      (await connectTls(options)).write(sipText());
      return (await transport.messages.count(before + 1))[before]?.flow.certificateNames;
    };
    assert.deepEqual(await namesOf(peer), ["trunk.example.com", "example.com"]);
    assert.equal(await namesOf(stranger), undefined);
    assert.equal(await namesOf({}), undefined);
  });
  it("given peers that never begin with TLS, when 8 s pass, then they are closed", async () => {
    await start();
    const silent = await RawTcp.connect(transport.target("tls"));
    const slow = await RawTcp.connect(transport.target("tls"));
    slow.socket.write(Buffer.from([0x16, 0x03, 0x01]));
    await until(() => transport.value("tandem_sip_handshakes") === 2);
    clock.advance(7_999);
    assert.deepEqual([silent.open, slow.open], [true, true]);
    clock.advance(1);
    await Promise.all([silent.closed(2_000), slow.closed(2_000)]);
    assert.deepEqual([ended("slow-handshake"), transport.value("tandem_sip_handshakes")], [2, 0]);
  });
  it("given a peer that speaks no TLS, when it sends SIP, then it is closed", async () => {
    await start();
    const peer = await RawTcp.connect(transport.target("tls"));
    peer.socket.write(sipText());
    await peer.closed(2_000);
    await until(() => ended("bad-handshake") === 1);
    assert.equal(transport.messages.items.length, 0);
  });
  it("given too many peers that only connect, when one more comes, then it is closed, handshakes counted", async () => {
    await start({}, { maxConnectionsPerAddress: 3 });
    const target = transport.target("tls");
    for (let index = 0; index < 3; index += 1) {
      cleanup.add(connectTcp(target), (socket) => void socket.destroy());
    }
    await until(() => transport.value("tandem_sip_handshakes") === 3);
    await (await RawTcp.connect(target)).closed(2_000);
    assert.equal(ended("too-many"), 1);
    clock.advance(8_000);
    await until(() => transport.value("tandem_sip_handshakes") === 0);
    await connectTls();
  });
  it("given a connection without traffic, when time passes, then it is closed", async () => {
    await start();
    const silent = await connectTls();
    const quiet = await connectTls();
    quiet.write(sipText());
    await transport.messages.count(1);
    const gone = once(silent, "close");
    clock.advance(30_500);
    await gone;
    assert.equal(ended("no-message"), 1);
    const idle = once(quiet, "close");
    clock.advance(15 * 60_000);
    await idle;
    assert.equal(ended("idle"), 1);
  });

  describe("to a server", () => {
    let server: Server;
    let target: Target;
    const texts: string[] = [];
    beforeEach(async () => {
      texts.length = 0;
      server = createServer({ ...other, requestCert: true, rejectUnauthorized: false, ca: authority.cert });
      server.on("secureConnection", (socket) => {
        texts.push(String(socket.authorized && socket.getPeerCertificate().subject.CN));
        socket.on("data", (bytes: Buffer) => texts.push(bytes.toString("latin1")));
        socket.on("error", () => undefined);
        cleanup.add(socket, (each) => void each.destroy());
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      cleanup.add(server, (each) => void each.close());
      const address = server.address();
      target = { protocol: "tls", address: "127.0.0.1", port: typeof address === "object" ? (address?.port ?? 0) : 0 };
    });

    it("given its certificate names its address or host, when sent, then it gets all on one connection each", async () => {
      await start();
      transport.send(target, sipText("one"));
      transport.send(target, sipText("two"));
      await until(() => texts.length === 2);
      assert.deepEqual(texts, ["sip.example.org", sipText("one") + sipText("two")]);
      transport.send({ ...target, serverName: "Other.example.org" }, sipText("by name"));
      await until(() => texts.length === 4);
      assert.equal(texts[3], sipText("by name"));
    });
    it("given a certificate for somebody else, when sent, then it fails, unless servers are not verified", async () => {
      await start();
      transport.send({ ...target, serverName: "bank.example.org" }, sipText());
      const [error] = await transport.failures.count(1);
      assert.equal((error as { code?: string }).code, "connect-failed");
      await transport.close();
      await start({ verifyServers: false });
      transport.send({ ...target, serverName: "bank.example.org" }, sipText("all the same"));
      await until(() => texts.includes(sipText("all the same")));
    });
    it("given an authority that is not ours, when sent, then it fails", async () => {
      const foreign = await makeAuthority();
      writeFileSync(folder.join("ca.pem"), foreign.cert);
      await start();
      transport.send(target, sipText());
      const [error] = await transport.failures.count(1);
      assert.match(error?.message ?? "", /^can not send to tls 127\.0\.0\.1 port \d+: .*certificate/);
    });
    it("given a server that never answers the hello, when 4 s pass, then what waits fails", async () => {
      await start();
      const mute = await TransportUnderTest.start({ clock: new ManualClock() });
      cleanup.add(mute, (each) => each.close());
      transport.send({ ...target, port: mute.port("tcp") }, sipText());
      await until(() => mute.value("tandem_sip_connections") === 1);
      clock.advance(4_500);
      const [error] = await transport.failures.count(1);
      assert.equal((error as { code?: string }).code, "connect-timeout");
    });
  });
});
