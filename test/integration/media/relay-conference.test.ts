import assert from "node:assert/strict";
import type { G711Law } from "../../../src/media/rtp/g711.ts";
import type { RelayKey, RelayOptions } from "../../../src/media/index.ts";
import { rootMeanSquare, tonePower } from "../../support/goertzel.ts";
import { audioPortOf, RtpPhone } from "../../support/rtp-phone.ts";
import { heardAudio, sendTone } from "../../support/tone-phone.ts";
import { RelayFixture } from "./relay-fixture.ts";

const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };
const TONES_HZ = [500, 800, 1300] as const;

function keyOf(callId: string): RelayKey {
  return { callId, fromTag: "caller", toTag: "callee" };
}

describe("conferences", () => {
  let fixture: RelayFixture;
  const phones: RtpPhone[] = [];
  const stops: (() => void)[] = [];
  beforeEach(async () => {
    fixture = await RelayFixture.start();
    for (const host of [1, 2, 3]) phones.push(await RtpPhone.start(`127.62.0.${host}`));
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    for (const phone of phones.splice(0)) await phone.close();
    await fixture.close();
  });

  /** A party that sends its tone. */
  async function enter(index: number, law: G711Law = "PCMU", conference = "conference:room 1"): Promise<number> {
    const phone = phones[index];
    assert.ok(phone);
    const sdp = phone.sdp({ codecs: law === "PCMU" ? "0 101" : "8 101" });
    const answer = await fixture.relay.answerByEndpoint(
      keyOf(`party-${index}`),
      conference as `conference:${string}`,
      sdp,
      local,
    );
    const port = audioPortOf(answer);
    stops.push(sendTone(phone, port, TONES_HZ[index] ?? 0, law));
    return port;
  }

  /** The share of each tone in what a party hears from now on, once audio is on its way. */
  async function heard(index: number): Promise<number[]> {
    const phone = phones[index];
    assert.ok(phone);
    const from = phone.heard.length + 10;
    await phone.nthHeard(from + 25, 5000);
    const audio = heardAudio(phone.heard.slice(from, from + 25));
    return TONES_HZ.map((frequencyHz) => tonePower(audio, 8000, frequencyHz));
  }

  async function assertEachHearsOthers(): Promise<void> {
    for (const index of TONES_HZ.keys()) {
      const shares = await heard(index);
      shares.forEach((share, other) => {
        const text = `party ${index} hears ${shares.map((one) => one.toFixed(2)).join(", ")}`;
        // A packet that came late on a busy machine takes some of the power.
        if (other === index) assert.ok(share < 0.02, text);
        else assert.ok(share > 0.3 && share < 0.7, text);
      });
    }
  }

  it("given three parties with three tones in two laws, when they listen, then each hears the two others and not itself", async () => {
    await enter(0);
    await enter(1, "PCMA");
    await enter(2);
    await assertEachHearsOthers();
    assert.equal(fixture.metric("tandem_media_conferences"), 1);
    assert.equal(fixture.metric("tandem_media_conference_parties"), 3);
  });

  it("given a conference, when the relay is restarted, then it goes on untold", async () => {
    for (const index of TONES_HZ.keys()) await enter(index);
    await heard(0);
    await fixture.restart({ listens: false });
    await assertEachHearsOthers();
  });

  it("given two conferences, when their parties speak, then they are apart; when they end, then nothing is left", async () => {
    await enter(0);
    await enter(1);
    await enter(2, "PCMU", "conference:room 2");
    assert.ok(((await heard(0))[1] ?? 0) > 0.95);
    const alone = phones[2];
    assert.ok(alone);
    await alone.nthHeard(alone.heard.length + 5);
    assert.equal(rootMeanSquare(heardAudio(alone.heard.slice(-5))), 0);
    for (const index of TONES_HZ.keys()) await fixture.relay.release(`party-${index}`);
    assert.equal(fixture.metric("tandem_media_conferences"), 0);
    assert.equal(fixture.metric("tandem_media_playing_endpoints"), 0);
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
  });

  it("given a party that holds with music of its own, when the others listen, then they are spared it", async () => {
    await enter(0);
    await enter(1);
    await enter(2);
    const holder = phones[1];
    assert.ok(holder);
    const held = holder.sdp({ codecs: "0 101", lines: ["a=sendonly"] });
    await fixture.relay.answerByEndpoint(keyOf("party-1"), "conference:room 1", held, local);
    assert.ok(((await heard(0))[2] ?? 0) > 0.95);
    const before = holder.heard.length;
    await fixture.relay.answerByEndpoint(keyOf("party-1"), "conference:room 1", holder.sdp({ codecs: "0" }), local);
    await assertEachHearsOthers();
    const numbers = holder.heard.slice(before - 1).map(({ packet }) => packet.readUInt16BE(2));
    assert.ok(numbers.every((number, index) => number === (((numbers[0] ?? 0) + index) & 0xffff)));
  });

  it("given parties of a conference, when two are joined to a call and one comes back, then each hears what is right", async () => {
    const ports = [await enter(0), await enter(1), await enter(2)];
    await heard(0);
    const [alice, bob] = phones;
    assert.ok(alice && bob);
    await fixture.relay.join("aside", { callId: "party-0", tag: "caller" }, { callId: "party-1", tag: "caller" });
    assert.equal(fixture.metric("tandem_media_conference_parties"), 1);
    assert.equal(audioPortOf(await fixture.relay.offer(keyOf("aside"), alice.sdp({ codecs: "0" }), local)), ports[1]);
    await fixture.relay.answer(keyOf("aside"), bob.sdp({ codecs: "0" }), local);
    assert.ok(((await heard(0))[1] ?? 0) > 0.95);
    assert.equal(new Set(alice.heard.map(({ packet }) => packet.readUInt32BE(8))).size, 1);
    await fixture.relay.join("back", { callId: "aside", tag: "caller" });
    await fixture.relay.answerByEndpoint(keyOf("back"), "conference:room 1", alice.sdp({ codecs: "0" }), local);
    assert.ok(((await heard(0))[2] ?? 0) > 0.95);
    assert.ok(((await heard(2))[0] ?? 0) > 0.95);
    assert.equal(new Set(alice.heard.map(({ packet }) => packet.readUInt32BE(8))).size, 1);
  });

  it("given a full conference, when another comes, then the code says so and its session is as before", async () => {
    const [alice] = phones;
    assert.ok(alice);
    for (let index = 0; index < 32; index += 1) {
      const key = keyOf(`seat-${index}`);
      if (index % 2 === 0) await fixture.relay.answerByEndpoint(key, "conference:full", alice.sdp(), local);
      else await fixture.relay.offerByEndpoint({ ...key, fromTag: "callee", toTag: "caller" }, "conference:full");
    }
    const late = keyOf("late");
    await assert.rejects(fixture.relay.answerByEndpoint(late, "conference:full", alice.sdp(), local), {
      code: "conference-full",
    });
    await fixture.relay.answerByEndpoint(late, "tone", alice.sdp(), local);
    await assert.rejects(
      fixture.relay.offerByEndpoint({ ...late, fromTag: "callee", toTag: "caller" }, "conference:full"),
      {
        code: "conference-full",
      },
    );
    await fixture.relay.release("seat-1");
    await fixture.relay.answerByEndpoint(late, "conference:full", alice.sdp(), local);
    assert.equal(fixture.metric("tandem_media_conference_parties"), 32);
  });

  it("given a party with no G.711, when it would enter, then there is no codec in common and no place is taken", async () => {
    const [alice] = phones;
    assert.ok(alice);
    const sdp = alice.sdp({ codecs: "96", lines: ["a=rtpmap:96 opus/48000/2"] });
    await assert.rejects(fixture.relay.answerByEndpoint(keyOf("x"), "conference:x", sdp, local), {
      code: "no-common-codec",
    });
    assert.equal(fixture.metric("tandem_media_conferences"), 0);
  });
});
