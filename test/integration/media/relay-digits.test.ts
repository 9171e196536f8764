import assert from "node:assert/strict";
import { CALL as key, LOCAL as local, RelayCall } from "./relay-call.ts";
import type { HeardPacket, RtpPhone } from "../../support/rtp-phone.ts";
import type { RelayFixture } from "./relay-fixture.ts";

/** As a phone describes them that has another payload type for events than the other one. */
const OTHER_EVENTS = ["a=sendrecv", "a=rtpmap:96 telephone-event/8000"];

const typeOf = ({ packet }: HeardPacket): number => packet.readUInt8(1) & 0x7f;
const sequenceOf = ({ packet }: HeardPacket): number => packet.readUInt16BE(2);
const timestampOf = ({ packet }: HeardPacket): number => packet.readUInt32BE(4);

describe("digits that the relay sends", () => {
  let both: RelayCall;
  let fixture: RelayFixture;
  let alice: RtpPhone;
  let bob: RtpPhone;
  beforeEach(async () => {
    both = await RelayCall.start();
    ({ fixture, alice, bob } = both);
  });
  afterEach(() => both.close());

  it("given speech, when a digit is sent to a side, then it hears one stream with one event in it, by its own payload type", async () => {
    const { aliceFacing } = await both.agree(alice.sdp(), bob.sdp({ codecs: "0 96", lines: OTHER_EVENTS }));
    both.speak(alice, aliceFacing, 1_000);
    await bob.nthHeard(10);
    const from = bob.heard.length;
    assert.equal(await fixture.relay.sendDigit("call-1", "callee", "#"), true);
    await bob.nthHeard(bob.heard.length + 10);
    const heard = bob.heard.slice(from);
    const events = heard.filter((packet) => typeOf(packet) === 96);
    assert.equal(events.length, 10);
    assert.deepEqual(new Set(events.map(({ packet }) => packet.readUInt8(12))), new Set([11]));
    assert.equal(new Set(events.map(timestampOf)).size, 1);
    assert.deepEqual(
      events.map(({ packet }) => packet.readUInt8(13) >= 0x80),
      [...Array<boolean>(7).fill(false), true, true, true],
    );
    assert.equal(events.at(-1)?.packet.readUInt16BE(14), 1_280);
    assert.ok((events[0]?.packet.readUInt8(1) ?? 0) >= 0x80, "the first has a marker");
    // Nothing is heard beside it, and what is sent before and after is one stream.
    assert.equal(heard.lastIndexOf(events.at(-1) ?? assert.fail()) - heard.indexOf(events[0] ?? assert.fail()), 9);
    assert.equal(new Set(bob.heard.map(({ packet }) => packet.readUInt32BE(8))).size, 1);
    bob.heard.slice(1).forEach((packet, index) => {
      assert.equal(sequenceOf(packet), (sequenceOf(bob.heard[index] ?? packet) + 1) & 0xffff);
    });
    const after = heard[heard.lastIndexOf(events.at(-1) ?? assert.fail()) + 1] ?? assert.fail("nothing follows");
    const passed = timestampOf(after) - timestampOf(events[0] ?? after);
    assert.ok(passed >= 1_440 && passed < 8_000, `${passed} samples passed`);
    const [side] = (await fixture.relay.inspect("call-1"))?.sides ?? [];
    assert.equal(side?.telephoneEvents, 0, "alice has sent none");
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
  });

  it("given nothing sent before, when digits are sent, then they come one after the other, and speech goes on with them", async () => {
    const { aliceFacing } = await both.agree();
    for (const digit of ["1", "2"]) assert.equal(await fixture.relay.sendDigit("call-1", "callee", digit), true);
    both.speak(alice, aliceFacing, 1_000);
    await bob.nthHeard(25);
    assert.deepEqual(bob.heard.slice(0, 20).map(typeOf), Array(20).fill(101));
    assert.equal(typeOf(bob.heard[20] ?? assert.fail()), 0);
    assert.equal(new Set(bob.heard.map(({ packet }) => packet.readUInt32BE(8))).size, 1);
    assert.deepEqual(
      [bob.heard[0], bob.heard[10]].map((heard) => heard?.packet.readUInt8(12)),
      [1, 2],
    );
  });

  it("given a side that takes no events now, when one is asked for, then nothing is sent", async () => {
    const send = (tag = "callee"): Promise<boolean> => fixture.relay.sendDigit("call-1", tag, "1");
    await both.agree(alice.sdp(), bob.sdp({ codecs: "0" }));
    assert.equal(await send(), false);
    await both.agree(alice.sdp({ lines: ["a=recvonly"] }), bob.sdp({ lines: ["a=sendonly"] }));
    assert.equal(await send(), false);
    await both.agree();
    await fixture.relay.play("call-1", "callee", "silence");
    assert.equal(await send(), false);
    assert.equal(await send("caller"), true, "the other side is not played to");
    assert.ok(bob.heard.every((packet) => typeOf(packet) !== 101));
  });

  it("given no such side, a built-in one, or another digit under way, when one is asked for, then the code says so", async () => {
    await both.agree();
    await fixture.relay.answerByEndpoint({ ...key, callId: "echo" }, "echo", alice.sdp(), local);
    await assert.rejects(fixture.relay.sendDigit("nowhere", "caller", "1"), { code: "unknown-session" });
    await assert.rejects(fixture.relay.sendDigit("call-1", "nobody", "1"), { code: "unknown-session" });
    await assert.rejects(fixture.relay.sendDigit("echo", "callee", "1"), { code: "offer-refused" });
    await assert.rejects(fixture.relay.sendDigit("call-1", "caller", "x"), { code: "offer-refused" });
    assert.equal(await fixture.relay.sendDigit("echo", "caller", "1"), false);
    const first = fixture.relay.sendDigit("call-1", "callee", "1");
    await assert.rejects(fixture.relay.sendDigit("call-1", "callee", "2"), { code: "offer-refused" });
    assert.equal(await first, true);
  });

  it("given a digit under way, when the side is joined with another, then its end is sent, and speech of the other follows", async () => {
    const { bobFacing } = await both.agree();
    const sent = fixture.relay.sendDigit("call-1", "caller", "9");
    await alice.nthHeard(2);
    await fixture.relay.join("joined", { callId: "call-1", tag: "caller" }, { callId: "call-1", tag: "callee" });
    assert.equal(await sent, true);
    const joined = { ...key, callId: "joined" };
    await fixture.relay.offer(joined, alice.sdp(), local);
    await fixture.relay.answer(joined, bob.sdp(), local);
    const events = await ended(alice);
    assert.ok(events < 8, `${events} packets of it`);
    both.speak(bob, bobFacing, 600);
    await alice.nthHeard(events + 5);
    assert.deepEqual(alice.heard.slice(events, events + 5).map(typeOf), Array(5).fill(0));
    assert.equal(await fixture.relay.sendDigit("joined", "caller", "8"), true);
  });

  it("given sides that come from services, when they are joined, then digits are heard before anything is agreed on anew", async () => {
    for (const [callId, phone] of [
      ["one", alice],
      ["other", bob],
    ] as const) {
      await fixture.relay.offerByEndpoint({ ...key, callId, fromTag: "callee", toTag: "caller" }, "silence");
      await fixture.relay.answer({ callId, fromTag: "callee", toTag: "caller" }, phone.sdp(), local);
    }
    await fixture.relay.join("joined", { callId: "one", tag: "caller" }, { callId: "other", tag: "caller" });
    assert.equal(await fixture.relay.sendDigit("joined", "callee", "6"), true);
    assert.ok(bob.heard.some((packet) => typeOf(packet) === 101 && packet.packet.readUInt8(12) === 6));
    assert.ok(alice.heard.every((packet) => typeOf(packet) !== 101));
  });

  it("given a session that is put back after a restart, when a digit is sent, then it is heard; a release ends it", async () => {
    await both.agree();
    await fixture.restart();
    assert.equal(await fixture.relay.sendDigit("call-1", "callee", "0"), true);
    assert.equal(bob.heard.filter((packet) => typeOf(packet) === 101).length, 10);
    const cut = fixture.relay.sendDigit("call-1", "callee", "1");
    await bob.nthHeard(11);
    await fixture.relay.release("call-1");
    assert.equal(await cut, true);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
  });

  /** Waits for the end of an event. @returns how many packets have come up to it */
  async function ended(phone: RtpPhone): Promise<number> {
    for (let count = 1; count <= 20; count += 1) {
      const { packet } = await phone.nthHeard(count);
      if (packet.readUInt8(13) >= 0x80) return count;
    }
    return assert.fail("it has no end");
  }
});
