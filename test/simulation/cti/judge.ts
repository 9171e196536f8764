import assert from "node:assert/strict";
import { EventReplica } from "../../support/event-replica.ts";
import type { Application } from "./application.ts";
import { PHONES } from "./site.ts";
import type { World } from "./world.ts";

const MANAGER = "test/ctimanager";
/** For everybody to be told everything. */
const QUIET_MS = 150_000;
const END_MS = 240_000;
const LOOK_MS = 500;

/** With all processes up and nothing done any more, everybody knows the same, and that is so. */
export async function judge(world: World): Promise<void> {
  world.areUsersStill = true;
  for (const agent of world.agents) agent.isOff = true;
  await comeToRest(world, world.applications);
  const fresh = world.applications.map(({ options: { topics, user } }, index) => {
    // Who has opened a device watches it.
    const opened = world.agents[index]?.devices.map((name) => ({ kind: "device", name })) ?? [];
    return world.application([...topics, ...opened], user);
  });
  let subscribed = 0;
  for (const application of fresh) void application.subscribe().then(() => (subscribed += 1));
  await until(world, "subscribed", QUIET_MS, () => subscribed === fresh.length);
  await comeToRest(world, [...world.applications, ...fresh]);
  for (const [index, { known, options }] of world.applications.entries()) {
    const told = `what ${JSON.stringify(options.topics)} knows, and what is told of it anew`;
    assert.deepEqual(stateOf(known), stateOf(fresh[index]?.known), told);
  }
  const all = new EventReplica();
  all.load(world.callControl?.manager.cti.feed.snapshot(MANAGER).calls ?? []);
  assert.deepEqual(stateOf(world.applications[0]?.known), stateOf(all), "what an application knows, and what is so");
  judgePhones(world, all);
  for (const application of fresh) {
    void application.request("provider.close", {}).then(() => application.close());
  }
  await world.pass(LOOK_MS);
}

/** Calls that go on, with those who are in them: views do not show who has been. */
function stateOf(replica: EventReplica | undefined): ReadonlyMap<string, unknown> {
  const calls = [...(replica?.live ?? [])].map(([callId, call]) => {
    const connections = call.connections
      .filter(({ state }) => state !== "disconnected")
      .map((connection) => ({
        ...connection,
        terminals: connection.terminals.filter(({ state }) => state !== "dropped"),
      }));
    return [callId, { ...call, connections }] as const;
  });
  return new Map(calls);
}

/** Phones are in the calls that applications are shown them in. */
function judgePhones({ edge }: World, all: EventReplica): void {
  const [shown, real] = [new Map<string, number>(), new Map<string, number>()];
  const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { connections } of all.live.values()) {
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
  for (const { known } of world.applications) assert.deepEqual([...known.live.keys()], [], "calls that never end");
  assert.equal(relay.sessions.size, 0, "sessions of the relay are left over");
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
    for (const { callId, connections } of application?.known.live.values() ?? []) {
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
