import assert from "node:assert/strict";
import fc from "fast-check";
import { ModelFile } from "../../../../src/call/control/features/model-file.ts";
import { takeUp, type ModelEvent } from "../../../../src/call/model/index.ts";
import type { CallView, CtiSnapshot, PlacedSignal } from "../../../../src/signals/index.ts";
import { CallReplica, CtiReader } from "../../../support/cti-reader.ts";
import { isPossible, modelEvent } from "../../../support/random-model-events.ts";
import { MANAGER, sessionsUp, SignalStory, signalsTo } from "../../../support/signal-story.ts";

const byId = (calls: Iterable<CallView>): CallView[] =>
  [...calls].sort((one, other) => (one.callId < other.callId ? -1 : 1));

/** Follows signals behind a snapshot, and compares what it knows with each later one. */
function follow(first: CtiSnapshot, signals: readonly PlacedSignal[], later: readonly CtiSnapshot[]): void {
  const replica = new CallReplica(first);
  let { position } = first;
  for (const snapshot of later) {
    for (const placed of signals) {
      if (placed.position <= position || placed.position > snapshot.position) continue;
      assert.equal(placed.position, position + 1);
      position = placed.position;
      replica.apply(placed.signal);
    }
    assert.equal(position, snapshot.position);
    assert.deepEqual(byId(replica.calls.values()), byId(snapshot.calls));
  }
}

/** A process whose model and feed are on file, as the shell has it. */
class Process {
  readonly story: SignalStory;
  readonly file: ModelFile;
  readonly #begun: Set<string>;

  constructor(before?: Process) {
    this.story = new SignalStory(before === undefined ? {} : { store: before.story.store });
    const { world } = this.story.calls;
    this.file = new ModelFile(world, this.story.store, this.story.clock);
    this.#begun = before === undefined ? new Set() : before.#begun;
    if (before === undefined) return;
    const { saved } = this.file.read();
    takeUp(world, saved, sessionsUp(before.story.calls.world));
    this.file.save();
    this.story.feed.restore();
  }

  /** @returns what is after each step */
  run(events: readonly ModelEvent[]): CtiSnapshot[] {
    const snapshots = [this.snapshot()];
    for (const event of events) {
      if (!isPossible(this.story.calls.world, this.#begun, event)) continue;
      this.story.goOn(event, () => this.file.save());
      snapshots.push(this.snapshot());
      this.#compare(snapshots.at(-1));
    }
    return snapshots;
  }

  snapshot(): CtiSnapshot {
    // What is shown later must not change.
    return structuredClone(this.story.feed.snapshot(MANAGER));
  }

  /** What a snapshot shows is what there is. */
  #compare(snapshot: CtiSnapshot | undefined): void {
    const shown = (snapshot?.calls ?? []).map(({ callId, connections }) => [
      callId,
      connections.map(({ connectionId, state, terminals }) => [connectionId, state, terminals]),
    ]);
    const real = [...this.story.calls.world.calls.values()].map(({ callId, connections }) => [
      callId,
      connections.map(({ connectionId, state, terminals }) => [
        connectionId,
        state,
        terminals.map(({ device, state: now }) => ({ device, state: now })),
      ]),
    ]);
    assert.deepEqual(new Map(shown as never), new Map(real as never));
  }
}

const events = fc.array(modelEvent, { maxLength: 60 });

describe("snapshots and signals", () => {
  it("given any events of calls, when somebody takes a snapshot at any position and follows the signals behind it, then each later snapshot shows what that one knows", async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.nat(60), async (script, at) => {
        const process = new Process();
        const reader = process.story.observe();
        const snapshots = process.run(script);
        const from = at % snapshots.length;
        const [first, ...later] = snapshots.slice(from);
        if (first !== undefined) follow(first, await signalsTo(reader), later);
      }),
      { numRuns: 600 },
    );
  });

  it("given any events of calls, when the process is killed at any time, then who knows the signals up to any position goes on with those of the next process", async () => {
    await fc.assert(
      fc.asyncProperty(events, events, fc.nat(60), async (script, more, at) => {
        const killed = new Process();
        const reader = killed.story.observe();
        const snapshots = killed.run(script);
        const known = snapshots[at % snapshots.length] as CtiSnapshot;
        await signalsTo(reader);
        killed.story.feed.acknowledge(MANAGER, known.position);
        const next = new Process(killed);
        const again = new CtiReader();
        assert.equal(next.story.resume(known, again).isResumed, true);
        const later = next.run(more);
        follow(known, await signalsTo(again), later);
      }),
      { numRuns: 400 },
    );
  });
});
