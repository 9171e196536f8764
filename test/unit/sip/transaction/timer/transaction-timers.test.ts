import assert from "node:assert/strict";
import { TimerWheel } from "../../../../../src/sip/transaction/timer/timer-wheel.ts";
import { TransactionTimers } from "../../../../../src/sip/transaction/timer/transaction-timers.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

describe("TransactionTimers", () => {
  let clock: ManualClock;
  let wheel: TimerWheel;
  let fired: string[];
  let timers: TransactionTimers<string>;
  beforeEach(() => {
    clock = new ManualClock();
    wheel = new TimerWheel(clock);
    fired = [];
    timers = new TransactionTimers(wheel, (timer) => fired.push(`${timer}@${clock.nowMs()}`));
  });

  it("given a retransmission timer and a deadline, when time passes, then each fires in its time on one entry", () => {
    timers.start("a", 500);
    timers.start("b", 1_000);
    assert.equal(wheel.size, 1);
    clock.advance(2_000);
    assert.deepEqual(fired, ["a@500", "b@1000"]);
    assert.equal(wheel.size, 0);
  });
  it("given a timer of each kind started again, when time passes, then only the later ones fire", () => {
    timers.start("e", 500);
    timers.start("e", 800);
    timers.start("f", 900);
    timers.start("k", 1_000);
    clock.advance(5_000);
    assert.deepEqual(fired, ["e@800", "k@1000"]);
  });
  it("given a delay of zero, when started, then it fires within the call", () => {
    timers.start("d", 0);
    assert.deepEqual(fired, ["d@0"]);
    assert.equal(wheel.size, 0);
  });
  it("given both due in the same tick, when the deadline ends it, then the retransmission does not fire", () => {
    const ended: string[] = [];
    const both: TransactionTimers<string> = new TransactionTimers(wheel, (timer) => {
      ended.push(timer);
      both.stop();
    });
    both.start("a", 1_000);
    both.start("b", 1_000);
    clock.advance(5_000);
    assert.deepEqual(ended, ["b"]);
    assert.equal(wheel.size, 0);
  });
  it("given running timers, when stopped, then none fires", () => {
    timers.start("g", 500);
    timers.start("h", 500);
    timers.stop();
    timers.stop();
    clock.advance(5_000);
    assert.deepEqual(fired, []);
  });
  it("given stopped timers, when one is started again, then the other does not come back", () => {
    timers.start("g", 500);
    timers.start("h", 600);
    timers.stop();
    timers.start("g", 1_000);
    clock.advance(5_000);
    timers.start("h", 500);
    timers.stop();
    timers.start("i", 500);
    clock.advance(5_000);
    assert.deepEqual(fired, ["g@1000", "i@5500"]);
  });
});
