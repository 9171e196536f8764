import assert from "node:assert/strict";
import { DialogSweep, type SweptCall } from "../../../../../src/call/control/recovery/dialog-sweep.ts";
import { NEW_SESSION, type Session } from "../../../../../src/call/model/index.ts";
import { silentLogger, type LogFields } from "../../../../../src/common/index.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

/** A call that does what a test says once its parties are asked. */
class FakeCall implements SweptCall {
  call: Session = { ...NEW_SESSION, state: "established", suspended: true };
  isLost = false;

  readonly dialogs = {
    lose: (): void => {
      this.isLost = true;
    },
  };

  findEdge(renew = false): void {
    this.call = { ...this.call, suspended: false, needsResync: renew ? "always" : "no" };
  }

  get isAsked(): boolean {
    return this.call.needsResync === "always";
  }

  answers(): void {
    this.call = { ...this.call, needsResync: "no" };
  }

  ends(): void {
    this.call = { ...this.call, state: "disconnected" };
  }
}

describe("DialogSweep", () => {
  let clock: ManualClock;
  let lines: { message: string; fields: LogFields | undefined }[];
  let sweep: DialogSweep;
  beforeEach(() => {
    clock = new ManualClock(0);
    lines = [];
    const info = (message: string, fields?: LogFields): void => void lines.push({ message, fields });
    sweep = new DialogSweep({ clock, logger: { ...silentLogger, info } });
  });

  const made = (count: number): FakeCall[] => Array.from({ length: count }, () => new FakeCall());
  const asked = (calls: readonly FakeCall[]): number => calls.filter(({ isAsked }) => isAsked).length;

  it("given calls, when it starts, then all have lost their dialogs and two are asked each tenth of a second, oldest first", () => {
    const calls = made(7);
    sweep.start(calls);
    assert.equal(calls.filter(({ isLost }) => isLost).length, 7);
    const counts = [asked(calls)];
    for (let tick = 0; tick < 4; tick += 1) {
      clock.advance(100);
      counts.push(asked(calls));
    }
    assert.deepEqual(counts, [2, 4, 6, 7, 7]);
  });

  it("given parties that do not answer, when a hundred calls are under way, then no more are asked until one is done", () => {
    const calls = made(120);
    sweep.start(calls);
    clock.advance(10_000);
    assert.equal(asked(calls), 100);
    calls[0]?.ends();
    calls[1]?.answers();
    clock.advance(100);
    assert.equal(calls[101]?.isAsked, true);
    assert.equal(calls[102]?.isAsked, false);
  });

  it("given all calls are done, when the next tick comes, then the figures are logged and nothing runs any more", () => {
    const calls = made(3);
    sweep.start(calls);
    clock.advance(100);
    for (const call of calls.slice(1)) call.answers();
    calls[0]?.ends();
    clock.advance(100);
    assert.deepEqual(lines, [{ message: "dialogs are renewed", fields: { calls: 3, renewed: 2, ended: 1 } }]);
    clock.advance(60_000);
    assert.equal(lines.length, 1);
  });

  it("given a sweep that lasts, when five seconds have passed, then its progress is logged", () => {
    sweep.start(made(110));
    clock.advance(4_900);
    assert.deepEqual(lines, [{ message: "renewing dialogs", fields: { calls: 110, renewed: 0, ended: 0, left: 110 } }]);
  });

  it("given a sweep, when it is stopped, then no more calls are asked", () => {
    const calls = made(7);
    sweep.start(calls);
    sweep.stop();
    clock.advance(10_000);
    assert.equal(asked(calls), 2);
  });
});
