import assert from "node:assert/strict";
import type { CallEvent, CtiEvent } from "../../../src/cti/call/cti-event.ts";
import type { CallView } from "../../../src/signals/index.ts";
import { ControlFixture, settled } from "../../support/control-fixture.ts";
import { EventReplica } from "../../support/event-replica.ts";
import { randomStep, SCRIPT_DEVICES } from "../../support/random-script.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import type { Application } from "../../support/test-application.ts";

const SEEDS = 25;
const STEPS = 120;

const TOPICS = [
  [{ kind: "all" }],
  [{ kind: "device", name: "phone-1001" }],
  [{ kind: "line", name: "1010@internal" }],
  [
    { kind: "device", name: "phone-1002" },
    { kind: "line", name: "1004@internal" },
  ],
  [{ kind: "device", name: "route-1" }],
];

interface Watcher {
  readonly application: Application;
  readonly topics: readonly object[];
  readonly known: EventReplica;
  /** All that it was told. */
  readonly told: CtiEvent[];
  /** The last event that it was told, or that its snapshot has shown. */
  seq: number;
}

async function watch(fixture: ControlFixture, topics: readonly object[]): Promise<Watcher> {
  const application = fixture.open();
  const { calls, seq } = await application.call<{ calls: CallView[]; seq: number }>("events.subscribe", { topics });
  const known = new EventReplica();
  known.load(calls);
  return { application, topics, known, told: [], seq };
}

/** Takes what came: the stream begins behind the snapshot, and no number is left out or comes twice. */
function hear(watcher: Watcher): void {
  const { application, known, told } = watcher;
  for (const event of application.events.splice(0)) {
    assert.equal(event.seq, watcher.seq + 1);
    watcher.seq = event.seq;
    known.apply(event);
    const { seq: _, ...rest } = event;
    told.push(rest);
  }
}

/** Steps of call control, with what may happen to CTIManager meanwhile. */
async function play(fixture: ControlFixture, random: () => number, onStep: () => Promise<void>): Promise<void> {
  for (let step = 0; step < STEPS; step += 1) {
    randomStep(fixture.callControl, random);
    const fate = random();
    if (fate < 0.03) fixture.callControl.disconnect();
    else if (fate < 0.06) fixture.callControl.connect();
    else if (fate < 0.1) fixture.clock.advance(60);
    await onStep();
  }
  fixture.callControl.connect();
  await settled();
}

describe("one truth for every observer", function () {
  this.timeout(60_000);
  it("given random calls, when applications come in at random moments, then snapshot and events make what is", async () => {
    let live = 0;
    let latecomers = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const fixture = await ControlFixture.start({ devices: SCRIPT_DEVICES });
      const random = seededRandom(seed);
      const watchers = [await watch(fixture, [{ kind: "all" }])];
      await play(fixture, random, async () => {
        if (random() < 0.05 && fixture.callControl.isConnected) {
          await settled();
          watchers.push(await watch(fixture, TOPICS[watchers.length % TOPICS.length] ?? []));
        }
        fixture.table.flush();
        for (const watcher of watchers) if (random() < 0.3) hear(watcher);
      });
      latecomers += watchers.length - 1;
      live += await assertKnown(fixture, watchers, `seed ${seed}`);
      fixture.close();
    }
    assert.ok(live >= SEEDS && latecomers >= SEEDS, `${live} calls were compared, ${latecomers} came in`);
  });

  it("given random calls, when CTIManager is killed at random, then nobody misses anything or hears it twice", async () => {
    let live = 0;
    let kills = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const fixture = await ControlFixture.start({ devices: SCRIPT_DEVICES });
      const random = seededRandom(1_000 + seed);
      const watchers: Watcher[] = [];
      for (const topics of TOPICS) watchers.push(await watch(fixture, topics));
      await play(fixture, random, async () => {
        if (random() > 0.06) return;
        kills += 1;
        await fixture.kill();
        for (const { application } of watchers) assert.equal(application.resume(), true, `seed ${seed}`);
      });
      live += await assertKnown(fixture, watchers, `seed ${seed}`);
      fixture.close();
    }
    assert.ok(live >= SEEDS && kills >= 2 * SEEDS, `${live} calls were compared after ${kills} kills`);
  });

  it("given random calls, when several observe them, then each is told a part of the same", async () => {
    const heard = TOPICS.map(() => 0);
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const fixture = await ControlFixture.start({ devices: SCRIPT_DEVICES });
      const random = seededRandom(2_000 + seed);
      const watchers: Watcher[] = [];
      for (const topics of TOPICS) watchers.push(await watch(fixture, topics));
      await play(fixture, random, async () => {
        if (random() > 0.03) return;
        await fixture.kill();
        for (const { application } of watchers) application.resume();
      });
      fixture.table.flush();
      for (const watcher of watchers) hear(watcher);
      const [reference, ...others] = watchers.map(({ told }) => told.filter(isOfCall));
      assert.ok(reference !== undefined && reference.length > 0);
      for (const told of others) assertPart(reference, told, `seed ${seed}`);
      for (const [index, { told }] of watchers.entries())
        heard[index] = (heard[index] ?? 0) + told.filter(isOfCall).length;
      fixture.close();
    }
    for (const [index, topics] of TOPICS.entries())
      assert.ok((heard[index] ?? 0) >= SEEDS, `${heard[index]} events of ${JSON.stringify(topics)}`);
  });
});

/** What each knows now is what a snapshot shows. @returns how many calls that were */
async function assertKnown(fixture: ControlFixture, watchers: readonly Watcher[], message: string): Promise<number> {
  fixture.table.flush();
  let live = 0;
  for (const watcher of watchers) {
    hear(watcher);
    const fresh = await watch(fixture, watcher.topics);
    assert.deepEqual(watcher.known.live, fresh.known.live, `${message}, ${JSON.stringify(watcher.topics)}`);
    live += fresh.known.live.size;
  }
  return live;
}

type OfCall = CallEvent | Extract<CtiEvent, { readonly type: "call.snapshot" }>;

function isOfCall(event: CtiEvent): event is OfCall {
  return event.type.startsWith("call.");
}

/** What was told is what the reference was told of the same versions, in the same order; a snapshot stands for the first. */
function assertPart(reference: readonly OfCall[], told: readonly OfCall[], message: string): void {
  const entries = new Map<string, number>();
  for (const event of told) {
    if (event.type === "call.snapshot") entries.set(event.call.callId, event.call.ver);
  }
  const heard = new Set(told.map((event) => (event.type === "call.snapshot" ? event.call.callId : event.callId)));
  const expected = reference.filter((event) => {
    if (event.type === "call.snapshot" || !heard.has(event.callId)) return false;
    return event.ver > (entries.get(event.callId) ?? 0);
  });
  assert.deepEqual(
    told.filter(({ type }) => type !== "call.snapshot"),
    expected,
    message,
  );
}
