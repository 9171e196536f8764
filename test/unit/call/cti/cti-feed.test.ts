import assert from "node:assert/strict";
import { takeUp } from "../../../../src/call/model/index.ts";
import type { PlacedSignal, RouteView } from "../../../../src/signals/index.ts";
import { CtiReader } from "../../../support/cti-reader.ts";
import { MANAGER, sessionsUp, SignalStory, signalsTo, SignalWords } from "../../../support/signal-story.ts";
import { StoredText } from "../../../support/stored-text.ts";
import { hangsUp, ring, talk } from "../../../support/story-calls.ts";

const positions = (signals: readonly PlacedSignal[]): number[] => signals.map(({ position }) => position);

const LOST_ROUTE: RouteView = {
  routeId: "c1-r1",
  ver: 2,
  callId: "c1",
  device: "route-1",
  line: "9001@internal",
  callingNumber: "1001",
  calledNumber: "9001",
  state: "ended",
  ended: "abandoned",
};

describe("CtiFeed", () => {
  let story: SignalStory;
  let reader: CtiReader;
  beforeEach(() => {
    story = new SignalStory();
    reader = story.observe();
  });

  const epoch = (): string => story.feed.snapshot(MANAGER).epoch;

  /** Kills the process and begins another one with what is on file; plain sessions that are up live on. */
  function restart(options: { readonly isUp?: boolean; readonly store?: StoredText } = {}): SignalStory {
    const { isUp = true, store = story.store } = options;
    const next = new SignalStory({ store });
    takeUp(next.calls.world, { calls: [], features: [] }, isUp ? sessionsUp(story.calls.world) : []);
    next.feed.restore();
    return next;
  }

  describe("connections", () => {
    it("given signals that were not taken, when the CTIManager is back, then it gets those behind its position, the same ones", async () => {
      talk(story.calls, "c1", ["A", "B"]);
      const first = await signalsTo(reader);
      const again = new CtiReader();
      assert.deepEqual(story.resume({ epoch: epoch(), position: 2 }, again), {
        node: "node-1",
        epoch: epoch(),
        position: 2,
        isResumed: true,
      });
      assert.deepEqual(await signalsTo(again), first.slice(2));
    });

    it("given a CTIManager that attaches twice, when the second one does, then the first connection is closed and gets nothing more", async () => {
      const second = story.observe();
      assert.equal(reader.isClosed, true);
      talk(story.calls, "c1", ["A", "B"]);
      assert.deepEqual([(await signalsTo(second)).length, (await signalsTo(reader)).length], [4, 0]);
    });

    it("given the same connection, when it attaches again, then it stays open", () => {
      story.observe(reader);
      assert.equal(reader.isClosed, false);
    });

    for (const [what, claim] of [
      ["another epoch", { epoch: "none", position: 2 }],
      ["a position that was acknowledged", { position: 1 }],
      ["a position that there is not", { position: 5 }],
    ] as const) {
      it(`given ${what}, when the CTIManager comes back with it, then a new epoch begins`, () => {
        talk(story.calls, "c1", ["A", "B"]);
        story.feed.acknowledge(MANAGER, 2);
        const before = epoch();
        const { isResumed, position } = story.resume({ epoch: before, ...claim });
        assert.deepEqual([isResumed, position, epoch() === before], [false, 0, false]);
      });
    }

    it("given one that observes no calls, when calls are made and other signals are told, then it gets the others alone, without a gap", async () => {
      const other = new CtiReader();
      story.feed.attach({ manager: "node-2/ctimanager", observesCalls: false }, other);
      talk(story.calls, "c1", ["A", "B"]);
      story.feed.tell({ kind: "removed", device: "x" });
      story.feed.tell({ kind: "digits", callId: "c1", device: "a-phone", digits: "1" });
      story.feed.tell({ kind: "removed", device: "y" });
      assert.deepEqual(
        (await signalsTo(other)).map(({ position, signal }) => [position, signal]),
        [
          [1, { kind: "removed", device: "x" }],
          [2, { kind: "removed", device: "y" }],
        ],
      );
      assert.deepEqual(positions(await signalsTo(reader)), [1, 2, 3, 4, 5, 6, 7]);
      assert.deepEqual(story.feed.snapshot("node-2/ctimanager").calls, []);
    });

    it("given it wants calls after it did not, when it attaches, then it has to take a snapshot", () => {
      const attached = story.feed.attach({ manager: "two", observesCalls: false }, new CtiReader());
      const again = story.feed.attach({ manager: "two", ...attached, observesCalls: true }, new CtiReader());
      assert.equal(again.isResumed, false);
    });

    it("given a slow one, when much is told, then it is sent as much as it takes, and the rest once it has taken that", async () => {
      reader.unreadBytes = 8 * 1024 * 1024;
      talk(story.calls, "c1", ["A", "B"]);
      assert.deepEqual(await signalsTo(reader), []);
      reader.unreadBytes = 0;
      story.feed.drained();
      assert.deepEqual(positions(await signalsTo(reader)), [1, 2, 3, 4]);
    });

    it("given a connection that is gone, when calls go on, then its signals are kept", async () => {
      story.feed.detach(reader);
      talk(story.calls, "c1", ["A", "B"]);
      assert.throws(() => story.feed.snapshot(MANAGER), { code: "not-attached" });
      const again = new CtiReader();
      const held = story.store.entries.get(`cti-outbox ${MANAGER}`) as { epoch: string };
      story.resume({ epoch: held.epoch, position: 0 }, again);
      assert.deepEqual(positions(await signalsTo(again)), [1, 2, 3, 4]);
    });

    it("given as many CTIManagers as there may be, when another one attaches, then it is refused; one that is idle makes room", () => {
      const small = new SignalStory({ limits: { signals: 2, bytes: 1_000_000 } });
      for (let number = 1; number <= 8; number += 1) {
        small.feed.attach({ manager: `m${number}`, observesCalls: true }, new CtiReader());
      }
      const ninth = (): unknown => small.feed.attach({ manager: "m9", observesCalls: true }, new CtiReader());
      assert.throws(ninth, { code: "too-many" });
      talk(small.calls, "c1", ["A", "B"]);
      assert.doesNotThrow(ninth);
    });
  });

  describe("bounds", () => {
    for (const [what, limits] of [
      ["too many signals", { signals: 3, bytes: 1_000_000 }],
      ["too many octets", { signals: 1_000, bytes: 2_000 }],
    ] as const) {
      it(`given ${what}, when they are not acknowledged, then the connection is cut, nothing is kept, and a new epoch begins with the next attach`, () => {
        const small = new SignalStory({ limits });
        const slow = small.observe();
        const before = small.feed.snapshot(MANAGER).epoch;
        talk(small.calls, "c1", ["A", "B"]);
        assert.deepEqual([slow.isClosed, small.feed.isListening], [true, false]);
        assert.deepEqual(
          small.store.keys.filter((key) => key.startsWith("cti-signals")),
          [],
        );
        const { isResumed, epoch: after } = small.resume({ epoch: before, position: 0 });
        assert.deepEqual([isResumed, after === before], [false, false]);
      });
    }

    it("given a CTIManager that acknowledges, when ten thousand signals are told, then what is kept stays small, on file too", async () => {
      for (let number = 0; number < 2_000; number += 1) {
        talk(story.calls, `c${number}`, ["A", "B"]);
        story.calls.tell(...hangsUp(story.calls, "leg-A"));
        const taken = await signalsTo(reader);
        story.feed.acknowledge(MANAGER, taken.at(-1)?.position ?? 0);
      }
      assert.deepEqual(story.store.keys, [`cti-outbox ${MANAGER}`]);
      const depth = story.feed.metrics().find(({ name }) => name === "tandem_cti_outbox_signals");
      assert.equal(depth?.value, 0);
    });

    it("given an ended call, when it is asked about, then its last view is there for ten minutes", () => {
      talk(story.calls, "c1", ["A", "B"]);
      story.calls.tell(...hangsUp(story.calls, "leg-A"));
      const view = story.feed.finalViewOf("c1");
      assert.deepEqual([view?.state, view?.ver, view?.why?.cause], ["invalid", 5, 16]);
      story.clock.advance(599_999);
      assert.notEqual(story.feed.finalViewOf("c1"), undefined);
      story.clock.advance(1);
      assert.equal(story.feed.finalViewOf("c1"), undefined);
    });
  });

  describe("after kill -9", () => {
    it("given signals that were not acknowledged, when another process goes on, then they come again with their positions, and the call's versions go on", async () => {
      talk(story.calls, "c1", ["A", "B"]);
      const before = await signalsTo(reader);
      story.feed.acknowledge(MANAGER, 1);
      const next = restart();
      const again = new CtiReader();
      const { isResumed } = next.resume({ epoch: epoch(), position: 1 }, again);
      next.goOn({ type: "held", legId: "leg-A", isHolding: true });
      const after = await signalsTo(again);
      assert.equal(isResumed, true);
      assert.deepEqual(after.slice(0, 3), before.slice(1));
      assert.deepEqual(
        after.slice(3).map(({ position, signal }) => [position, signal.kind === "call" && signal.call.ver]),
        [[5, 5]],
      );
    });

    it("given all was acknowledged, when another process goes on, then versions do, too", async () => {
      talk(story.calls, "c1", ["A", "B"]);
      story.feed.acknowledge(MANAGER, 4);
      const next = restart();
      const again = new CtiReader();
      next.resume({ epoch: epoch(), position: 4 }, again);
      next.goOn({ type: "held", legId: "leg-A", isHolding: true });
      const [signal] = await signalsTo(again);
      assert.equal(new SignalWords().of(signal === undefined ? [] : [signal]), "c1.5: a-phone held");
      assert.equal(signal?.position, 5);
    });

    it("given a call that rang, when it is gone with the process, then that is told as any end of a call", async () => {
      ring(story.calls, "c1", ["A", "B"]);
      await signalsTo(reader);
      story.feed.acknowledge(MANAGER, 3);
      const next = restart();
      const again = new CtiReader();
      next.resume({ epoch: epoch(), position: 3 }, again);
      const words = new SignalWords();
      words.of(reader.signals);
      const told = await signalsTo(again);
      assert.equal(
        words.of(told),
        "c1.4: a-phone dropped, c1/1 disconnected, b-phone dropped, c1/2 disconnected, call invalid",
      );
      const [signal] = told;
      assert.ok(signal?.signal.kind === "call" && signal.signal.call.why?.feature === "node-failure");
      assert.equal(next.feed.finalViewOf("c1")?.state, "invalid");
      assert.deepEqual(
        next.store.keys.filter((key) => key.includes("c1")),
        [],
      );
    });

    it("given a route dialogue, when the next process ends it before its feed is restored, then that is told before the end of its call", async () => {
      ring(story.calls, "c1", ["A", "B"]);
      await signalsTo(reader);
      const { position } = story.feed.snapshot(MANAGER);
      const next = new SignalStory({ store: story.store });
      takeUp(next.calls.world, { calls: [], features: [] }, []);
      next.feed.tell({ kind: "route", moment: "end", route: LOST_ROUTE });
      next.feed.restore();
      const again = new CtiReader();
      next.resume({ epoch: epoch(), position }, again);
      const told = await signalsTo(again);
      assert.deepEqual(
        told.map(({ signal }) => (signal.kind === "route" ? signal.route.state : signal.kind)),
        ["ended", "call"],
      );
    });

    it("given a call that began while nobody observed, when the process dies after the first snapshot, then its version is not used again", () => {
      const quiet = new SignalStory();
      talk(quiet.calls, "c1", ["A", "B"]);
      story = quiet;
      reader = quiet.observe();
      assert.deepEqual(
        quiet.feed.snapshot(MANAGER).calls.map(({ ver }) => ver),
        [1],
      );
      const next = restart();
      next.resume({ epoch: epoch(), position: 0 });
      next.goOn({ type: "held", legId: "leg-A", isHolding: true });
      assert.deepEqual(
        next.feed.snapshot(MANAGER).calls.map(({ ver }) => ver),
        [2],
      );
    });

    it("given signals that were not acknowledged, when the CTIManager begins anew and the process dies, then versions of calls go on", () => {
      talk(story.calls, "c1", ["A", "B"]);
      story.observe();
      const next = restart();
      next.resume({ epoch: epoch(), position: 0 });
      next.goOn({ type: "held", legId: "leg-A", isHolding: true });
      assert.deepEqual(
        next.feed.snapshot(MANAGER).calls.map(({ ver }) => ver),
        [5],
      );
    });

    it("given signals that could not be written, when the CTIManager knows more than the next process, then a new epoch begins", () => {
      const written = new StoredText();
      for (const [key, value] of story.store.entries) written.putEntry(key, value);
      talk(story.calls, "c1", ["A", "B"]);
      const next = restart({ store: written });
      ring(next.calls, "c2", ["A", "B"]);
      ring(next.calls, "c3", ["A", "C"], "leg-A3");
      const { isResumed } = next.resume({ epoch: epoch(), position: 4 });
      assert.equal(isResumed, false);
    });

    it("given an outbox that had overflowed, when the next process begins, then nothing is kept for it", () => {
      story = new SignalStory({ limits: { signals: 3, bytes: 1_000_000 } });
      reader = story.observe();
      talk(story.calls, "c1", ["A", "B"]);
      assert.equal(restart().feed.isListening, false);
    });

    it("given nobody observes calls any more, when those that were shown end, then nothing of them is left on file", () => {
      talk(story.calls, "c1", ["A", "B"]);
      story.feed.attach({ manager: MANAGER, observesCalls: false }, new CtiReader());
      const shown = (): string[] => story.store.keys.filter((key) => key.startsWith("cti-call "));
      assert.deepEqual(shown(), ["cti-call c1"]);
      story.calls.tell(...hangsUp(story.calls, "leg-A"));
      assert.deepEqual(shown(), []);
    });

    it("given user data, when the process dies, then the call has it still, until it ends", async () => {
      talk(story.calls, "c1", ["A", "B"]);
      story.feed.setUserData("c1", { ticket: "4711" });
      const next = restart();
      const again = new CtiReader();
      next.resume({ epoch: epoch(), position: 5 }, again);
      assert.deepEqual(next.feed.userDataOf("c1"), { ticket: "4711" });
      assert.deepEqual(next.feed.snapshot(MANAGER).calls[0]?.userData, { ticket: "4711" });
      for (const event of hangsUp(next.calls, "leg-A")) next.goOn(event);
      assert.equal(next.feed.userDataOf("c1"), undefined);
      assert.equal(next.feed.finalViewOf("c1")?.userData?.["ticket"], "4711");
    });
  });
});
