import assert from "node:assert/strict";
import {
  nextDueMs,
  startClock,
  stepClock,
  type ClockEffect,
  type SessionClock,
} from "../../../../src/cti/session/session-clock.ts";

const TIMES = { heartbeatMs: 10_000, leaseMs: 30_000 };

/** Time goes on, and what is due on the way happens then. */
function wait(clock: SessionClock, untilMs: number): { clock: SessionClock; told: [number, ClockEffect][] } {
  const told: [number, ClockEffect][] = [];
  for (let now = clock; ;) {
    const dueMs = nextDueMs(now);
    if (dueMs === undefined || dueMs > untilMs) return { clock: now, told };
    const step = stepClock(now, { type: "due", nowMs: dueMs, lateMs: 0 });
    now = step.clock;
    told.push(...step.effects.map((effect): [number, ClockEffect] => [dueMs, effect]));
  }
}

describe("stepClock", () => {
  const connected = startClock({ ...TIMES, isAttached: true }, 0);

  it("given a silent application, when time goes on, then it has failed after two intervals and is closed with its lease", () => {
    const { clock, told } = wait(connected, 60_000);
    assert.deepEqual(told, [
      [20_000, "failed"],
      [30_000, "lease-over"],
    ]);
    assert.equal(clock.phase, "closed");
  });

  it("given any frame, when heard, then the time begins anew", () => {
    const heard = stepClock(wait(connected, 15_000).clock, { type: "heard", nowMs: 15_000 });
    assert.equal(heard.clock.phase, "connected");
    assert.deepEqual(wait(heard.clock, 34_999).told, []);
    assert.deepEqual(wait(heard.clock, 35_000).told, [[35_000, "failed"]]);
  });

  it("given a lost connection, when nothing else happens, then the times are what they were", () => {
    const { clock } = stepClock(connected, { type: "detached" });
    assert.equal(clock.phase, "silent");
    assert.deepEqual(wait(clock, 60_000).told, wait(connected, 60_000).told);
  });

  it("given one that has failed, when it is heard on its old connection, then nothing changes, and a resume brings it back", () => {
    const failed = wait(connected, 20_000).clock;
    assert.equal(failed.phase, "failed");
    assert.equal(stepClock(failed, { type: "heard", nowMs: 21_000 }).clock, failed);
    const resumed = stepClock(failed, { type: "attached", nowMs: 22_000, ...TIMES });
    assert.deepEqual(resumed.effects, ["resumed-after-failure"]);
    assert.equal(resumed.clock.phase, "connected");
    assert.deepEqual(wait(resumed.clock, 42_000).told, [[42_000, "failed"]]);
  });

  it("given a lease shorter than two intervals, when it begins, then it lasts two intervals", () => {
    const clock = startClock({ heartbeatMs: 10_000, leaseMs: 1_000, isAttached: true }, 0);
    assert.equal(clock.leaseMs, 20_000);
  });

  it("given we have been asleep, when it would have failed, then it has one more interval to be heard", () => {
    const silent = wait(connected, 10_000).clock;
    const late = stepClock(silent, { type: "due", nowMs: 50_000, lateMs: 30_000 });
    assert.deepEqual(late.effects, []);
    assert.equal(nextDueMs(late.clock), 60_000);
    assert.deepEqual(wait(late.clock, 60_000).told, [[60_000, "failed"]]);
  });

  it("given a restart of ours, when a session goes on, then it has two intervals from then, unless it had failed", () => {
    const restored = startClock({ ...TIMES, isAttached: false }, 5_000);
    assert.equal(restored.phase, "silent");
    assert.deepEqual(wait(restored, 60_000).told, [
      [25_000, "failed"],
      [35_000, "lease-over"],
    ]);
    const failed = startClock({ ...TIMES, isAttached: false }, 5_000, true);
    assert.deepEqual(wait(failed, 60_000).told, [[35_000, "lease-over"]]);
  });

  it("given a closed session, when anything happens, then it stays closed", () => {
    const { clock } = stepClock(connected, { type: "close" });
    assert.equal(stepClock(clock, { type: "attached", nowMs: 1, ...TIMES }).clock, clock);
    assert.equal(nextDueMs(clock), undefined);
  });
});
