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

describe("SignalFeed", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  it("given calls that have ended before a restart, when the next process follows the signals, then it keeps who was in them, for ten minutes", async () => {
    const folder = cleanup.add(new TemporaryDirectory("feed"), (made) => made.close());
    const clock = new ManualClock();
    const callControl = new FakeCallControl([
      { name: "phone-1001", lines: ["1001"] },
      { name: "phone-1002", lines: ["1002"] },
    ]);
    const consumer = {
      onSignal: () => undefined,
      onRenewed: () => undefined,
      onState: () => undefined,
      flush: () => undefined,
    };
    const begin = async (): Promise<{ feed: SignalFeed; memory: FeedMemory }> => {
      const memory = new FeedMemory({ path: folder.join("feed.journal"), clock });
      const replica: Replica = new Replica({ clock, onForgotten: (callId) => feed.callForgotten(callId) });
      const feed: SignalFeed = new SignalFeed({
        link: callControl,
        replica,
        memory,
        consumer,
        manager: "test/ctimanager",
        clock,
        logger: silentLogger,
      });
      feed.observeCalls(true);
      feed.start();
      await settled();
      return { feed: cleanup.add(feed, (started) => started.close()), memory };
    };
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
});
