import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { SystemClock } from "../../../../src/common/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { sipText, TransportUnderTest, UdpEnd, until } from "./transport-fixture.ts";

const ALL_OCTETS = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");

describe("SIP over UDP", () => {
  let transport: TransportUnderTest;
  let peer: UdpEnd;
  beforeEach(async () => {
    transport = await TransportUnderTest.start({ clock: new ManualClock() });
    peer = await UdpEnd.open();
  });
  afterEach(async () => {
    await peer.close();
    await transport.close();
  });

  it("given a datagram with any octets, when it comes and goes back, then each is kept", async () => {
    const text = sipText(ALL_OCTETS);
    await peer.send(text, transport.port("udp"));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, text);
    assert.deepEqual(
      [received?.flow.protocol, received?.flow.reliable, received?.flow.remotePort, received?.flow.localPort],
      ["udp", false, peer.target.port, transport.port("udp")],
    );
    transport.send({ ...peer.target, flowId: received?.flow.id ?? "" }, received?.text ?? "");
    const [reply] = await peer.received.count(1);
    assert.equal(reply?.text, text);
    assert.equal(reply?.remote.port, transport.port("udp"));
    assert.deepEqual(
      [
        transport.value("tandem_sip_messages_received_total", "udp"),
        transport.value("tandem_sip_messages_sent_total", "udp"),
      ],
      [1, 1],
    );
  });
  it("given two datagrams from one peer, when they come, then their flow is one", async () => {
    await peer.send(sipText("1"), transport.port("udp"));
    await peer.send(sipText("2"), transport.port("udp"));
    const [one, two] = await transport.messages.count(2);
    assert.equal(one?.flow, two?.flow);
  });
  it("given keep-alives, when they come, then they are counted and ignored", async () => {
    for (const bytes of ["\r\n\r\n", "\0", "", "\r\n\0\0"]) await peer.send(bytes, transport.port("udp"));
    await peer.send(`\r\n${sipText()}`, transport.port("udp"));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, sipText());
    assert.equal(transport.value("tandem_sip_keepalives_received_total", "udp"), 4);
    assert.equal(transport.bad.items.length, 0);
  });
  it("given STUN binding requests, when they come, then they are answered and are no messages", async () => {
    const id = "0102030405060708090a0b0c";
    await peer.send(Buffer.from(`000100002112a442${id}`, "hex").toString("latin1"), transport.port("udp"));
    const [answer] = await peer.received.count(1);
    const octets = Buffer.from(answer?.text ?? "", "latin1");
    assert.deepEqual([octets.length, octets.readUInt16BE(0), octets.subarray(8, 20).toString("hex")], [32, 0x0101, id]);
    assert.equal(octets.readUInt16BE(26) ^ 0x2112, peer.target.port);
    await peer.send(Buffer.from(`010100002112a442${id}`, "hex").toString("latin1"), transport.port("udp"));
    await until(() => transport.value("tandem_sip_bad_input_total", "udp") === 1);
    const keepAlives = transport.value("tandem_sip_keepalives_received_total", "udp");
    assert.deepEqual([keepAlives, transport.value("tandem_sip_udp_flows")], [1, 0]);
    assert.equal(transport.messages.items.length + transport.bad.items.length, 0);
  });
  it("given a datagram without an end of the head, when it comes, then it is reported as bad", async () => {
    await peer.send("INVITE sip:a@b SIP/2.0\r\nVia: x", transport.port("udp"));
    const [bad] = await transport.bad.count(1);
    assert.deepEqual([bad?.reason, bad?.text], ["head without an end", "INVITE sip:a@b SIP/2.0\r\nVia: x"]);
    assert.equal(transport.value("tandem_sip_bad_input_total", "udp"), 1);
  });
  it("given a message too long for a datagram, when sent, then onFailure tells", async () => {
    transport.send(peer.target, "x".repeat(70_000));
    const [error] = await transport.failures.count(1);
    assert.equal((error as { code?: string }).code, "send-failed");
  });
  it("given a destination that the system refuses, when sent, then onFailure tells and nothing is thrown", async () => {
    transport.send({ protocol: "udp", address: "255.255.255.255", port: 5060 }, sipText());
    transport.send({ protocol: "udp", address: "no address", port: 5060 }, sipText());
    transport.send({ protocol: "udp", address: "127.0.0.1", port: 0 }, sipText());
    const errors = await transport.failures.count(3);
    assert.deepEqual(
      errors.map((error) => (error as { code?: string }).code),
      ["send-failed", "send-failed", "send-failed"],
    );
    assert.equal(transport.value("tandem_sip_send_failures_total", "udp"), 3);
  });
  it("given a user that throws, when the next message comes, then it is handed up as ever", async () => {
    let count = 0;
    const logged: string[] = [];
    const throwing = await TransportUnderTest.start({
      clock: new ManualClock(),
      logger: { ...silent(), error: (message) => void logged.push(message) },
      onMessage: () => {
        count += 1;
        throw new Error("user");
      },
      onBadInput: () => {
        count += 1;
        throw new Error("user");
      },
    });
    await peer.send(sipText(), throwing.port("udp"));
    await peer.send("bad", throwing.port("udp"));
    await peer.send(sipText(), throwing.port("udp"));
    await peer.send("\r\n", throwing.port("udp"));
    await until(() => throwing.value("tandem_sip_keepalives_received_total", "udp") > 0);
    assert.deepEqual([count, logged.length, logged[0]], [3, 3, "handling a message failed"]);
    await throwing.close();
  });
  it("given no listener at all, when asked for our address, then there is one to write all the same", async () => {
    const mute = await TransportUnderTest.start({ clock: new ManualClock(), listeners: [] });
    assert.deepEqual(mute.layer.localFor(peer.target), { address: "127.0.0.1", port: 5060 });
    await mute.close();
  });
  it("given a closed transport, when sent or closed again, then onFailure tells", async () => {
    await transport.close();
    await transport.close();
    transport.send(peer.target, sipText());
    transport.layer.resend(peer.target, sipText(), transport.onFailure);
    const errors = await transport.failures.count(2);
    assert.deepEqual(
      errors.map((error) => (error as { code?: string }).code),
      ["closed", "closed"],
    );
    assert.deepEqual(transport.layer.localAddresses, []);
  });
});

