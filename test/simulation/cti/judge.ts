import assert from "node:assert/strict";
import type { CallView } from "../../../src/protocol/index.ts";
import type { Application } from "./application.ts";
import { HEARTBEAT_MS } from "./cti-manager-life.ts";
import { KnownState } from "./known-state.ts";
import { PHONES } from "./site.ts";
import type { World } from "./world.ts";

const MANAGER = "test/ctimanager";
/** For everybody to be told everything. */
const QUIET_MS = 150_000;
const END_MS = 240_000;
const LOOK_MS = 500;
const RING_MS = 2_000;
/** Calls are known for ten minutes after their end. */
const FORGOTTEN_MS = 11 * 60_000;

/** With all processes up and nothing done any more, everybody knows the same, and that is so. */
export async function judge(world: World): Promise<void> {
  world.areUsersStill = true;
  for (const agent of world.agents) agent.isOff = true;
  await comeToRest(world, world.applications);
  const fresh = world.applications.map(({ options: { topics, user } }) => world.application(topics, user));
  let subscribed = 0;
  for (const application of fresh) void application.subscribe().then(() => (subscribed += 1));
  await until(world, "subscribed", QUIET_MS, () => subscribed === fresh.length);
  await comeToRest(world, [...world.applications, ...fresh]);
  for (const [index, { known, options }] of world.applications.entries()) {
    const again = fresh[index]?.known;
    const difference = again === undefined ? "nothing" : known.differenceFrom(again);
    assert.equal(
      difference,
      undefined,
      `what ${JSON.stringify(options.topics)} knows is not what is so: ${difference}`,
    );
  }
  const snapshot = world.callControl?.manager.cti.feed.snapshot(MANAGER);
  const real = new KnownState(() => 0);
  real.merge(snapshot ?? {}, 0);
  const difference = world.applications[0]?.known.differenceFrom(real);
  assert.equal(difference, undefined, `what an application knows is not what call control says: ${difference}`);
  judgePhones(world, real.calls);
  for (const application of fresh) {
    void application.request("provider.close", {}).then(() => application.close());
  }
  await world.pass(LOOK_MS);
}

/** Phones are in the calls that applications are shown them in. */
function judgePhones({ edge }: World, calls: readonly CallView[]): void {
  const [shown, real] = [new Map<string, number>(), new Map<string, number>()];
  const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { connections } of calls) {
    for (const { terminals } of connections) {
      for (const { device, state } of terminals) {
        if (PHONES.some(({ name }) => name === device) && (state === "talking" || state === "held"))
          count(shown, device);
      }
    }
  }
  // Who calls is shown as talking as soon as it rings.
  for (const { phone, state } of edge.calls.values())
    if (state === "up" || state === "calling") count(real, phone.name);
  assert.deepEqual(new Map([...shown].sort()), new Map([...real].sort()), "calls of phones");
}

/** Everybody hangs up, and nothing is left of any call. */
export async function judgeEnd(world: World): Promise<void> {
  const { edge, relay } = world;
  await until(world, "all calls over", END_MS, () => {
    for (const call of edge.calls.values()) edge.hangUp(call);
    hangUpPorts(world);
    return left(world) === "";
  });
  const open = (): string => world.applications.flatMap((application) => application.open).join();
  await until(world, "answered", END_MS, () => open() === "", open);
  await comeToRest(world, world.applications);
  for (const { known } of world.applications) assert.deepEqual(known.calls, [], "calls that never end");
  assert.equal(relay.sessions.size, 0, "sessions of the relay are left over");
}

/** Commands, ended calls and events are remembered for a while, and not for ever: another call is the only one then. */
export async function judgeMemory(world: World): Promise<void> {
  await world.pass(FORGOTTEN_MS);
  const [phone] = PHONES;
  if (phone !== undefined) world.edge.call(phone, "1002");
  await world.pass(RING_MS);
  const { callControl, ctiManager, edge } = world;
  for (const call of edge.calls.values()) edge.hangUp(call);
  await world.pass(2 * HEARTBEAT_MS);
  for (const name of ["tandem_cti_commands_remembered", "tandem_cti_outbox_signals"]) {
    assert.equal(callControl?.metric(name), 0, name);
  }
  for (const { name, labels, value } of ctiManager?.core.metrics() ?? []) {
    if (name !== "tandem_cti_replica") continue;
    const most = new Map<string, number>(Object.entries({ calls: 0, "ended-calls": 1, routes: 0 }));
    const what = labels?.["what"] ?? "";
    assert.ok(value <= (most.get(what) ?? Infinity), `${value} ${what} of CTIManager`);
  }
  assert.equal(ctiManager?.table.size, world.applications.length, "sessions");
  for (const session of ctiManager?.table.all() ?? [])
    assert.equal(session.load.logBytes, 0, "events that nobody needs");
}

/** What is left of calls. */
function left({ callControl, edge, relay }: World): string {
  const figures = {
    dialogs: edge.calls.size,
    relay: relay.sessions.size,
    calls: callControl?.metric("tandem_calls") ?? -1,
    sessions: callControl?.metric("tandem_call_sessions") ?? -1,
    legs: callControl?.metric("tandem_call_legs") ?? -1,
    views: callControl?.manager.cti.feed.snapshot(MANAGER).calls.length ?? -1,
  };
  const some = Object.entries(figures).filter(([, number]) => number !== 0);
  return some.map(([name, number]) => `${number} ${name}`).join(", ");
}

/** CTI ports have no user who hangs up. */
function hangUpPorts({ applications }: World): void {
  const [first, second] = applications;
  for (const application of [first, second]) {
    for (const { callId, connections } of application?.known.calls ?? []) {
      for (const { terminals } of connections) {
        for (const { device, state } of terminals) {
          if (PHONES.some(({ name }) => name === device) || state === "dropped") continue;
          application?.command("call.drop", { device, callId }, 0);
        }
      }
    }
  }
}

/** All processes are up, everything is answered, and everybody has what there is to have. */
async function comeToRest(world: World, applications: readonly Application[]): Promise<void> {
  await until(
    world,
    "at rest",
    QUIET_MS,
    () => isAtRest(world, applications),
    () => whyNot(world, applications),
  );
}

function isAtRest(world: World, applications: readonly Application[]): boolean {
  return whyNot(world, applications) === "";
}

function whyNot({ callControl, ctiManager }: World, applications: readonly Application[]): string {
  if (callControl?.manager.isReady !== true || ctiManager?.core.callControl !== "live") return "a process is not up";
  const outbox = callControl.metric("tandem_cti_outbox_signals");
  if (outbox > 0) return `${outbox} signals are not acknowledged`;
  for (const application of applications) {
    if (!application.isConnected) return "an application is not connected";
    const session = ctiManager.table.get(application.sessionId);
    if (session?.seq !== application.lastSeq) return `event ${session?.seq} has not come after ${application.lastSeq}`;
  }
  return "";
}

async function until(
  world: World,
  what: string,
  withinMs: number,
  isSo: () => boolean,
  why: () => string = () => left(world),
): Promise<void> {
  for (let passedMs = 0; !isSo(); passedMs += LOOK_MS) {
    if (passedMs > withinMs) throw new Error(`not ${what}: ${why()}`);
    await world.pass(LOOK_MS);
  }
}
