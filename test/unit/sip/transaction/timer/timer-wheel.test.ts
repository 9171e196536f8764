import assert from "node:assert/strict";
import fc from "fast-check";
import { TimerWheel, type WheelEntry } from "../../../../../src/sip/transaction/timer/timer-wheel.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

function entry(onDue: () => void): WheelEntry {
  return { dueTick: 0, slot: undefined, onDue };
}

describe("TimerWheel", () => {
  let clock: ManualClock;
  let wheel: TimerWheel;
  beforeEach(() => {
    clock = new ManualClock();
    wheel = new TimerWheel(clock);
  });
  afterEach(() => {
    wheel.close();
  });

  it("given nothing that waits, when looked at, then no timer of the system runs", () => {
    assert.equal(clock.activeTimers, 0);
    const one = entry(() => undefined);
    wheel.add(one, 100);
    assert.equal(clock.activeTimers, 1);
    clock.advance(200);
    assert.equal(clock.activeTimers, 0);
  });
  it("given an entry, when its time comes, then it is due once, not early and at most a tick late", () => {
    const dueAt: number[] = [];
    clock.advance(13);
    wheel.add(
      entry(() => dueAt.push(clock.nowMs())),
      clock.nowMs() + 500,
    );
    clock.advance(10_000);
    assert.equal(dueAt.length, 1);
    assert.ok((dueAt[0] ?? 0) >= 513 && (dueAt[0] ?? 0) <= 538, String(dueAt[0]));
  });
  it("given an entry that is removed, when its time comes, then nothing happens", () => {
    const one = entry(() => assert.fail("due"));
    wheel.add(one, 100);
    wheel.remove(one);
    wheel.remove(one);
    assert.equal(wheel.size, 0);
    clock.advance(1_000);
  });
  it("given an entry that is added again, when time passes, then only the last time counts", () => {
    const dueAt: number[] = [];
    const one = entry(() => dueAt.push(clock.nowMs()));
    wheel.add(one, 100);
    wheel.add(one, 900);
    assert.equal(wheel.size, 1);
    clock.advance(2_000);
    assert.deepEqual(dueAt, [900]);
  });
  it("given an entry beyond one turn of the wheel, when time passes, then it is due in its own turn", () => {
    const dueAt: number[] = [];
    wheel.add(
      entry(() => dueAt.push(clock.nowMs())),
      130_000,
    );
    clock.advance(129_999);
    assert.deepEqual(dueAt, []);
    clock.advance(1);
    assert.deepEqual(dueAt, [130_000]);
  });
  it("given an entry that adds itself when due, when time passes, then it is due again and again", () => {
    let count = 0;
    const one = entry(() => {
      count += 1;
      if (count < 5) wheel.add(one, clock.nowMs() + 25);
    });
    wheel.add(one, 25);
    clock.advance(1_000);
    assert.equal(count, 5);
    assert.equal(wheel.size, 0);
  });
  it("given an entry that removes another of the same tick, when due, then the other is not", () => {
    const second = entry(() => assert.fail("due"));
    wheel.add(
      entry(() => wheel.remove(second)),
      100,
    );
    wheel.add(second, 100);
    clock.advance(200);
    assert.equal(wheel.size, 0);
  });
  it("given a process that slept, when it wakes, then all that became due is due at once", () => {
    let skippedMs = 0;
    const sleepy = new TimerWheel({
      nowMs: () => clock.nowMs() + skippedMs,
      wallMs: () => 0,
      after: (delayMs, run) => clock.after(delayMs, run),
    });
    const due: string[] = [];
    sleepy.add(
      entry(() => due.push("first")),
      100,
    );
    sleepy.add(
      entry(() => due.push("second")),
      90_000,
    );
    sleepy.add(
      entry(() => due.push("later")),
      400_000,
    );
    skippedMs = 300_000;
    clock.advance(25);
    assert.deepEqual(due.sort(), ["first", "second"]);
    clock.advance(100_025);
    assert.deepEqual(due, ["first", "second", "later"]);
    sleepy.close();
  });
  it("given a closed wheel, when entries are added or due, then nothing happens", () => {
    wheel.add(
      entry(() => assert.fail("due")),
      100,
    );
    wheel.close();
    wheel.close();
    const late = entry(() => assert.fail("due"));
    wheel.add(late, 100);
    wheel.remove(late);
    clock.advance(1_000);
    assert.deepEqual([wheel.size, clock.activeTimers], [0, 0]);
  });
  it("given any times and removals, when time passes, then exactly the others are due, each in its time", () => {
    const plan = fc.array(fc.record({ delayMs: fc.integer({ min: 1, max: 120_000 }), isRemoved: fc.boolean() }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        plan,
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 6, maxLength: 20 }),
        (items, moves) => {
          const time = new ManualClock();
          const tested = new TimerWheel(time);
          const due = new Map<number, number>();
          const entries = items.map(({ delayMs }, index) => {
            const one = entry(() => {
              assert.ok(!due.has(index), "due twice");
              due.set(index, time.nowMs());
            });
            tested.add(one, delayMs);
            return one;
          });
          items.forEach(({ isRemoved }, index) => {
            const one = entries[index];
            if (isRemoved && one !== undefined) tested.remove(one);
          });
          for (const move of moves) time.advance(move);
          items.forEach(({ delayMs, isRemoved }, index) => {
            const at = due.get(index);
            if (isRemoved || delayMs > time.nowMs()) assert.equal(at, undefined);
            else if (time.nowMs() >= delayMs + 25) assert.ok(at !== undefined && at >= delayMs && at <= delayMs + 25);
          });
          tested.close();
        },
      ),
      { numRuns: 50 },
    );
  });
});
