import assert from "node:assert/strict";
import type { CallView } from "../../src/signals/index.ts";
import { ControlFixture, settled } from "../support/control-fixture.ts";
import { EventReplica } from "../support/event-replica.ts";
import { randomStep, SCRIPT_DEVICES } from "../support/random-script.ts";
import { seededRandom } from "../support/seeded-random.ts";
import type { Application } from "../support/test-application.ts";

/** What came of one seed. */
export interface CtiOutcome {
  readonly kills: number;
  readonly events: number;
  readonly commands: number;
}

const TOPICS = [
  [{ kind: "all" }],
  [{ kind: "all" }],
  [{ kind: "device", name: "phone-1002" }],
  [{ kind: "line", name: "1010@internal" }],
  [{ kind: "device", name: "route-1" }],
] as const;
const CHANCE = { kill: 0.09, command: 0.08, linkLost: 0.03, linkBack: 0.06, time: 0.04, hear: 0.3 };
const METHODS = ["call.hold", "call.retrieve", "call.answer", "call.drop"] as const;
const TIME_MS = 60;
/** Of each command. */
const TRIES = 3;

/** An application that follows what it watches by events alone. */
class Follower {
  readonly application: Application;
  readonly topics: readonly object[];
  readonly known = new EventReplica();
  events = 0;
  #seq = 0;

  private constructor(application: Application, topics: readonly object[]) {
    this.application = application;
    this.topics = topics;
  }

  static async start(fixture: ControlFixture, topics: readonly object[]): Promise<Follower> {
    const follower = new Follower(fixture.open(), topics);
    const { calls } = await follower.application.call<{ calls: CallView[] }>("events.subscribe", { topics });
    follower.known.load(calls);
    follower.#seq = follower.application.lastSeq - follower.application.events.length;
    return follower;
  }

  hear(): void {
    for (const event of this.application.events.splice(0)) {
      assert.equal(event.seq, this.#seq + 1, "a gap, or an event twice");
      this.#seq = event.seq;
      this.known.apply(event);
      this.events += 1;
    }
  }
}

/**
 * Calls at random in a call control in memory; meanwhile CTIManager dies and its link is lost, and commands are sent three
 * times. Throws when an application is told what is not so, misses something, hears it twice, or a command is done twice.
 */
export async function simulateCti(seed: number, steps: number): Promise<CtiOutcome> {
  const fixture = await ControlFixture.start({ devices: SCRIPT_DEVICES });
  const random = seededRandom(seed);
  const followers: Follower[] = [];
  let [kills, commands] = [0, 0];
  const kill = async (): Promise<void> => {
    kills += 1;
    await fixture.kill();
    for (const { application } of followers) assert.equal(application.resume(), true, "not resumed");
  };
  try {
    for (const topics of TOPICS) followers.push(await Follower.start(fixture, topics));
    for (let step = 0; step < steps; step += 1) {
      randomStep(fixture.callControl, random);
      await happen(fixture, random);
      if (random() < CHANCE.command && (await thrice(fixture, followers, random, `${seed}-${step}`, kill)))
        commands += 1;
      if (random() < CHANCE.kill) await kill();
      fixture.table.flush();
      for (const follower of followers) if (random() < CHANCE.hear) follower.hear();
    }
    await judge(fixture, followers);
    return { kills, commands, events: followers.reduce((sum, { events }) => sum + events, 0) };
  } finally {
    fixture.close();
  }
}

async function happen(fixture: ControlFixture, random: () => number): Promise<void> {
  const fate = random();
  if (fate < CHANCE.linkLost) fixture.callControl.disconnect();
  else if (fate < CHANCE.linkBack) fixture.callControl.connect();
  else if (fate < CHANCE.linkBack + CHANCE.time) fixture.clock.advance(TIME_MS);
  await settled();
}

/** The same command three times, with kills between. @returns false when there was nothing to command */
async function thrice(
  { callControl }: ControlFixture,
  [first]: readonly Follower[],
  random: () => number,
  key: string,
  kill: () => Promise<void>,
): Promise<boolean> {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const places = callControl.calls.live.flatMap(({ callId, connections }) => {
    return connections.flatMap(({ terminals }) => terminals.map(({ device }) => ({ callId, device })));
  });
  if (places.length === 0 || first === undefined || !callControl.isConnected) return false;
  const method = pick(METHODS);
  const params = pick(places);
  const outcomes: unknown[] = [];
  const positions: number[] = [];
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { application } = first;
    outcomes.push(await application.call(method, params, { key }).then(withoutReplay, codeOf));
    positions.push(callControl.position);
    if (random() < 0.5) await kill();
  }
  assert.deepEqual(positions, Array<number>(TRIES).fill(positions[0] ?? 0), `${method} was done more than once`);
  assert.deepEqual(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size, 1, JSON.stringify(outcomes));
  return true;
}

/** `seq` moves on with other events. */
function withoutReplay({ replayed: _replayed, seq: _seq, ...result }: Readonly<Record<string, unknown>>): unknown {
  return result;
}

function codeOf(error: unknown): unknown {
  return { refused: (error as { readonly code?: unknown }).code };
}

/** What each knows is what the switch says. */
async function judge(fixture: ControlFixture, followers: readonly Follower[]): Promise<void> {
  fixture.callControl.connect();
  await settled();
  fixture.table.flush();
  for (const follower of followers) {
    follower.hear();
    const fresh = await Follower.start(fixture, follower.topics);
    assert.deepEqual(follower.known.live, fresh.known.live, JSON.stringify(follower.topics));
  }
  const all = new EventReplica();
  all.load(fixture.callControl.calls.live);
  assert.deepEqual(followers[0]?.known.live, all.live, "not what call control says");
}
