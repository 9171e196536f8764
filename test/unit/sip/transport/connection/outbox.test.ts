import assert from "node:assert/strict";
import { Outbox } from "../../../../../src/sip/transport/connection/outbox.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

/** A link whose writes end when told. */
class FakeLink {
  readonly written: string[] = [];
  readonly done: ((error?: Error | null) => void)[] = [];
  unsentBytes = 0;

  write(texts: readonly string[], done: (error?: Error | null) => void): void {
    this.written.push(texts.join(""));
    this.done.push(done);
  }
}

describe("Outbox", () => {
  let clock: ManualClock;
  let link: FakeLink;
  let outbox: Outbox;
  const [one, two, three] = [() => undefined, () => undefined, () => undefined];
  beforeEach(() => {
    clock = new ManualClock();
    link = new FakeLink();
    outbox = new Outbox(link, clock);
  });

  it("given several messages, when flushed, then they go out in one write, and an empty flush writes nothing", () => {
    outbox.flush();
    outbox.add("a", one);
    outbox.add("b", two);
    assert.deepEqual([outbox.length, outbox.waitingBytes], [2, 2]);
    outbox.flush();
    outbox.flush();
    link.unsentBytes = 5;
    assert.deepEqual([link.written, outbox.length, outbox.waitingBytes], [["ab"], 0, 5]);
  });
  it("given the last message taken back, when flushed, then the others go out and it is told to nobody", () => {
    outbox.add("a", one);
    outbox.add("b", two);
    outbox.dropLast();
    outbox.flush();
    assert.deepEqual([link.written, outbox.abandon()], [["a"], [one]]);
    outbox.dropLast();
    assert.equal(outbox.waitingBytes, 0);
  });
  it("given writes that are done, when abandoned, then only the others are to be told, oldest first", () => {
    outbox.add("a", one);
    outbox.flush();
    outbox.add("b", two);
    outbox.flush();
    outbox.add("c", three);
    link.done[0]?.(null);
    assert.deepEqual(outbox.abandon(), [two, three]);
    assert.deepEqual(outbox.abandon(), []);
    link.done[1]?.(null);
    assert.equal(outbox.stalledMs(99_999), 0);
  });
  it("given a write that failed, when abandoned, then it is to be told", () => {
    outbox.add("a", one);
    outbox.flush();
    link.done[0]?.(new Error("reset"));
    assert.deepEqual(outbox.abandon(), [one]);
  });
  it("given writes that are not taken, when time passes, then it is stalled since the last one that was", () => {
    assert.equal(outbox.stalledMs(clock.nowMs()), 0);
    clock.advance(1_000);
    outbox.add("a", one);
    outbox.flush();
    clock.advance(2_000);
    outbox.add("b", two);
    outbox.flush();
    assert.equal(outbox.stalledMs(clock.nowMs()), 2_000);
    link.done[0]?.();
    assert.equal(outbox.stalledMs(clock.nowMs()), 0);
    clock.advance(500);
    assert.equal(outbox.stalledMs(clock.nowMs()), 500);
    link.done[1]?.();
    clock.advance(500);
    assert.equal(outbox.stalledMs(clock.nowMs()), 0);
  });
});
