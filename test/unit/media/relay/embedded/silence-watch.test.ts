import assert from "node:assert/strict";
import {
  SilenceWatch,
  type Silence,
  type WatchedSession,
} from "../../../../../src/media/relay/embedded/silence-watch.ts";
import type { Direction } from "../../../../../src/media/sdp/direction.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

interface FakeSession extends WatchedSession {
  negotiatedAtMs: number;
  readonly sides: readonly [{ tag: string; lastHeardMs: number }, { tag: string; lastHeardMs: number }];
  readonly streams: { directions: [Direction, Direction] }[];
}

function newSession(directions: [Direction, Direction] = ["sendrecv", "sendrecv"]): FakeSession {
  return {
    callId: "c",
    negotiatedAtMs: 0,
    sides: [
      { tag: "a", lastHeardMs: 0 },
      { tag: "b", lastHeardMs: 0 },
    ],
    streams: [{ directions }],
    farSide: undefined,
  };
}

function watch(sessions: Set<WatchedSession>) {
  const clock = new ManualClock();
  const told: Silence[] = [];
  const silenceWatch = new SilenceWatch({
    clock,
    timeoutMs: 10_000,
    sessions: () => sessions,
    onSilence: (silence) => told.push(silence),
  });
  silenceWatch.start();
  return { clock, told, silenceWatch };
}

describe("SilenceWatch", () => {
  it("given a call in which nobody sends, when time passes, then it is told again each time-out", () => {
    const { clock, told } = watch(new Set([newSession()]));
    clock.advance(9000);
    assert.deepEqual(told, []);
    clock.advance(1000);
    assert.deepEqual(told, [{ callId: "c", silentMs: 10_000, silentTags: ["a", "b"] }]);
    clock.advance(20_000);
    assert.deepEqual(
      told.map(({ silentMs }) => silentMs),
      [10_000, 20_000, 30_000],
    );
  });

  it("given one side that sends, when the other is silent, then nothing is told until the first falls silent too", () => {
    const session = newSession();
    const { clock, told } = watch(new Set([session]));
    for (let second = 0; second < 60; second += 1) {
      session.sides[0].lastHeardMs = clock.nowMs();
      clock.advance(1000);
    }
    assert.deepEqual(told, []);
    clock.advance(8000);
    assert.deepEqual(told, []);
    clock.advance(1000);
    assert.deepEqual(told, [{ callId: "c", silentMs: 10_000, silentTags: ["a", "b"] }]);
  });

  it("given a hold of any kind, or a call that is not answered, when time passes, then nothing is told", () => {
    const held: readonly [Direction, Direction][] = [
      ["sendonly", "recvonly"],
      ["recvonly", "sendonly"],
      ["inactive", "inactive"],
      ["sendrecv", "recvonly"],
    ];
    const { clock, told } = watch(new Set(held.map((directions) => newSession([...directions]))));
    clock.advance(100_000);
    assert.deepEqual(told, []);
  });

  it("given a call off hold, when it was silent long before, then the time counts from the answer", () => {
    const session = newSession();
    const { clock, told } = watch(new Set([session]));
    session.streams[0]?.directions.fill("inactive");
    clock.advance(60_000);
    session.streams[0]?.directions.fill("sendrecv");
    session.negotiatedAtMs = clock.nowMs();
    clock.advance(9000);
    assert.equal(told.length, 0);
    clock.advance(1000);
    assert.equal(told.length, 1);
  });

  it("given a built-in far end, when it is not heard, then only the phone counts", () => {
    const session = { ...newSession(), farSide: { index: 1 as const } };
    const { clock, told } = watch(new Set([session]));
    clock.advance(10_000);
    assert.deepEqual(told[0]?.silentTags, ["a"]);
  });

  it("given no session, or none any more, when time passes, then no timer is left", () => {
    const sessions = new Set<WatchedSession>([newSession()]);
    const { clock, silenceWatch } = watch(sessions);
    clock.advance(1000);
    assert.equal(clock.activeTimers, 1);
    sessions.clear();
    clock.advance(1000);
    assert.equal(clock.activeTimers, 0);
    silenceWatch.start();
    silenceWatch.start();
    assert.equal(clock.activeTimers, 1);
    silenceWatch.close();
    silenceWatch.close();
    assert.equal(clock.activeTimers, 0);
  });
});
