import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { tonePower } from "../../support/goertzel.ts";
import { heardAudio, sendTone } from "../../support/tone-phone.ts";
import { receiverReport } from "../../unit/media/rtp/packets.ts";
import { KillableRelay } from "./killable-relay.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";

const key: RelayKey = { callId: "call-1", fromTag: "a", toTag: "b" };
const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

const TONES_HZ = [500, 800, 1300, 1700] as const;

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
  let killable: KillableRelay;
  const phones: RtpPhone[] = [];
  const stops: (() => void)[] = [];
  beforeEach(async function () {
    this.timeout(30_000);
    killable = await KillableRelay.start();
    for (const host of [3, 4, 5, 6]) phones.push(await RtpPhone.start(`127.40.0.${host}`));
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    for (const phone of phones.splice(0)) await phone.close();
    await killable.close();
  });

  const phone = (index: number): RtpPhone => {
    const found = phones[index];
    assert.ok(found);
    return found;
  };

  /** A call of two of the phones, each of which sends its tone. @returns the ports that they send to */
  async function call(callId: string, caller: number, callee: number): Promise<[number, number]> {
    const { relay } = killable;
    const [one, other] = [phone(caller), phone(callee)];
    const calleeFacing = audioPortOf(await relay.offer({ ...key, callId }, one.sdp({ codecs: "0" }), local));
    const callerFacing = audioPortOf(await relay.answer({ ...key, callId }, other.sdp({ codecs: "0" }), local));
    stops.push(
      sendTone(one, callerFacing, TONES_HZ[caller] ?? 0),
      sendTone(other, calleeFacing, TONES_HZ[callee] ?? 0),
    );
    return [callerFacing, calleeFacing];
  }

  /** The share of a frequency in what a phone hears from now on, once the first packets are past. */
  async function share(index: number, frequencyHz: number): Promise<number> {
    const from = phone(index).heard.length + 5;
    await phone(index).nthHeard(from + 20, 5000);
    return tonePower(heardAudio(phone(index).heard.slice(from, from + 20)), 8000, frequencyHz);
  }

  it("given a call with audio, when the process is killed and started again, then audio is back at once", async function () {
    this.timeout(30_000);
    const [aliceFacing, bobFacing] = await call("call-1", 0, 1);
    killable.relay.close();
    await phone(0).nthHeard(5);
    await phone(1).nthHeard(5);
    await killable.killAndRestart();
    const heard = phones.map((one) => one.heard.length);
    for (const index of [0, 1]) await phone(index).nthHeard((heard[index] ?? 0) + 5);
    assert.equal(phone(0).heard.at(-1)?.fromPort, aliceFacing);
    assert.equal(phone(1).heard.at(-1)?.fromPort, bobFacing);
  });

  it("given a call with ring-back over it and one that was joined, when the process is killed, then both go on untold", async function () {
    this.timeout(30_000);
    const { relay } = killable;
    await call("call-1", 0, 1);
    await call("call-2", 2, 3);
    await relay.play("call-1", "a", "ringback");
    await relay.join("joined", { callId: "call-2", tag: "b" }, { callId: "call-1", tag: "b" });
    const joined = { callId: "joined", fromTag: "caller", toTag: "callee" };
    await relay.offer(joined, phone(3).sdp({ codecs: "0" }), local);
    await relay.answer(joined, phone(1).sdp({ codecs: "0" }), local);
    await relay.play("joined", "callee", "ringback");
    assert.ok((await share(3, TONES_HZ[1])) > 0.9);
    relay.close();
    await killable.killAndRestart();
    assert.ok((await share(1, 425)) > 0.9);
    assert.ok((await share(3, TONES_HZ[1])) > 0.9);
  });

  it("given a conference, when the process is killed, then it goes on untold", async function () {
    this.timeout(30_000);
    for (const index of [0, 1, 2]) {
      const party = { ...key, callId: `party-${index}` };
      const answer = await killable.relay.answerByEndpoint(party, "conference:x", phone(index).sdp(), local);
      stops.push(sendTone(phone(index), audioPortOf(answer), TONES_HZ[index] ?? 0));
    }
    await phone(0).nthHeard(5);
    killable.relay.close();
    await killable.killAndRestart();
    await phone(0).nthHeard(phone(0).heard.length + 10);
    for (const [listener, other] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      const heard = await share(listener, TONES_HZ[other]);
      assert.ok(heard > 0.3 && heard < 0.7, `party ${listener} hears ${heard} of party ${other}`);
    }
  });
});
