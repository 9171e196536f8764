import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { silentLogger, SystemClock } from "../../../src/common/index.ts";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { EmbeddedRelay } from "../../../src/media/relay/embedded/embedded-relay.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { withinMs } from "../../support/within-ms.ts";
import { receiverReport } from "../../unit/media/rtp/packets.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const key: RelayKey = { callId: "call-1", fromTag: "a", toTag: "b" };
const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

describe("relay after a restart", () => {
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  beforeEach(async () => {
    fixture = await RelayFixture.start();
    alice = await RtpPhone.start("127.40.0.1");
    bob = await RtpPhone.start("127.40.0.2");
  });
  afterEach(async () => {
    await alice.close();
    await bob.close();
    await fixture.close();
  });

  it("given a call with learned sources, when another process takes the journal over, then audio goes on untold", async () => {
    const natted = await RtpPhone.start("127.40.0.9");
    try {
      const bobFacing = audioPortOf(await fixture.relay.offer(key, alice.sdp(), local));
      const aliceFacing = audioPortOf(await fixture.relay.answer(key, bob.sdp(), local));
      natted.send(rtpPacket({ ssrc: 1 }), aliceFacing);
      await bob.nthHeard(1);
      natted.sendRtcp(receiverReport(1), aliceFacing + 1);
      await bob.nthHeardRtcp(1);
      await fixture.restart({ listens: false });
      bob.send(rtpPacket({ ssrc: 2 }), bobFacing);
      bob.sendRtcp(receiverReport(2), bobFacing + 1);
      await natted.nthHeardRtcp(1);
      assert.equal((await natted.nthHeard(1)).packet.readUInt32BE(8), 2);
      alice.send(rtpPacket({ ssrc: 3 }), aliceFacing);
      natted.send(rtpPacket({ sequence: 2, ssrc: 4 }), aliceFacing);
      assert.equal((await bob.nthHeard(2)).packet.readUInt32BE(8), 4);
      assert.equal(fixture.metric("tandem_media_packets_rejected_total"), 1);
    } finally {
      await natted.close();
    }
  });

  it("given a call, when restarted, then it is listed, offered again on its ports with its o= line, and released", async () => {
    const before = await fixture.relay.offer(key, alice.sdp(), local);
    assert.equal((await fixture.relay.list())[0]?.isPartial, undefined);
    await fixture.restart();
    assert.equal(await fixture.relay.offer(key, alice.sdp(), local), before);
    const answer = await fixture.relay.answer(key, bob.sdp(), local);
    const [session] = await fixture.relay.list();
    assert.equal(session?.isPartial, true);
    assert.deepEqual(session?.ports, [audioPortOf(answer), audioPortOf(before)]);
    await fixture.relay.release(key.callId);
    await fixture.restart();
    assert.deepEqual(await fixture.relay.list(), []);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
  });

  it("given an offer before the restart, when answered after it, then the call is up, and first packets are told once", async () => {
    const bobFacing = audioPortOf(await fixture.relay.offer(key, alice.sdp(), local));
    await fixture.restart();
    const aliceFacing = audioPortOf(await fixture.relay.answer(key, bob.sdp(), local));
    alice.send(rtpPacket(), aliceFacing);
    await bob.nthHeard(1);
    await fixture.event((event) => event.type === "first-packet" && event.tag === "a");
    await fixture.restart();
    await fixture.relay.offer(key, alice.sdp(), local);
    alice.send(rtpPacket({ sequence: 2 }), aliceFacing);
    bob.send(rtpPacket(), bobFacing);
    await fixture.event((event) => event.type === "first-packet" && event.tag === "b");
    assert.equal(fixture.events.length, 2);
  });

  it("given an echo and a tone, when restarted, then both go on untold", async () => {
    const port = audioPortOf(await fixture.relay.answerByEndpoint(key, "echo", alice.sdp(), local));
    await fixture.relay.answerByEndpoint({ ...key, callId: "tone" }, "tone", bob.sdp(), local);
    await fixture.relay.offerByEndpoint({ ...key, callId: "unanswered" }, "demo");
    alice.send(rtpPacket(), port);
    await alice.nthHeard(1);
    await bob.nthHeard(1);
    await fixture.restart({ listens: false });
    alice.send(rtpPacket({ sequence: 2 }), port);
    await alice.nthHeard(2);
    await bob.nthHeard(bob.heard.length + 3);
    assert.equal(fixture.metric("tandem_media_sessions"), 3);
  });

  it("given a journal with records that cannot be read or bound, when restarted, then the others live", async () => {
    const journal = fixture.folder.join("media-sessions.journal");
    await fixture.relay.offer(key, alice.sdp(), local);
    await fixture.relay.offer({ ...key, callId: "call-2" }, alice.sdp(), local);
    const lines = readFileSync(journal, "utf8").trim().split("\n");
    const record = JSON.parse(lines.at(-1) ?? "") as { k: string; v: { streams: { legs: { port: number }[] }[] } };
    appendFileSync(journal, `${JSON.stringify({ k: "call-3", v: { sides: [] } })}\n`);
    appendFileSync(journal, `${JSON.stringify({ ...record, k: "call-4" })}\n{"k":"torn`);
    await fixture.restart();
    const sessions = await fixture.relay.list();
    assert.deepEqual(sessions.map(({ callId }) => callId).sort(), ["call-1", "call-2"]);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 8);
    await fixture.restart();
    assert.doesNotMatch(readFileSync(journal, "utf8"), /call-[34]/);
  });

  it("given a port that another program has taken meanwhile, when restarted, then that session alone is gone", async () => {
    const port = audioPortOf(await fixture.relay.offer(key, alice.sdp(), local));
    await fixture.relay.offer({ ...key, callId: "call-2" }, alice.sdp(), local);
    const other = createSocket("udp4");
    const meanwhile = async (): Promise<void> => {
      other.bind(port + 1, "127.0.0.1");
      await once(other, "listening");
    };
    await fixture.restart({ meanwhile });
    other.close();
    assert.deepEqual(
      (await fixture.relay.list()).map(({ callId }) => callId),
      ["call-2"],
    );
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 4);
  });
});

