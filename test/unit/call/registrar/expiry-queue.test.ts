import assert from "node:assert/strict";
import fc from "fast-check";
import { ExpiryQueue } from "../../../../src/call/registrar/expiry-queue.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("ExpiryQueue", () => {
  let clock: ManualClock;
  let due: [item: string, atMs: number][];
  let queue: ExpiryQueue<string>;

  beforeEach(() => {
    clock = new ManualClock();
    due = [];
    queue = new ExpiryQueue(clock, (items) =>
      due.push(...items.map((item): [string, number] => [item, clock.nowMs()])),
    );
  });

  it("given an item, when its deadline comes, then it is due within a second and once", () => {
    clock.advance(250);
    queue.add("a", 2_250);
    clock.advance(1_999);
    assert.deepEqual(due, []);
    clock.advance(10_000);
    assert.deepEqual(due, [["a", 3_000]]);
  });

  it("given many items, when timers are counted, then there is one, and none when all are gone", () => {
    for (let index = 1; index <= 1_000; index += 1) queue.add(`i${index}`, index * 10);
    assert.equal(clock.activeTimers, 1);
    clock.advance(10_000);
    assert.equal(due.length, 1_000);
    assert.equal(clock.activeTimers, 0);
  });

  it("given an item that is removed, when its deadline comes, then it is not due", () => {
    queue.add("a", 5_000);
    queue.add("b", 5_000);
    queue.remove("a", 5_000);
    clock.advance(5_000);
    assert.deepEqual(due, [["b", 5_000]]);
  });

  it("given the last item, when it is removed, then no timer runs, and the next item starts one", () => {
    queue.add("a", 5_000);
    queue.remove("a", 5_000);
    assert.equal(clock.activeTimers, 0);
    clock.advance(60_000);
    queue.add("b", 61_000);
    clock.advance(1_000);
    assert.deepEqual(due, [["b", 61_000]]);
  });

  it("given what is not queued, when it is removed, then nothing happens", () => {
    queue.add("a", 5_000);
    queue.remove("b", 5_000);
    queue.remove("a", 9_000);
    clock.advance(5_000);
    assert.deepEqual(due, [["a", 5_000]]);
  });

  it("given a deadline that is past, when the next tick comes, then it is due", () => {
    queue.add("later", 9_000);
    clock.advance(4_500);
    queue.add("late", 1_000);
    clock.advance(1_000);
    assert.deepEqual(due, [["late", 5_000]]);
  });

  it("given a listener that adds items, when they come due, then it is told of them too", () => {
    queue = new ExpiryQueue(clock, ([item = ""]) => {
      due.push([item, clock.nowMs()]);
      if (due.length < 3) queue.add(`${item}+`, clock.nowMs() + 1_500);
    });
    queue.add("a", 1_000);
    clock.advance(10_000);
    assert.deepEqual(due, [
      ["a", 1_000],
      ["a+", 3_000],
      ["a++", 5_000],
    ]);
  });

  it("given a closed queue, when time goes on, then nothing is due, and closing again does nothing", () => {
    queue.add("a", 1_000);
    queue.close();
    queue.close();
    clock.advance(5_000);
    assert.deepEqual(due, []);
    assert.equal(clock.activeTimers, 0);
  });

  it("given any items and pauses, when all time is over, then each was due less than a second after its deadline", () => {
    const steps = fc.array(fc.record({ delayMs: fc.nat(20_000), pauseMs: fc.nat(3_000) }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (list) => {
        clock = new ManualClock();
        const lateness: number[] = [];
        const deadlines = new ExpiryQueue<{ atMs: number }>(clock, (items) => {
          for (const { atMs } of items) lateness.push(clock.nowMs() - atMs);
        });
        for (const { delayMs, pauseMs } of list) {
          const item = { atMs: clock.nowMs() + delayMs + 1 };
          deadlines.add(item, item.atMs);
          clock.advance(pauseMs);
        }
        clock.advance(30_000);
        assert.equal(lateness.length, list.length);
        assert.ok(lateness.every((lateMs) => lateMs >= 0 && lateMs < 1_000));
        assert.equal(clock.activeTimers, 0);
      }),
    );
  });
});
