import assert from "node:assert/strict";
import type { CallQuality, MediaQualityView } from "../../../src/signals/index.ts";
import { estimateMos } from "../../../src/media/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp, sdpLine, type EstablishedCall } from "../../support/established-call.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { audioPortOf, rtpPacket, RtpPhone } from "../../support/rtp-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { TalkingPhone } from "../../support/talking-phone.ts";
import { receiverReport, senderReport } from "../../unit/media/rtp/packets.ts";

const PCMA = 8;
const COMPACT_NTP = 0x01020304;
/** Of 100 packets five are lost, and two change places. */
const SEQUENCES = Array.from({ length: 100 }, (_, index) => index + 1).filter((sequence) => sequence % 20 !== 0);
SEQUENCES.splice(SEQUENCES.indexOf(51), 2, 52, 51);
const LOST = 5 - 1;

describe("media quality of calls that go on", () => {
  const cleanup = new Cleanup();
  let relayed: RelayedSwitch;
  let node: SwitchFixture;
  let near: RtpPhone;
  let far: RtpPhone;
  let call: EstablishedCall;
  let callId: string;
  beforeEach(async () => {
    relayed = cleanup.add(await RelayedSwitch.start(), (one) => one.stop());
    node = relayed.node;
    [near, far] = [await rtpPhone(), await rtpPhone()];
  });
  afterEach(() => cleanup.run());

  async function rtpPhone(): Promise<RtpPhone> {
    return cleanup.add(await RtpPhone.start(), (one) => one.close());
  }

  /** 1001 calls 1002, which answers; each with RTP of its own. */
  async function talk(): Promise<void> {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const sdp = (rtp: RtpPhone): string => rtp.sdp({ codecs: "8 101" });
    call = await establish(alice, bob, { near: { sdp: sdp(near) }, far: { sdp: sdp(far) } });
    callId = node.manager.views.calls()[0]?.callId ?? assert.fail();
  }

  const quality = (): Promise<CallQuality | undefined> => node.manager.views.mediaQuality(callId);

  async function sides(): Promise<readonly [MediaQualityView, MediaQualityView]> {
    const { sides: both = [] } = (await quality()) ?? {};
    const [caller, callee] = both;
    assert.ok(both.length === 2 && caller !== undefined && callee !== undefined, JSON.stringify(both));
    assert.deepEqual([caller.device, callee.device], ["phone-1001", "phone-1002"]);
    return [caller, callee];
  }

  /** The caller sends its packets, and the callee has heard them. */
  async function speak(): Promise<void> {
    const port = audioPortOf(call.answer.body);
    for (const sequence of SEQUENCES) near.send(rtpPacket({ sequence, ssrc: 7, payloadType: PCMA }), port);
    await far.nthHeard(SEQUENCES.length);
  }

  it("given many who ask at once, when the relay answers, then it was asked once", async () => {
    await talk();
    const { relay } = relayed;
    const inspect = relay.inspect.bind(relay);
    let asked = 0;
    relay.inspect = (sessionId) => {
      asked += 1;
      return inspect(sessionId);
    };
    const answers = await Promise.all(Array.from({ length: 10 }, quality));
    assert.deepEqual(new Set(answers.map((answer) => answer?.sides.length)), new Set([2]));
    assert.equal(asked, 1);
    await quality();
    assert.equal(asked, 2);
  });

  it("given known loss and disorder one way, when it is asked for, then each side has its figures, and the score is that of the record", async () => {
    await talk();
    const begunAtMs = Date.now();
    await speak();
    const { atMs = 0 } = (await quality()) ?? {};
    const [caller, callee] = await sides();
    const { jitterMs, lastPacketMs = 0, mos, ...counted } = caller;
    assert.deepEqual(counted, {
      device: "phone-1001",
      connectionId: caller.connectionId,
      codec: "PCMA/8000",
      packetTimeMs: 20,
      packetsReceived: SEQUENCES.length,
      octetsReceived: SEQUENCES.length * 172,
      packetsLost: LOST,
      lossPercent: 4.04,
      packetsOutOfOrder: 1,
      packetsSent: 0,
      octetsSent: 0,
    });
    assert.ok(lastPacketMs >= begunAtMs - 1 && lastPacketMs <= atMs + 1);
    const expected = estimateMos({ lossFraction: LOST / 99, jitterMs, roundTripMs: 0, codec: "PCMA" });
    assert.equal(mos, Math.round(expected * 100) / 100);
    assert.deepEqual(callee, {
      device: "phone-1002",
      connectionId: callee.connectionId,
      codec: "PCMA/8000",
      packetsReceived: 0,
      octetsReceived: 0,
      packetsLost: 0,
      lossPercent: 0,
      packetsOutOfOrder: 0,
      jitterMs: 0,
      packetsSent: SEQUENCES.length,
      octetsSent: SEQUENCES.length * 172,
    });
    await hangUp(call.near, call.far);
    const [record] = await node.settled(1);
    const recorded = record?.legs.map(({ quality: one }) => [one?.packetsLost, one?.jitterMs, one?.mos]);
    assert.deepEqual(recorded, [
      [LOST, jitterMs, mos],
      [0, 0, undefined],
    ]);
    assert.equal(await quality(), undefined);
  });

  it("given RTCP both ways, when it is asked for, then there are the round trip and what the far end has missed", async () => {
    await talk();
    await speak();
    const [toRelay, toFar] = [audioPortOf(call.answer.body), audioPortOf(call.offered.body)];
    near.sendRtcp(senderReport(7, COMPACT_NTP), toRelay + 1);
    await far.nthHeardRtcp(1);
    far.sendRtcp(receiverReport(9, [{ ssrc: 7, lastSenderReport: COMPACT_NTP }]), toFar + 1);
    await near.nthHeardRtcp(1);
    const [caller, callee] = await sides();
    assert.deepEqual([caller.roundTripMs, caller.reported], [undefined, undefined]);
    assert.deepEqual(callee.reported, { packetsLost: 0, lossPercent: 25, jitterMs: 10 });
    const { roundTripMs = -1 } = callee;
    assert.ok(roundTripMs >= 0 && roundTripMs < 1_000, `${roundTripMs} ms`);
  });

  it("given a call on hold, when it is asked for, then its figures stand, and go on with what the held party is played", async () => {
    await talk();
    await speak();
    const change = call.near.send("INVITE", { sdp: near.sdp({ codecs: "8 101", lines: ["a=sendonly"] }) });
    const held = await call.far.request("INVITE");
    call.far.respond(held, 200, { sdp: far.sdp({ codecs: "8 101", lines: ["a=recvonly"] }) });
    call.near.ack(change, await change.final());
    await call.far.request("ACK");
    assert.equal(sdpLine(held, "a=sendonly"), "a=sendonly");
    await far.nthHeard(SEQUENCES.length + 3);
    const [caller, callee] = await sides();
    assert.deepEqual([caller.packetsReceived, caller.packetsLost], [SEQUENCES.length, LOST]);
    assert.ok((callee.packetsSent ?? 0) >= SEQUENCES.length + 3);
    await hangUp(call.near, call.far);
    await node.settled(1);
  });

  it("given a call that rings, when it is asked for, then the caller alone has a side, without a score", async () => {
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    const ringing = await alice.call("1002", { sdp: near.sdp() });
    const offered = await bob.offered();
    offered.respond(offered.offer ?? assert.fail(), 180);
    await ringing.invite?.response(180);
    callId = node.manager.views.calls()[0]?.callId ?? assert.fail();
    const answered = await quality();
    assert.deepEqual(
      answered?.sides.map(({ device, packetsReceived, mos }) => [device, packetsReceived, mos]),
      [["phone-1001", 0, undefined]],
    );
    ringing.invite?.cancel();
    await ringing.invite?.final();
    await offered.request("CANCEL");
    if (offered.offer !== undefined) offered.respond(offered.offer, 487);
    await node.settled(1);
  });

  it("given a call by command whose own device rings, when it is asked for, then no media of it is relayed yet", async () => {
    const alice = await node.phone("1001");
    const { features, views } = node.manager;
    void features.command({ type: "make-call", device: "phone-1001", to: "1002" });
    const rung = await alice.offered();
    rung.respond(rung.offer ?? assert.fail(), 180);
    const [made] = features.callsNow();
    assert.deepEqual((await views.mediaQuality(made?.callId ?? ""))?.sides, []);
    rung.respond(rung.offer ?? assert.fail(), 486);
    await node.settled(1);
  });

  it("given a call to a service of the switch, when it is asked for, then the party has a side, and the service none", async () => {
    const alice = await node.phone("1001");
    const echoed = await alice.call("9196", { sdp: near.sdp() });
    const answer = await echoed.established();
    near.send(rtpPacket({ sequence: 1 }), audioPortOf(answer.body));
    await near.nthHeard(1);
    callId = node.manager.views.calls()[0]?.callId ?? assert.fail();
    const [side, ...others] = (await quality())?.sides ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual([side?.device, side?.packetsReceived, side?.packetsSent], ["phone-1001", 1, 1]);
    await echoed.bye();
    await node.settled(1);
  });
});

