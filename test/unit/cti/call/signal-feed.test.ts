import assert from "node:assert/strict";
import { silentLogger } from "../../../../src/common/index.ts";
import { FeedMemory } from "../../../../src/cti/call/feed-memory.ts";
import { Replica } from "../../../../src/cti/call/replica.ts";
import { SignalFeed } from "../../../../src/cti/call/signal-feed.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { settled } from "../../../support/control-fixture.ts";
import { FakeCallControl } from "../../../support/fake-call-control.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const CONSUMER = {
  onSignal: () => undefined,
  onRenewed: () => undefined,
  onState: () => undefined,
  flush: () => undefined,
};

describe("SignalFeed", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  let clock: ManualClock;
  let callControl: FakeCallControl;
  let folder: TemporaryDirectory;

  beforeEach(() => {
    clock = new ManualClock();
    folder = cleanup.add(new TemporaryDirectory("feed"), (made) => made.close());
    callControl = new FakeCallControl([
      { name: "phone-1001", lines: ["1001"] },
      { name: "phone-1002", lines: ["1002"] },
    ]);
  });

  it("given calls that have ended before a restart, when the next process follows the signals, then it keeps who was in them, for ten minutes", async () => {
    const first = await begin();
    const ended = callControl.calls.start("1001", "1002");
    callControl.calls.end(ended);
    first.feed.close();
    assert.deepEqual([...first.memory.keys.keys()], [ended]);
    const second = await begin();
    const call = callControl.calls.start("1001", "1002");
    second.feed.close();
    assert.deepEqual([...second.memory.keys.keys()], [ended, call]);
    const third = await begin();
    clock.advance(600_000);
    callControl.calls.end(call);
    third.feed.close();
    assert.deepEqual([...third.memory.keys.keys()], [call]);
  });

  it("given signals, when no more come, then they are acknowledged 20 ms later", async () => {
    const { feed } = await begin();
    const before = callControl.acknowledged;
    callControl.calls.start("1001", "1002");
    clock.advance(15);
    callControl.calls.start("1001", "1002");
    clock.advance(19);
    assert.equal(callControl.acknowledged, before);
    clock.advance(1);
    assert.equal(callControl.acknowledged, feed.position);
    assert.ok(feed.position > before);
  });

  it("given signals that do not cease, when 250 ms have passed since the first, then they are acknowledged", async () => {
    await begin();
    const before = callControl.acknowledged;
    for (let ms = 0; ms < 240; ms += 10) {
      callControl.calls.start("1001", "1002");
      clock.advance(10);
      assert.equal(callControl.acknowledged, before, `after ${ms + 10} ms`);
    }
    callControl.calls.start("1001", "1002");
    clock.advance(10);
    assert.ok(callControl.acknowledged > before);
  });

  it("given 256 signals at once, when the last has come, then they are acknowledged", async () => {
    const { feed } = await begin();
    const before = callControl.acknowledged;
    while (feed.position < before + 256) {
      assert.equal(callControl.acknowledged, before, `after ${feed.position - before} signals`);
      callControl.calls.start("1001", "1002");
    }
    assert.ok(callControl.acknowledged >= before + 256);
  });

  it("given signals, when it is closed, then they are acknowledged, and no timer is left of it", async () => {
    const { feed } = await begin();
    const timers = clock.activeTimers;
    callControl.calls.start("1001", "1002");
    assert.equal(clock.activeTimers, timers + 1);
    feed.close();
    assert.equal(callControl.acknowledged, feed.position);
    assert.equal(clock.activeTimers, timers);
  });

  async function begin(): Promise<{ feed: SignalFeed; memory: FeedMemory }> {
    const memory = new FeedMemory({ path: folder.join("feed.journal"), clock });
    const replica: Replica = new Replica({ clock, onForgotten: (callId) => feed.callForgotten(callId) });
    const feed: SignalFeed = new SignalFeed({
      link: callControl,
      replica,
      memory,
      consumer: CONSUMER,
      manager: "test/ctimanager",
      clock,
      logger: silentLogger,
    });
    feed.observeCalls(true);
    feed.start();
    await settled();
    return { feed: cleanup.add(feed, (started) => started.close()), memory };
  }
});
