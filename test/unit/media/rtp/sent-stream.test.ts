import assert from "node:assert/strict";
import { sequenceOf, ssrcOf, timestampOf } from "../../../../src/media/rtp/rtp-header.ts";
import { SentStream } from "../../../../src/media/rtp/sent-stream.ts";
import { hasMarker, rtp, type RtpFields } from "./packets.ts";

const RATE_HZ = 8000;

/** What goes out for a packet: SSRC, sequence, timestamp, marker. */
function send(stream: SentStream, nowMs: number, fields: RtpFields, clockRateHz = RATE_HZ): unknown[] {
  const packet = rtp(fields);
  stream.adapt(packet, nowMs, clockRateHz);
  stream.note(packet, nowMs, clockRateHz);
  return [ssrcOf(packet), sequenceOf(packet), timestampOf(packet), hasMarker(packet)];
}

describe("SentStream", () => {
  it("given one source, when its packets are sent, then they stay as they are, also when another joins", () => {
    const stream = new SentStream();
    assert.equal(stream.ssrc, -1);
    assert.deepEqual(send(stream, 0, { ssrc: 5, sequence: 9, timestamp: 70 }), [5, 9, 70, false]);
    assert.deepEqual(send(stream, 20, { ssrc: 6, sequence: 1, timestamp: 7 }), [6, 1, 7, false]);
  });

  it("given a switch, when another source sends, then it goes on with the stream as the clock did, first with a marker", () => {
    const stream = new SentStream();
    send(stream, 0, { ssrc: 5, sequence: 65_535, timestamp: 2 ** 32 - 100 });
    stream.switchSource();
    assert.deepEqual(send(stream, 100, { ssrc: 6, sequence: 500, timestamp: 123 }), [5, 0, 700, true]);
    assert.deepEqual(send(stream, 120, { ssrc: 6, sequence: 501, timestamp: 283 }), [5, 1, 860, false]);
    assert.deepEqual(send(stream, 121, { ssrc: 77, sequence: 3, timestamp: 4 }), [77, 3, 4, false]);
  });

  it("given the source of before, when it comes back after a switch, then it goes on, too", () => {
    const stream = new SentStream();
    send(stream, 0, { ssrc: 5, sequence: 10, timestamp: 1600 });
    assert.deepEqual(stream.next(20, RATE_HZ), { ssrc: 5, sequence: 11, timestamp: 1760 });
    send(stream, 20, { ssrc: 5, sequence: 11, timestamp: 1760 });
    stream.switchSource();
    assert.deepEqual(send(stream, 40, { ssrc: 5, sequence: 90, timestamp: 9000 }), [5, 12, 1920, true]);
  });

  it("given packets out of order, when a switch follows, then it goes on after the highest", () => {
    const stream = new SentStream();
    send(stream, 0, { ssrc: 5, sequence: 11, timestamp: 1760 });
    send(stream, 1, { ssrc: 5, sequence: 10, timestamp: 1600 });
    assert.equal(stream.next(1, RATE_HZ)?.sequence, 12);
    assert.equal(stream.next(1, RATE_HZ)?.timestamp, 1920);
  });

  it("given nothing sent, or another clock rate, when switched, then the source is a stream of its own", () => {
    const stream = new SentStream();
    stream.switchSource();
    assert.equal(stream.next(0, RATE_HZ), undefined);
    assert.deepEqual(send(stream, 0, { ssrc: 5, sequence: 9, timestamp: 70 }, 48_000), [5, 9, 70, false]);
    stream.switchSource();
    assert.equal(stream.next(20, RATE_HZ), undefined);
    assert.deepEqual(send(stream, 20, { ssrc: 6, sequence: 1, timestamp: 7 }), [6, 1, 7, false]);
  });

  it("given packets of an event, which keep their timestamp, when it is over, then the stream goes on behind it", () => {
    const stream = new SentStream();
    send(stream, 0, { ssrc: 5, sequence: 1, timestamp: 1000 });
    for (const sequence of [2, 3, 4])
      send(stream, 20 * sequence, { ssrc: 5, sequence, timestamp: 1160, payloadType: 101 });
    stream.advance(320);
    stream.switchSource();
    assert.deepEqual(send(stream, 100, { ssrc: 6, sequence: 70, timestamp: 9 }), [5, 5, 1640, true]);
  });
});
