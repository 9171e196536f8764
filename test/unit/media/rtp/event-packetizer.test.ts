import assert from "node:assert/strict";
import { EventPacketizer } from "../../../../src/media/rtp/event-packetizer.ts";
import { eventOf, payloadTypeOf, sequenceOf, ssrcOf, timestampOf } from "../../../../src/media/rtp/rtp-header.ts";
import { digitOfEvent, eventOfDigit } from "../../../../src/media/rtp/telephone-digit.ts";
import { hasMarker } from "./packets.ts";

describe("EventPacketizer", () => {
  it("given an event, when its packets are made, then they have one timestamp, a marker first, and the duration so far", () => {
    const packets = new EventPacketizer({ ssrc: 7, sequence: 65_535, timestamp: 4_294_967_290 }, 101, 11);
    const made = [
      [160, false],
      [320, true],
      [70_000, true],
    ] as const;
    assert.deepEqual(
      made.map(([duration, isOver]) => {
        const packet = packets.next(duration, isOver);
        const header = [payloadTypeOf(packet), sequenceOf(packet), timestampOf(packet), ssrcOf(packet)];
        return [...header, hasMarker(packet), eventOf(packet), packet.readUInt8(13), packet.readUInt16BE(14)];
      }),
      [
        [101, 65_535, 4_294_967_290, 7, true, 11, 0x0a, 160],
        [101, 0, 4_294_967_290, 7, false, 11, 0x8a, 320],
        [101, 1, 4_294_967_290, 7, false, 11, 0x8a, 65_535],
      ],
    );
  });
});

describe("digits as events", () => {
  it("given every key, when it is made an event, then that is the key again; nothing else is one", () => {
    for (const [event, digit] of [..."0123456789*#ABCD"].entries()) {
      assert.deepEqual([eventOfDigit(digit), digitOfEvent(event)], [event, digit]);
    }
    assert.deepEqual(
      [eventOfDigit("E"), eventOfDigit(""), eventOfDigit("12"), digitOfEvent(16)],
      Array(4).fill(undefined),
    );
  });
});
