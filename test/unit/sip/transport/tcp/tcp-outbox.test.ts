import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { TcpOutbox } from "../../../../../src/sip/transport/tcp/tcp-outbox.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";

/** A socket whose writes end when told. */
class FakeSocket {
  readonly written: string[] = [];
  readonly done: ((error?: Error | null) => void)[] = [];
  writableLength = 0;

  write(text: string, encoding: string, done: (error?: Error | null) => void): void {
    assert.equal(encoding, "latin1");
    this.written.push(text);
    this.done.push(done);
  }
}

describe("TcpOutbox", () => {
  let clock: ManualClock;
  let socket: FakeSocket;
  let outbox: TcpOutbox;
  const [one, two, three] = [() => undefined, () => undefined, () => undefined];
  beforeEach(() => {
    clock = new ManualClock();
    socket = new FakeSocket();
    outbox = new TcpOutbox(socket as unknown as Socket, clock);
  });

  it("given several messages, when flushed, then they go out in one write, and an empty flush writes nothing", () => {
    outbox.flush();
    outbox.add("a", one);
    outbox.add("b", two);
    assert.deepEqual([outbox.length, outbox.waitingBytes], [2, 2]);
    outbox.flush();
    outbox.flush();
    socket.writableLength = 5;
    assert.deepEqual([socket.written, outbox.length, outbox.waitingBytes], [["ab"], 0, 5]);
  });
  it("given the last message taken back, when flushed, then the others go out and it is told to nobody", () => {
    outbox.add("a", one);
    outbox.add("b", two);
    outbox.dropLast();
    outbox.flush();
    assert.deepEqual([socket.written, outbox.abandon()], [["a"], [one]]);
    outbox.dropLast();
    assert.equal(outbox.waitingBytes, 0);
  });
  it("given writes that are done, when abandoned, then only the others are to be told, oldest first", () => {
    outbox.add("a", one);
    outbox.flush();
    outbox.add("b", two);
    outbox.flush();
    outbox.add("c", three);
    socket.done[0]?.(null);
    assert.deepEqual(outbox.abandon(), [two, three]);
    assert.deepEqual(outbox.abandon(), []);
    socket.done[1]?.(null);
    assert.equal(outbox.stalledMs(99_999), 0);
  });
  it("given a write that failed, when abandoned, then it is to be told", () => {
    outbox.add("a", one);
    outbox.flush();
    socket.done[0]?.(new Error("reset"));
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
    socket.done[0]?.();
    assert.equal(outbox.stalledMs(clock.nowMs()), 0);
    clock.advance(500);
    assert.equal(outbox.stalledMs(clock.nowMs()), 500);
    socket.done[1]?.();
    clock.advance(500);
    assert.equal(outbox.stalledMs(clock.nowMs()), 0);
  });
});
