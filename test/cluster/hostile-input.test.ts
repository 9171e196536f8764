import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { Baresip } from "../support/baresip.ts";
import { Cleanup } from "../support/cleanup.ts";
import { freePort } from "../support/free-port.ts";
import { assertUnharmed, MonitoredCall } from "../support/monitored-call.ts";
import { processorWaitMs, residentBytes } from "../support/node-processes.ts";
import { hangUp } from "../support/phone-calls.ts";
import { exchangeUdp, optionsRequest, RawTcp, type RawTarget } from "../support/raw-sip.ts";
import { CALL_GAUGES, TandemNode } from "../support/tandem-node.ts";

const MAX_GROWTH_BYTES = 96 * 1024 * 1024;
const IDLE_CONNECTIONS = 2_000;

describe("bad input at a node while a call is up", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let target: RawTarget;
  let caller: Baresip;
  let callee: Baresip;
  let call: MonitoredCall;
  let edgePid = 0;
  let edgeBytes: number;
  let relayPid: number;
  let relayWaitMs: number;
  let startedAtMs: number;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    target = { host: "127.0.0.1", port: node.sipPort };
    caller = cleanup.add(await Baresip.registered({ toneHz: 440 }, node.account("1001")), (phone) => phone.close());
    callee = cleanup.add(
      await Baresip.registered({ toneHz: 660 }, { ...node.account("1002"), transport: "tcp" }),
      (phone) => phone.close(),
    );
    const established = await MonitoredCall.establish(
      { phone: caller, toneHz: 440 },
      { phone: callee, toneHz: 660, number: "1002" },
    );
    call = cleanup.add(established, (running) => running.close());
    relayPid = (await node.hello("media")).pid;
    edgePid = (await node.hello("edge")).pid;
  });

  after(async () => {
    try {
      if (edgePid > 0) {
        await hangUp(caller, callee);
        await node.zero(CALL_GAUGES, 5_000);
      }
    } finally {
      await cleanup.run();
    }
  });

  beforeEach(() => {
    edgeBytes = residentBytes(edgePid);
    relayWaitMs = processorWaitMs(relayPid);
    startedAtMs = Date.now();
  });

  afterEach(async () => {
    const growth = residentBytes(edgePid) - edgeBytes;
    assert.ok(growth < MAX_GROWTH_BYTES, `the edge grew by ${Math.round(growth / 1_048_576)} MB`);
    assert.equal((await node.hello("edge")).pid, edgePid, "the edge is the same process");
    assert.match((await ping()) ?? "", /^SIP\/2\.0 200 /);
    assertUnharmed(await call.mediaSince(startedAtMs, 25, 5_000), processorWaitMs(relayPid) - relayWaitMs);
    await call.assertHeard();
  });

  function ping(): Promise<string | undefined> {
    return exchangeUdp(target, (port) => [Buffer.from(optionsRequest("UDP", port, target))], 2_000);
  }

  it("given a datagram cut short, when it comes, then it is answered 400", async () => {
    const reply = await exchangeUdp(
      target,
      (port) => [Buffer.from(optionsRequest("UDP", port, target).replace("Content-Length: 0", "Content-Length: 200"))],
      2_000,
    );
    assert.match(reply ?? "", /^SIP\/2\.0 400 /);
  });

  it("given 2,000 datagrams of random bytes, when they come, then no call is hurt", async () => {
    const random = generator(1);
    const noise = Array.from({ length: 2_000 }, () => {
      return Buffer.from(Uint8Array.from({ length: 1 + (random() % 1_400) }, () => random() & 255));
    });
    await exchangeUdp(target, () => noise, 1);
  });

  it("given 2,000 requests with random bytes changed, when they come, then no call is hurt", async () => {
    const random = generator(2);
    await exchangeUdp(
      target,
      (port) =>
        Array.from({ length: 2_000 }, () => {
          const bytes = Buffer.from(optionsRequest("UDP", port, target));
          for (let change = 0; change < 8; change += 1) bytes[random() % bytes.length] = random() & 255;
          return bytes;
        }),
      1,
    );
  });

  it("given a datagram with a header of 60,000 bytes, when it comes, then it is refused", async () => {
    const reply = await exchangeUdp(
      target,
      (port) => [
        Buffer.from(optionsRequest("UDP", port, target).replace("CSeq:", `X-Long: ${"a".repeat(60_000)}\r\nCSeq:`)),
      ],
      2_000,
    );
    assert.match(reply ?? "SIP/2.0 400 dropped", /^SIP\/2\.0 4\d\d /);
  });

  it("given 10,000 headers over TCP, when they come, then the request is refused and the connection closed", async () => {
    const port = await freePort();
    const headers = Array.from({ length: 10_000 }, (_, index) => `X-${index}: ${index}\r\n`).join("");
    const text = optionsRequest("TCP", port, target).replace("CSeq:", `${headers}CSeq:`);
    await assertRefused(text);
  });

  it("given a body of 100 MB announced over TCP, when it comes, then the connection is closed before it is sent", async () => {
    const text = optionsRequest("TCP", 5060, target).replace("Content-Length: 0", "Content-Length: 100000000");
    await assertRefused(text);
  });

  it("given random bytes over TCP, when they come, then the connection is closed", async () => {
    const random = generator(3);
    const connection = await RawTcp.connect(target);
    try {
      connection.socket.write(Buffer.from(Uint8Array.from({ length: 200_000 }, () => random() & 255)));
      await connection.closed(15_000);
    } finally {
      connection.close();
    }
  });

  /** Sends a request a byte a second until the connection is closed. @returns how many bytes that were */
  async function drip(): Promise<number> {
    const connection = await RawTcp.connect(target);
    const bytes = optionsRequest("TCP", 5060, target);
    let sent = 0;
    const timer = setInterval(() => connection.socket.write(bytes.charAt(sent++)), 1_000);
    try {
      await connection.closed(30_000);
      return sent;
    } finally {
      clearInterval(timer);
      connection.close();
    }
  }

  it("given 2,000 idle connections and one that sends a request a byte a second, when that goes on, then others are served and all of these are closed", async function () {
    this.timeout(90_000);
    const idle: RawTcp[] = [];
    try {
      for (let index = 0; index < IDLE_CONNECTIONS; index += 1) {
        idle.push(await RawTcp.connect(target, `127.0.0.${1 + (index % 8)}`));
      }
      const working = await RawTcp.connect(target);
      working.socket.write(optionsRequest("TCP", working.socket.localPort ?? 0, target));
      await working.matching(/^SIP\/2\.0 200 /, 2_000);
      working.close();
      await call.assertHeard();
      const [sent] = await Promise.all([drip(), ...idle.map((connection) => connection.closed(60_000))]);
      assert.ok(Number(sent) >= 2, "it was given some time");
    } finally {
      for (const connection of idle) connection.close();
    }
  });

  it("given 5,000 datagrams of junk a second, when they come for four seconds, then the call is unharmed and others are served", async function () {
    this.timeout(30_000);
    const before = await node.metrics();
    const sent = await flood(target, 5_000, 4_000);
    assert.match((await ping()) ?? "", /^SIP\/2\.0 200 /);
    assertUnharmed(await call.mediaSince(startedAtMs, 200, 10_000), processorWaitMs(relayPid) - relayWaitMs);
    const after = await node.metrics();
    const grown = (name: string): number => after.sum(name) - before.sum(name);
    assert.ok(sent > 10_000, `only ${sent} datagrams were sent`);
    assert.ok(grown("tandem_sip_unanswered_malformed_total") > sent / 4, "hardly any junk was left without an answer");
    assert.ok(grown("tandem_trace_messages_total") < sent / 4, "the trace is full of junk");
    assert.equal(after.sum("tandem_sip_bans"), 0, "loopback is not banned");
  });

  /** Sends `text` and asserts that it is answered by a 4xx or nothing, and that the connection is closed. */
  async function assertRefused(text: string): Promise<void> {
    const connection = await RawTcp.connect(target);
    try {
      connection.socket.write(text);
      await connection.closed(5_000);
      if (connection.received !== "") assert.match(connection.received, /^SIP\/2\.0 4\d\d /);
    } finally {
      connection.close();
    }
  }
});

/** Sends junk of several kinds at a steady rate, as far as the host can. @returns how many datagrams were sent */
async function flood({ host, port }: RawTarget, perSecond: number, durationMs: number): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const request = optionsRequest("UDP", socket.address().port, { host, port });
  const kinds = [
    "junk",
    "junk\r\n\r\n",
    `\u0000${request}`,
    request.replace("CSeq: 1 OPTIONS", "CSeq: one"),
    request.replace("SIP/2.0\r\n", "SIP/9.9\r\n"),
    "SIP/2.0 200 OK\r\n\r\n",
  ].map((text) => Buffer.from(text, "latin1"));
  const startedAtMs = performance.now();
  let sent = 0;
  try {
    for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs = performance.now() - startedAtMs) {
      const due = Math.min(sent + 200, Math.floor((elapsedMs / 1_000) * perSecond));
      for (; sent < due; sent += 1) socket.send(kinds[sent % kinds.length] ?? "", port, host);
      await delay(5);
    }
    return sent;
  } finally {
    socket.close();
  }
}

/** The same numbers in every run: a linear congruential generator. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
