import assert from "node:assert/strict";
import { RandomIds, silentLogger } from "../../../../../src/common/index.ts";
import { ConferenceHall } from "../../../../../src/media/conference/conference-hall.ts";
import { MusicShelf } from "../../../../../src/media/prompt/music-shelf.ts";
import { PromptLibrary } from "../../../../../src/media/prompt/prompt-library.ts";
import { PromptTicker } from "../../../../../src/media/prompt/prompt-ticker.ts";
import { FarEnd, type FarEndSetting } from "../../../../../src/media/relay/embedded/far-end.ts";
import { RtpEnd } from "../../../../../src/media/relay/embedded/rtp-end.ts";
import { aLawSample } from "../../../../support/g711.ts";
import { PayloadTable } from "../../../../../src/media/rtp/payload-table.ts";
import { payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "../../../../../src/media/rtp/rtp-header.ts";
import { tonePower } from "../../../../support/goertzel.ts";
import { FakeOwner, FakeSocket, newContext } from "./relay-ends.ts";

const tone: FarEndSetting = { kind: "tone", mediaIndex: 0, payloadType: 8, law: "PCMA", sends: true, hears: true };

function setUp() {
  const context = newContext();
  const socket = new FakeSocket();
  const end = new RtpEnd(socket, context, new FakeOwner(), new PayloadTable());
  end.lock.open({ address: "192.0.2.1", port: 4000 }, "192.0.2.1", false, 0);
  const ticker = new PromptTicker(context.clock);
  const { clock } = context;
  const prompts = new MusicShelf(new PromptLibrary(), silentLogger);
  const playContext = { clock, ids: new RandomIds(), ticker, prompts, conferences: new ConferenceHall(ticker) };
  return { clock, socket, end, ticker, context: playContext, farEnd: new FarEnd(playContext) };
}

describe("FarEnd", () => {
  it("given a tone in A-law, when it plays, then packets come each 20 ms and hold 440 Hz", () => {
    const { clock, socket, end, farEnd } = setUp();
    farEnd.apply(tone, end);
    clock.advance(1000);
    assert.equal(socket.sent.length, 50);
    const samples = Int16Array.from(Buffer.concat(socket.sent.map(({ packet }) => packet.subarray(12))), aLawSample);
    assert.ok(tonePower(samples, 8000, 440) > 0.99);
    assert.ok(socket.sent.every(({ packet, port }) => payloadTypeOf(packet) === 8 && port === 4000));
  });

  it("given a hold and its end, when applied, then it is silent between and the same stream goes on", () => {
    const { clock, socket, end, ticker, farEnd } = setUp();
    farEnd.apply(tone, end);
    clock.advance(100);
    farEnd.apply({ ...tone, sends: false }, end);
    farEnd.apply({ ...tone, sends: false }, end);
    clock.advance(1000);
    assert.equal(ticker.playerCount, 0);
    assert.equal(socket.sent.length, 5);
    farEnd.apply(tone, end);
    clock.advance(20);
    const [before, after] = [socket.sent[4]?.packet, socket.sent[5]?.packet];
    assert.ok(before && after);
    assert.equal(ssrcOf(after), ssrcOf(before));
    assert.equal(sequenceOf(after), (sequenceOf(before) + 1) & 0xffff);
    assert.equal((timestampOf(after) - timestampOf(before)) >>> 0, 51 * 160);
  });

  it("given a call that starts on hold, when it is taken off, then the prompt starts", () => {
    const { clock, socket, end, farEnd } = setUp();
    farEnd.apply({ ...tone, sends: false }, end);
    clock.advance(500);
    assert.equal(socket.sent.length, 0);
    farEnd.apply(tone, end);
    clock.advance(40);
    assert.equal(socket.sent.length, 2);
  });

  it("given the same setting again, when applied, then the prompt is not disturbed", () => {
    const { clock, socket, end, farEnd } = setUp();
    farEnd.apply(tone, end);
    clock.advance(30);
    farEnd.apply(tone, end);
    clock.advance(70);
    assert.equal(socket.sent.length, 5);
    assert.equal(new Set(socket.sent.map(({ packet }) => ssrcOf(packet))).size, 1);
  });

  it("given another codec, when applied, then the stream goes on in it, with a marker", () => {
    const { clock, socket, end, farEnd } = setUp();
    farEnd.apply(tone, end);
    clock.advance(20);
    farEnd.apply({ ...tone, payloadType: 0, law: "PCMU" }, end);
    clock.advance(20);
    assert.deepEqual(
      socket.sent.map(({ packet }) => payloadTypeOf(packet)),
      [8, 0],
    );
    const [before, after] = socket.sent.map(({ packet }) => packet);
    assert.ok(before && after);
    assert.equal(ssrcOf(after), ssrcOf(before));
    assert.equal(sequenceOf(after), (sequenceOf(before) + 1) & 0xffff);
    assert.equal((timestampOf(after) - timestampOf(before)) >>> 0, 160);
    assert.ok((after[1] ?? 0) >= 0x80);
  });

  it("given an echo, when applied, held and closed, then the end's peer is itself, then nobody", () => {
    const { end, farEnd } = setUp();
    const echo: FarEndSetting = { kind: "echo", mediaIndex: 0, payloadType: 96, sends: true, hears: true };
    farEnd.apply(echo, end);
    assert.equal(end.peer, end);
    assert.deepEqual(farEnd.setting, echo);
    farEnd.apply({ ...echo, sends: false }, end);
    assert.equal(end.peer, undefined);
    farEnd.apply(echo, end);
    farEnd.close();
    farEnd.close();
    assert.equal(end.peer, undefined);
    assert.equal(farEnd.setting, undefined);
  });

  it("given an announcement, when it is over, then that is told once, silence follows, also in another codec", () => {
    const { clock, socket, end, context } = setUp();
    let told = 0;
    const farEnd = new FarEnd(context, () => (told += 1));
    const enter: FarEndSetting = { ...tone, kind: "announcement:conference-enter" };
    farEnd.apply(enter, end);
    clock.advance(380);
    assert.deepEqual([told, farEnd.isOver], [0, false]);
    clock.advance(1000);
    assert.deepEqual([told, farEnd.isOver], [1, true]);
    farEnd.apply({ ...enter, payloadType: 0, law: "PCMU" }, end);
    clock.advance(100);
    assert.equal(told, 1);
    assert.ok(
      socket.sent
        .at(-1)
        ?.packet.subarray(12)
        .every((octet) => octet === 0xff),
    );
    farEnd.apply(tone, end);
    assert.equal(farEnd.isOver, false);
  });

  it("given an announcement that another process has played, when applied, then silence follows", () => {
    const { clock, socket, end, farEnd } = setUp();
    farEnd.apply({ ...tone, kind: "announcement:unavailable" }, end, true);
    clock.advance(40);
    assert.ok(socket.sent.every(({ packet }) => packet.subarray(12).every((octet) => octet === 0xd5)));
    assert.equal(socket.sent.length, 2);
  });

  it("given a prompt, when closed, then nothing plays and no timer is left", () => {
    const { clock, socket, end, farEnd } = setUp();
    farEnd.apply(tone, end);
    farEnd.close();
    clock.advance(1000);
    assert.equal(socket.sent.length, 0);
    assert.equal(clock.activeTimers, 0);
  });
});
