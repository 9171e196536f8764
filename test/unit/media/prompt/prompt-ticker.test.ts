import assert from "node:assert/strict";
import { PromptTicker } from "../../../../src/media/prompt/prompt-ticker.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

class CountingPlayer {
  played = 0;
  skipped = 0;

  playFrame(): void {
    this.played += 1;
  }

  skipFrames(count: number): void {
    this.skipped += count;
  }
}

/** A clock whose timers fire late, as a busy process's do. */
class LateClock extends ManualClock {
  lateMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.lateMs;
  }
}

describe("PromptTicker", () => {
  it("given two players, when a second passes, then each has played 50 frames", () => {
    const clock = new ManualClock();
    const ticker = new PromptTicker(clock);
    const players = [new CountingPlayer(), new CountingPlayer()];
    for (const player of players) ticker.add(player);
    clock.advance(1000);
    assert.deepEqual(
      players.map(({ played }) => played),
      [50, 50],
    );
    assert.equal(ticker.playerCount, 2);
  });

  it("given timers that fire late each time, when a minute passes, then no frame is missing", () => {
    const clock = new LateClock();
    const ticker = new PromptTicker(clock);
    const player = new CountingPlayer();
    ticker.add(player);
    for (let step = 0; step < 60_000; step += 7) {
      clock.lateMs = step % 5;
      clock.advance(7);
    }
    assert.ok(Math.abs(player.played - 3000) <= 1, String(player.played));
    assert.equal(player.skipped, 0);
  });

  it("given a stall, when it ends, then few frames go out at once and the rest is left out", () => {
    const clock = new LateClock();
    const ticker = new PromptTicker(clock);
    const player = new CountingPlayer();
    ticker.add(player);
    clock.advance(20);
    clock.lateMs = 1000;
    clock.advance(20);
    assert.equal(player.played, 1 + 3);
    assert.equal(player.skipped, 51 - 3);
    clock.advance(1000);
    assert.equal(player.played + player.skipped, 102);
  });

  it("given no player, when time passes, then there is no timer", () => {
    const clock = new ManualClock();
    const ticker = new PromptTicker(clock);
    const player = new CountingPlayer();
    ticker.add(player);
    assert.equal(clock.activeTimers, 1);
    ticker.remove(player);
    ticker.remove(player);
    assert.equal(clock.activeTimers, 0);
    clock.advance(5000);
    ticker.add(player);
    clock.advance(20);
    assert.equal(player.played, 1);
    ticker.close();
    ticker.close();
    assert.equal(clock.activeTimers, 0);
  });

  it("given a player that ends itself, when it was the last, then the timer ends too", () => {
    const clock = new ManualClock();
    const ticker = new PromptTicker(clock);
    const player = { playFrame: () => ticker.remove(player), skipFrames: () => undefined };
    ticker.add(player);
    clock.advance(20);
    assert.equal(clock.activeTimers, 0);
  });
});
