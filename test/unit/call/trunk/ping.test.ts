import assert from "node:assert/strict";
import {
  answerMs,
  FIRST_PING,
  firstPingDelayMs,
  nextPingDelayMs,
  stepPing,
  type Ping,
  type PingEvent,
} from "../../../../src/call/trunk/ping.ts";

const ANSWERED: PingEvent = { type: "answered" };
const MISSED: PingEvent = { type: "missed" };
const REFUSED: PingEvent = { type: "refused", reason: "503" };

function after(...events: readonly PingEvent[]): Ping {
  return events.reduce(stepPing, FIRST_PING);
}

describe("whether a trunk answers", () => {
  it("given one miss, when the next is answered, then the trunk was never down", () => {
    assert.equal(after(ANSWERED, MISSED).state, "up");
    assert.equal(after(ANSWERED, MISSED, ANSWERED, MISSED).state, "up");
    assert.equal(after(MISSED).state, "unknown");
  });

  it("given two misses, when they come one after the other, then it is down, until the first answer", () => {
    assert.deepEqual(after(ANSWERED, MISSED, MISSED), { state: "down", misses: 2, reason: "no-answer" });
    assert.equal(after(MISSED, MISSED, MISSED).state, "down");
    assert.deepEqual(after(MISSED, MISSED, ANSWERED), { state: "up", misses: 0, reason: undefined });
  });

  it("given a refusal, when it comes, then it is down at once, with the reason, also after misses", () => {
    assert.deepEqual(after(ANSWERED, REFUSED), { state: "down", misses: 0, reason: "503" });
    assert.equal(after(REFUSED, MISSED, MISSED).reason, "503");
  });

  it("given many trunks, when they begin, then their pings are spread over an interval, and stay apart", () => {
    assert.equal(firstPingDelayMs(30, 0), 0);
    assert.equal(firstPingDelayMs(30, 0.5), 15_000);
    assert.equal(nextPingDelayMs(after(ANSWERED), 30, 0), 27_000);
    assert.equal(nextPingDelayMs(after(ANSWERED), 30, 0.999_999), 33_000);
  });

  it("given a miss, when the next ping is due, then it comes sooner; of a trunk that is down it does not", () => {
    assert.equal(nextPingDelayMs(after(ANSWERED, MISSED), 30, 0.5), 5_000);
    assert.equal(nextPingDelayMs(after(ANSWERED, MISSED), 2, 0.5), 2_000);
    assert.equal(nextPingDelayMs(after(MISSED, MISSED), 30, 0.5), 30_000);
  });

  it("given any interval, when an answer is awaited, then from 1 to 10 s", () => {
    assert.deepEqual([1, 5, 3_600].map(answerMs), [1_000, 5_000, 10_000]);
  });
});