function silent() {
  const logger = {
    debugEnabled: false,
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    child: () => logger,
  };
  return logger;
}

describe("several UDP listeners", () => {
  let transport: TransportUnderTest;
  let near: UdpEnd;
  let far: UdpEnd;
  beforeEach(async () => {
    transport = await TransportUnderTest.start({
      clock: new ManualClock(),
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port: 0 },
        { protocol: "udp", address: "127.77.0.1", port: 0 },
        { protocol: "udp", address: "0.0.0.0", port: 0 },
      ],
    });
    near = await UdpEnd.open("127.0.0.9");
    far = await UdpEnd.open("127.77.0.9");
  });
  afterEach(async () => {
    await Promise.all([near.close(), far.close()]);
    await transport.close();
  });

  it("given a new target, when sent, then it comes from the nearest listener", async () => {
    for (const end of [near, far]) transport.send(end.target, sipText());
    const [one] = await near.received.count(1);
    const [two] = await far.received.count(1);
    assert.deepEqual([one?.remote.address, two?.remote.address], ["127.0.0.1", "127.77.0.1"]);
    assert.equal(transport.layer.localFor(far.target).address, "127.77.0.1");
  });
  it("given a flow, when answered, then it comes from the listener that received", async () => {
    const port = transport.layer.localAddresses[0]?.port ?? 0;
    await far.send(sipText(), port, "127.0.0.1");
    const [received] = await transport.messages.count(1);
    const target = { ...far.target, flowId: received?.flow.id ?? "" };
    transport.send(target, sipText());
    const [reply] = await far.received.count(1);
    assert.deepEqual([reply?.remote.address, reply?.remote.port], ["127.0.0.1", port]);
    assert.deepEqual(transport.layer.localFor(target), { address: "127.0.0.1", port });
  });
  it("given a listener on all interfaces, when it receives, then its flow has a real address", async () => {
    const wildcard = transport.layer.localAddresses[2]?.port ?? 0;
    await near.send(sipText(), wildcard, "127.0.0.1");
    const [received] = await transport.messages.count(1);
    assert.deepEqual([received?.flow.localAddress, received?.flow.localPort], ["127.0.0.1", wildcard]);
    assert.equal(transport.layer.isLocal("127.0.0.1", wildcard, "udp"), true);
    assert.equal(transport.layer.isLocal("127.0.0.1", wildcard, "tcp"), false);
  });
  it("given no TCP listener, when sent over TCP, then onFailure tells", async () => {
    const target = { ...near.target, protocol: "tcp" } as const;
    transport.send(target, sipText());
    const [error] = await transport.failures.count(1);
    assert.equal((error as { code?: string }).code, "protocol-not-available");
    assert.deepEqual(transport.layer.localFor(target), { address: "127.0.0.1", port: transport.port("udp") });
  });
});

