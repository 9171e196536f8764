import assert from "node:assert/strict";
import { ModelFile } from "../../../../../src/call/control/features/model-file.ts";
import {
  emptyWorld,
  NO_SETTINGS,
  takeUp,
  type ModelEffect,
  type ModelEvent,
  type RestoredLeg,
  type RestoredSession,
  type World,
} from "../../../../../src/call/model/index.ts";
import { CallStory, phoneLeg, placeOf } from "../../../../support/call-story.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { StoredText } from "../../../../support/stored-text.ts";
import { originated, refer, rung, talk } from "../../../../support/story-calls.ts";

describe("ModelFile", () => {
  let store: StoredText;
  let clock: ManualClock;
  let story: CallStory;
  let file: ModelFile;
  beforeEach(() => {
    store = new StoredText();
    clock = new ManualClock(1_000_000);
    story = new CallStory();
    file = new ModelFile(story.world, store, clock);
  });

  /** As the shell does after each event. */
  function tell(...events: readonly ModelEvent[]): void {
    for (const event of events) {
      story.tell(event);
      file.save();
    }
  }

  /** What sessions tell that are up. */
  function sessionsUp({ sessions, legs }: World): RestoredSession[] {
    const legOf = (legId: string | undefined): RestoredLeg | undefined => {
      const leg = legs.get(legId ?? "");
      if (leg === undefined) return undefined;
      const { kind, device, address, isHolding } = leg;
      return { legId: leg.legId, kind, device, address, isHolding };
    };
    return [...sessions.values()].flatMap(({ sessionId, stage, caller, callee, endpoint }) => {
      const [near, far] = [legOf(caller), legOf(callee)];
      if (stage !== "up" || near === undefined) return [];
      const more = { ...(far === undefined ? {} : { callee: far }), ...(endpoint === undefined ? {} : { endpoint }) };
      return [{ sessionId, caller: near, called: "B", ...more }];
    });
  }

  function restored(sessions = sessionsUp(story.world)): { world: World; effects: readonly ModelEffect[] } {
    const world = emptyWorld(NO_SETTINGS);
    const { saved } = new ModelFile(world, store, clock).read();
    return { world, effects: takeUp(world, saved, sessions) };
  }

  function assertSame(world: World): void {
    for (const table of ["calls", "legs", "legsOfDevices", "sessions", "transfers"] as const) {
      assert.deepEqual(world[table], story.world[table], table);
    }
  }

  it("given a plain call that is held by its phone and retrieved, when it is taken up, then it is the same, and nothing was written", () => {
    talk(story, "c1", ["A", "B"]);
    file.save();
    tell({ type: "held", legId: "leg-A", isHolding: true });
    assertSame(restored().world);
    tell({ type: "held", legId: "leg-A", isHolding: false });
    assertSame(restored().world);
    assert.equal(store.puts, 0);
  });

  it("given a call that is held by command, when it is taken up, then it is held, and once it is retrieved nothing is on file", () => {
    talk(story, "c1", ["A", "B"]);
    file.save();
    tell({ type: "command", commandId: "1", command: { type: "hold", device: "a-phone" } });
    const { world } = restored();
    assertSame(world);
    assert.equal(world.legs.get("leg-A")?.isHeldByCommand, true);
    tell({ type: "command", commandId: "2", command: { type: "retrieve", device: "a-phone" } });
    assert.deepEqual([...store.entries.keys()], []);
  });

  it("given a shared line that answers, when the call is taken up, then its other device is bridged", () => {
    tell(
      { type: "offered", sessionId: "c1", leg: phoneLeg("A"), called: "B" },
      { type: "offering", sessionId: "c1", places: [placeOf("B", ["b-phone", "b-desk"])] },
      { type: "answered", sessionId: "c1", leg: phoneLeg("B") },
    );
    const { world } = restored();
    assertSame(world);
    const terminals = world.calls.get("c1")?.connections.flatMap((one) => one.terminals) ?? [];
    assert.equal(terminals.find(({ device }) => device === "b-desk")?.state, "bridged");
  });

  it("given a call that was transferred, when it is taken up, then parties, links and names are those that it had", () => {
    talk(story, "c1", ["A", "B"]);
    talk(story, "c2", ["B", "C"], { callerLeg: "leg-B2" });
    file.save();
    tell(refer("leg-B", "C", { replaces: "leg-B2" }));
    tell({ type: "ended", sessionId: "c1", why: { cause: 16, feature: "normal", by: "system" } });
    tell({ type: "ended", sessionId: "c2", why: { cause: 16, feature: "normal", by: "system" } });
    const { world } = restored();
    assertSame(world);
    assert.deepEqual(world.calls.get("c1")?.mergedFrom, ["c2"]);
  });

  it("given a transfer whose target rings, when it is taken up, then it is under way, and its lost session is for the shell to end", () => {
    talk(story, "c1", ["A", "B"]);
    file.save();
    tell(refer("leg-B", "C"));
    const { sessionId } = originated(story);
    tell(...rung(sessionId, "C"));
    const { world } = restored();
    assertSame(world);
    assert.equal(world.sessions.get(sessionId)?.stage, "setup");
    assert.equal(world.transfers.get(sessionId)?.state, "calling");
  });

  it("given legs on file that are in no session any more, when the call is taken up, then they are dropped and observers are told", () => {
    talk(story, "c1", ["A", "B"]);
    file.save();
    tell({ type: "command", commandId: "1", command: { type: "hold", device: "a-phone" } });
    const [session] = sessionsUp(story.world);
    assert.ok(session !== undefined);
    const { callee: _gone, ...alone } = session;
    const { world, effects } = restored([{ ...alone, endpoint: "music" }]);
    assert.deepEqual([...world.legs.keys()], ["leg-A"]);
    const changes = effects.flatMap((effect) => (effect.type === "change" ? [effect.change] : []));
    assert.ok(changes.some((change) => change.type === "connection" && change.change === "disconnected"));
  });

  it("given timers, when they are read after a while, then what is left of them is, and those that ended are not there", () => {
    file.startTimer("park reminder 7", 60_000);
    file.startTimer("park give-up 7", 5_000);
    file.startTimer("hunt step 1", 5_000);
    file.endTimer("hunt step 1");
    clock.advance(20_000);
    assert.deepEqual(file.read().timers, [
      { timerId: "park reminder 7", delayMs: 40_000 },
      { timerId: "park give-up 7", delayMs: 0 },
    ]);
  });

  it("given entries of another version, when they are read, then they are left out and removed", () => {
    store.putEntry("call c9", { call: "?" });
    store.putEntry("seances 1", { state: "open" });
    store.putEntry("timer x", "soon");
    assert.deepEqual(file.read(), { saved: { calls: [], features: [] }, timers: [] });
    assert.deepEqual([...store.entries.keys()], []);
  });

  it("given calls and a transfer, when they are counted, then each table has its gauge", () => {
    talk(story, "c1", ["A", "B"]);
    tell(refer("leg-B", "C"));
    const counts = new Map(file.metrics().map(({ labels, value }) => [labels?.["table"], value]));
    assert.deepEqual(
      ["calls", "legs", "sessions", "transfers", "made-calls"].map((table) => counts.get(table)),
      [1, 2, 2, 1, 0],
    );
  });
});