describe("media quality of conferences", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it("given three parties at the mixer, when it is asked for, then each has what it sends to the mixer, and gets of it", async () => {
    const four = { maxCalls: 4 };
    const relayed = cleanup.add(await RelayedSwitch.start({ phones: [four, four, four] }), (one) => one.stop());
    const start = async (number: string): Promise<TalkingPhone> =>
      cleanup.add(await TalkingPhone.start(relayed.node, number), (one) => one.close());
    const [alice, bob, carol] = [await start("1001"), await start("1002"), await start("1003")];
    const [first, b] = await alice.talkTo(bob);
    await first.change("sendonly");
    const [a, c] = await alice.talkTo(carol);
    const { features, views } = relayed.node.manager;
    assert.equal((await features.command({ type: "conference", device: "phone-1001" })).ok, true);
    await first.ended();
    await Promise.all([a, b, c].map((one) => one.untilHearsAll(hzOfOthers(one.toneHz, [a, b, c]))));
    const [call] = features.callsNow();
    const { sides = [] } = (await views.mediaQuality(call?.callId ?? "")) ?? {};
    assert.deepEqual(
      sides.map(({ device, connectionId }) => [device, connectionId]),
      call?.connections.map(({ connectionId, devices }) => [devices[0]?.device, connectionId]),
    );
    assert.equal(sides.length, 3);
    for (const { codec, packetsReceived, packetsSent = 0, mos = 0 } of sides) {
      assert.match(codec ?? "", /^PCM[AU]\/8000$/);
      assert.ok(packetsReceived > 0 && packetsSent > 0 && mos > 1, JSON.stringify(sides));
    }
  });
});

function hzOfOthers(own: number, talks: readonly { readonly toneHz: number }[]): number[] {
  return talks.map(({ toneHz }) => toneHz).filter((hz) => hz !== own);
}

describe("media quality while the relay is away", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it("given a call whose media nobody can be asked for, when it is asked for, then that is said", async () => {
    const node = cleanup.add(await SwitchFixture.start(), (one) => one.stop());
    const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    await establish(alice, bob);
    const { views } = node.manager;
    const callId = views.calls()[0]?.callId ?? assert.fail();
    assert.equal((await views.mediaQuality(callId))?.sides.length, 2);
    node.relay.connected = false;
    await assert.rejects(views.mediaQuality(callId), { code: "relay-unreachable" });
    node.relay.connected = true;
  });
});
