import assert from "node:assert/strict";
import { SystemClock } from "../../../src/common/index.ts";

describe("SystemClock", () => {
  it("given a timer, when it fires, then it ran once and is no longer counted", async () => {
    const clock = new SystemClock();
    const startMs = clock.nowMs();
    let runs = 0;
    await new Promise<void>((resolve) => {
      clock.after(5, () => {
        runs += 1;
        resolve();
      });
      assert.equal(clock.activeTimers, 1);
      keepAliveUntil(() => runs > 0);
    });
    assert.equal(clock.activeTimers, 0);
    assert.equal(runs, 1);
    assert.ok(clock.nowMs() - startMs >= 4);
    assert.ok(Math.abs(clock.wallMs() - Date.now()) < 1_000);
  });

  it("given a timer, when it is cancelled twice, then it never runs and is counted off once", async () => {
    const clock = new SystemClock();
    let ran = false;
    const timer = clock.after(1, () => (ran = true));
    const other = clock.after(60_000, () => undefined);
    timer.cancel();
    timer.cancel();
    assert.equal(clock.activeTimers, 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(ran, false);
    other.cancel();
    assert.equal(clock.activeTimers, 0);
  });

  it("given a delay above the 24.8 days that Node can count, when started, then it does not fire at once", async () => {
    const clock = new SystemClock();
    let ran = false;
    const timer = clock.after(2 ** 31 + 5, () => (ran = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(ran, false);
    assert.equal(clock.activeTimers, 1);
    timer.cancel();
  });
});

/** Timers of a SystemClock do not keep the process alive. */
function keepAliveUntil(done: () => boolean): void {
  const interval = setInterval(() => {
    if (done()) clearInterval(interval);
  }, 5);
}
