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

  describe("of an application that has asked for a standby to take its place", () => {
    const asking = startClock({ ...TIMES, standbyAfterMs: 500, isAttached: true }, 0);
    const lost = stepClock(asking, { type: "detached", lostMs: 4_000 }).clock;

    it("given a lost connection, when it does not come back in time, then it is absent, and fails as it would have", () => {
      assert.equal(lost.phase, "silent");
      assert.deepEqual(wait(lost, 4_499).told, []);
      assert.equal(wait(lost, 4_500).clock.phase, "absent");
      assert.deepEqual(wait(lost, 60_000).told, [
        [4_500, "absent"],
        [20_000, "failed"],
        [30_000, "lease-over"],
      ]);
    });

    it("given a lost connection, when it comes back in time, then nothing has happened", () => {
      const back = stepClock(wait(lost, 4_400).clock, {
        type: "attached",
        nowMs: 4_400,
        ...TIMES,
        standbyAfterMs: 500,
      });
      assert.deepEqual([back.clock.phase, back.effects], ["connected", []]);
      assert.deepEqual(wait(back.clock, 24_400).told, [[24_400, "failed"]]);
    });

    it("given one that is absent, when it comes back, then it is there, and may be lost again", () => {
      const { clock } = stepClock(wait(lost, 5_000).clock, {
        type: "attached",
        nowMs: 5_000,
        ...TIMES,
        standbyAfterMs: 0,
      });
      assert.equal(clock.phase, "connected");
      assert.deepEqual(wait(stepClock(clock, { type: "detached", lostMs: 6_000 }).clock, 6_000).told, [
        [6_000, "absent"],
      ]);
    });

    it("given an interval of silence, when the connection is lost after it, then it is absent in its time, unless it fails before", () => {
      const silent = wait(asking, 12_000).clock;
      assert.deepEqual(wait(stepClock(silent, { type: "detached", lostMs: 12_000 }).clock, 13_000).told, [
        [12_500, "absent"],
      ]);
      const late = wait(asking, 19_500).clock;
      assert.deepEqual(wait(stepClock(late, { type: "detached", lostMs: 19_500 }).clock, 20_000).told, [
        [20_000, "failed"],
      ]);
    });

    it("given a connection that we have ended, or one that is silent, when time goes on, then the times are the usual ones", () => {
      const usual = wait(startClock({ ...TIMES, isAttached: true }, 0), 60_000).told;
      assert.deepEqual(wait(stepClock(asking, { type: "detached" }).clock, 60_000).told, usual);
      assert.deepEqual(wait(asking, 60_000).told, usual);
    });

    it("given we have been asleep, when it would be absent, then it has its time anew, and an interval to be heard", () => {
      const { clock, effects } = stepClock(lost, { type: "due", nowMs: 50_000, lateMs: 45_500 });
      assert.deepEqual(effects, []);
      assert.deepEqual(wait(clock, 60_000).told, [
        [50_500, "absent"],
        [60_000, "failed"],
      ]);
    });

    it("given a restart of ours, when the connection was lost before it, then the time goes on, but for an interval at least", () => {
      const restored = (standbyAfterMs: number, lostAgoMs: number | undefined): [number, ClockEffect][] => {
        const lostBefore = lostAgoMs === undefined ? {} : { lostAgoMs };
        return wait(startClock({ ...TIMES, standbyAfterMs, isAttached: false }, 5_000, lostBefore), 25_000).told;
      };
      assert.deepEqual(restored(500, 300)[0], [5_500, "absent"]);
      assert.deepEqual(restored(18_000, 3_000)[0], [20_000, "absent"]);
      assert.deepEqual(restored(18_000, 17_000)[0], [15_000, "absent"]);
      assert.deepEqual(restored(500, -7_000)[0], [5_500, "absent"]);
      assert.deepEqual(restored(500, undefined), [[25_000, "failed"]]);
    });
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
    const failed = startClock({ ...TIMES, isAttached: false }, 5_000, { hasFailed: true });
    assert.deepEqual(wait(failed, 60_000).told, [[35_000, "lease-over"]]);
  });

  it("given a closed session, when anything happens, then it stays closed", () => {
    const { clock } = stepClock(connected, { type: "close" });
    assert.equal(stepClock(clock, { type: "attached", nowMs: 1, ...TIMES }).clock, clock);
    assert.equal(nextDueMs(clock), undefined);
  });
});