describe("relay killed in a call", () => {
  it("given a call with audio, when the process is killed and started again, then audio is back at once", async function () {
    this.timeout(30_000);
    const folder = new TemporaryDirectory("tandem-media");
    const start = async (): Promise<ManagedProcess> => {
      const script = fileURLToPath(new URL("relay-process.ts", import.meta.url));
      const args = ["--import", "tsx", script, folder.join("media.sock"), folder.join("media.journal")];
      const relayProcess = new ManagedProcess({ command: process.execPath, args });
      await relayProcess.outputMatching(/ready/, 15_000);
      return relayProcess;
    };
    const phones = [await RtpPhone.start("127.40.0.3"), await RtpPhone.start("127.40.0.4")] as const;
    const [alice, bob] = phones;
    let relayProcess = await start();
    let onConnected = (): void => undefined;
    const connected = new Promise<void>((resolve) => {
      onConnected = resolve;
    });
    const options = { path: folder.join("media.sock"), clock: new SystemClock(), logger: silentLogger };
    const relay = new EmbeddedRelay({ ...options, onConnected: () => onConnected() });
    let timer: NodeJS.Timeout | undefined;
    try {
      relay.start();
      await withinMs(3000, connected, () => "not connected");
      const bobFacing = audioPortOf(await relay.offer(key, alice.sdp(), local));
      const aliceFacing = audioPortOf(await relay.answer(key, bob.sdp(), local));
      relay.close();
      let sequence = 0;
      timer = setInterval(() => {
        sequence += 1;
        alice.send(rtpPacket({ sequence }), aliceFacing);
        bob.send(rtpPacket({ sequence }), bobFacing);
      }, 20);
      await alice.nthHeard(5);
      await bob.nthHeard(5);
      await relayProcess.kill();
      const heard = phones.map((phone) => phone.heard.length);
      relayProcess = await start();
      for (const [index, phone] of phones.entries()) await phone.nthHeard((heard[index] ?? 0) + 5);
      assert.equal(alice.heard.at(-1)?.fromPort, aliceFacing);
      assert.equal(bob.heard.at(-1)?.fromPort, bobFacing);
    } finally {
      clearInterval(timer);
      relay.close();
      await relayProcess.kill();
      for (const phone of phones) await phone.close();
      folder.close();
    }
  });
});