describe("UDP addresses where nobody listens", () => {
  let clock: ManualClock;
  let transport: TransportUnderTest;
  beforeEach(async () => {
    clock = new ManualClock();
    transport = await TransportUnderTest.start({ clock });
  });
  afterEach(async () => {
    await transport.close();
  });
  const resend = (end: UdpEnd): void => transport.layer.resend(end.target, sipText(), transport.onFailure);

  it("given a dead address, when sent again, then onFailure tells, and other peers notice nothing", async () => {
    const dead = await UdpEnd.open();
    const { target } = dead;
    await dead.close();
    const living = await UdpEnd.open();
    transport.layer.resend(target, sipText(), transport.onFailure);
    transport.layer.resend(target, sipText(), transport.onFailure);
    const errors = await transport.failures.count(2);
    assert.deepEqual(
      errors.map((error) => (error as { code?: string }).code),
      ["address-unreachable", "address-unreachable"],
    );
    assert.equal(transport.value("tandem_sip_dead_addresses_total"), 1);
    assert.equal(transport.value("tandem_sip_udp_probes"), 0);
    await living.send(sipText("still"), transport.port("udp"));
    const [received] = await transport.messages.count(1);
    assert.equal(received?.text, sipText("still"));
    await living.close();
  });
  it("given a silent peer that lives, when sent again, then it gets it from the same port and no failure is told", async () => {
    const silent = await UdpEnd.open();
    const other = await UdpEnd.open();
    resend(silent);
    const [got] = await silent.received.count(1);
    assert.deepEqual([got?.text, got?.remote.port], [sipText(), transport.port("udp")]);
    assert.equal(transport.value("tandem_sip_udp_probes"), 1);
    // While it is watched, what it and others send is received as ever, all that comes at once too.
    await other.send(sipText("other"), transport.port("udp"));
    const sent = ["late", "later", "last"].map((name) => silent.send(sipText(name), transport.port("udp")));
    await Promise.all(sent);
    const received = await transport.messages.count(4);
    const expected = ["late", "later", "last", "other"].map((name) => sipText(name));
    assert.deepEqual(received.map(({ text }) => text).sort(), expected.sort());
    await setImmediate();
    assert.deepEqual([transport.value("tandem_sip_udp_probes"), transport.failures.items], [0, []]);
    await silent.send(sipText("again"), transport.port("udp"));
    await transport.messages.count(5);
    await Promise.all([silent.close(), other.close()]);
  });
  it("given a peer that stays silent, when a second has passed, then it is not watched any more", async () => {
    const silent = await UdpEnd.open();
    resend(silent);
    await silent.received.count(1);
    resend(silent);
    await silent.received.count(2);
    assert.equal(transport.value("tandem_sip_udp_probes"), 1);
    clock.advance(1_000);
    await setImmediate();
    assert.equal(transport.value("tandem_sip_udp_probes"), 0);
    await silent.send(sipText(), transport.port("udp"));
    await transport.messages.count(1);
    await silent.close();
  });
  it("given a peer that was heard lately, when sent again, then it is not watched", async () => {
    const lively = await UdpEnd.open();
    await lively.send(sipText(), transport.port("udp"));
    await transport.messages.count(1);
    resend(lively);
    await lively.received.count(1);
    assert.equal(transport.value("tandem_sip_udp_probes"), 0);
    clock.advance(2_000);
    resend(lively);
    await lively.received.count(2);
    assert.equal(transport.value("tandem_sip_udp_probes"), 1);
    await lively.close();
  });
  it("given more silent peers than may be watched, when sent again, then all get it", async () => {
    const limited = await TransportUnderTest.start({ clock, limits: { maxUdpProbes: 2 } });
    const peers = await Promise.all(Array.from({ length: 5 }, () => UdpEnd.open()));
    for (const peer of peers) limited.layer.resend(peer.target, sipText(), limited.onFailure);
    for (const peer of peers) await peer.received.count(1);
    assert.equal(limited.value("tandem_sip_udp_probes"), 2);
    await Promise.all(peers.map((peer) => peer.close()));
    await limited.close();
  });
  it("given a watched peer, when the transport is closed, then nothing is left", async () => {
    const silent = await UdpEnd.open();
    resend(silent);
    await silent.received.count(1);
    await transport.close();
    assert.equal(clock.activeTimers, 0);
    await silent.close();
  });
  it("given no watching, when sent again to a dead address, then nothing is told and all goes on", async () => {
    const exclusive = await TransportUnderTest.start({ clock: new SystemClock(), limits: { maxUdpProbes: 0 } });
    const dead = await UdpEnd.open();
    const { target } = dead;
    await dead.close();
    exclusive.layer.resend(target, sipText(), exclusive.onFailure);
    const peer = await UdpEnd.open();
    await peer.send(sipText(), exclusive.port("udp"));
    await exclusive.messages.count(1);
    assert.deepEqual(exclusive.failures.items, []);
    await peer.close();
    await exclusive.close();
  });
});
