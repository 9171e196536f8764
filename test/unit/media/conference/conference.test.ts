import assert from "node:assert/strict";
import { ConferenceHall, type ConferenceSeat } from "../../../../src/media/conference/conference-hall.ts";
import type { ConferenceParty } from "../../../../src/media/conference/conference-party.ts";
import { PromptTicker } from "../../../../src/media/prompt/prompt-ticker.ts";
import { encodeALaw, encodeMuLaw } from "../../../../src/media/rtp/g711.ts";
import { payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "../../../../src/media/rtp/rtp-header.ts";
import { aLawSample, muLawSample } from "../../../support/g711.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { rtp } from "../rtp/packets.ts";

const PCMU = { payloadType: 0, law: "PCMU", isHeard: true, hears: true } as const;
const PCMA = { payloadType: 8, law: "PCMA", isHeard: true, hears: true } as const;

class Member {
  readonly heard: Buffer[] = [];
  readonly seat: ConferenceSeat;
  party: ConferenceParty;
  #sequence = 0;

  constructor(hall: ConferenceHall, audio: typeof PCMU | typeof PCMA = PCMU, conference = "room") {
    this.seat = hall.enter(conference);
    const sink = { send: (packet: Buffer) => void this.heard.push(Buffer.from(packet)) };
    this.party = this.seat.sit(audio, sink, () => ({ ssrc: 7, sequence: 1, timestamp: 0 }));
  }

  /** Sends packets of one sample value, in the codec agreed. */
  say(sample: number, packets: number): void {
    const { payloadType } = this.party.audio;
    const octet = payloadType === 0 ? encodeMuLaw(sample) : encodeALaw(sample);
    for (let count = 0; count < packets; count += 1) {
      this.#sequence += 1;
      const packet = rtp({ payloadType, sequence: this.#sequence, timestamp: 160 * this.#sequence });
      packet.fill(octet, 12);
      this.party.send(packet);
    }
  }

  /** The first sample of the last packet. */
  get last(): number {
    const packet = this.heard.at(-1);
    assert.ok(packet);
    const octet = packet[12] ?? 0;
    return payloadTypeOf(packet) === 0 ? muLawSample(octet) : aLawSample(octet);
  }
}

function setUp() {
  const clock = new ManualClock();
  const ticker = new PromptTicker(clock);
  return { clock, ticker, hall: new ConferenceHall(ticker) };
}

const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= Math.abs(expected) / 16 + 8, `${value} is not about ${expected}`);

describe("a conference", () => {
  it("given three who speak, when mixed, then each hears the sum of the others, in its own law", () => {
    const { clock, hall } = setUp();
    const [one, two, three] = [new Member(hall), new Member(hall, PCMA), new Member(hall)];
    one.say(1000, 4);
    two.say(-300, 4);
    three.say(5000, 4);
    clock.advance(80);
    near(one.last, 4700);
    near(two.last, 6000);
    near(three.last, 700);
  });

  it("given more than a sample can hold, when mixed, then it is clipped and does not turn over", () => {
    const { clock, hall } = setUp();
    const members = Array.from({ length: 4 }, () => new Member(hall));
    members.slice(1).forEach((member) => member.say(-30_000, 4));
    clock.advance(80);
    assert.ok((members[0]?.last ?? 0) < -32_000);
    near(members[1]?.last ?? 0, -32_124);
  });

  it("given a party alone, when it listens, then it gets silence every 20 ms in one stream", () => {
    const { clock, hall } = setUp();
    const one = new Member(hall);
    one.say(9000, 4);
    clock.advance(200);
    assert.equal(one.heard.length, 10);
    assert.ok(one.heard.every((packet) => packet.subarray(12).every((octet) => octet === 0xff)));
    assert.deepEqual(
      one.heard.map((packet, index) => [ssrcOf(packet), sequenceOf(packet) - index, timestampOf(packet) - 160 * index]),
      one.heard.map(() => [7, 1, 0]),
    );
  });

  it("given packets of another payload type or source, when they come, then events are left out and a new source is heard", () => {
    const { clock, hall } = setUp();
    const [one, two] = [new Member(hall), new Member(hall)];
    const event = rtp({ payloadType: 101, timestamp: 160, payloadBytes: 4 });
    two.party.send(event);
    clock.advance(80);
    assert.equal(one.last, 0);
    two.say(2000, 2);
    const other = rtp({ ssrc: 99, timestamp: 3_000_000_000 });
    other.fill(encodeMuLaw(4000), 12);
    two.party.send(other);
    clock.advance(60);
    near(one.last, 4000);
  });

  it("given headers with sources, an extension and padding, when mixed, then the payload alone is heard", () => {
    const { clock, hall } = setUp();
    const [one, two] = [new Member(hall), new Member(hall)];
    const payload = Buffer.alloc(160, encodeMuLaw(3000));
    const header = rtp({ timestamp: 160, payloadBytes: 0 });
    header[0] = 0x80 | 0x20 | 0x10 | 2;
    const extension = Buffer.from("beef000100000000", "hex");
    two.party.send(Buffer.concat([header, Buffer.alloc(8), extension, payload, Buffer.from([0, 0, 0, 4])]));
    clock.advance(60);
    const [packet] = one.heard.slice(-1);
    assert.ok(packet?.subarray(12).every((octet) => muLawSample(octet) === muLawSample(encodeMuLaw(3000))));
    clock.advance(20);
    assert.equal(one.last, 0);
    const torn = rtp({ timestamp: 320, payloadBytes: 1 });
    torn[0] = 0x9f;
    two.party.send(torn);
    torn[0] = 0xa0;
    torn[12] = 255;
    two.party.send(torn);
    clock.advance(60);
    assert.equal(one.last, 0);
  });

  it("given a party that is not heard or does not hear, when mixed, then that is so, and its time goes on", () => {
    const { clock, hall } = setUp();
    const [one, two] = [new Member(hall), new Member(hall)];
    two.party = two.seat.sit({ ...PCMU, isHeard: false, hears: false }, { send: () => undefined }, () => {
      throw new Error("the stream goes on");
    });
    two.say(2000, 4);
    clock.advance(80);
    assert.equal(one.last, 0);
    assert.equal(two.heard.length, 0);
    two.party.audio = PCMU;
    clock.advance(20);
    assert.equal(timestampOf(two.heard[0] ?? Buffer.alloc(12)), 4 * 160);
  });

  it("given a stall of the process, when it is over, then time has passed for all", () => {
    const { clock, hall, ticker } = setUp();
    const one = new Member(hall);
    clock.advance(20);
    one.party.skipFrames(10);
    clock.advance(20);
    assert.deepEqual(one.heard.map(timestampOf), [0, 11 * 160]);
    assert.equal(ticker.playerCount, 1);
  });
});

describe("ConferenceHall", () => {
  it("given a conference, when its places are taken, then the next is refused until one leaves", () => {
    const { hall } = setUp();
    const seats = Array.from({ length: 32 }, () => hall.enter("room"));
    assert.throws(() => hall.enter("room"), { code: "conference-full" });
    hall.enter("other").leave();
    seats[0]?.leave();
    seats[0]?.leave();
    assert.equal(hall.seatCount, 31);
    hall.enter("room");
    assert.throws(() => hall.enter("room"), { code: "conference-full" });
  });

  it("given conferences, when all have left, then nothing is left and no timer runs", () => {
    const { hall, clock } = setUp();
    const [one, two, other] = [new Member(hall), new Member(hall), new Member(hall, PCMU, "other")];
    assert.deepEqual([hall.conferenceCount, hall.seatCount], [2, 3]);
    one.seat.leave();
    one.say(1000, 3);
    clock.advance(60);
    assert.equal(one.heard.length, 0);
    two.seat.stand();
    other.seat.leave();
    assert.deepEqual([hall.conferenceCount, hall.seatCount, clock.activeTimers], [1, 1, 0]);
    two.seat.leave();
    assert.deepEqual([hall.conferenceCount, hall.seatCount], [0, 0]);
  });

  it("given a party with another codec, when it sits again, then it is one party in that codec", () => {
    const { hall, clock } = setUp();
    const one = new Member(hall);
    const heard: Buffer[] = [];
    one.seat.sit(PCMA, { send: (packet) => void heard.push(Buffer.from(packet)) }, () => ({
      ssrc: 7,
      sequence: 9,
      timestamp: 0,
    }));
    clock.advance(20);
    assert.equal(one.heard.length, 0);
    assert.deepEqual(heard.map(payloadTypeOf), [8]);
  });
});
