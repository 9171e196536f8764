import assert from "node:assert/strict";
import { join } from "node:path";
import { ChannelClient, silentLogger, SystemClock } from "../../src/common/index.ts";
import type { CtiSnapshot } from "../../src/signals/index.ts";
import { APPLICATION } from "../support/cti-objects.ts";
import { AGENT, startCtiSite, type CtiSite } from "../support/cti-site.ts";
import { CtiRefusal } from "../support/cti-client.ts";
import { stateOf } from "../support/event-replica.ts";
import { Cleanup } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { GaplessWatcher } from "../support/gapless-watcher.ts";
import { RtpEnd } from "../support/rtp-end.ts";
import { Sipp } from "../support/sipp.ts";
import type { PhoneCall, SipPhone } from "../support/sip-phone.ts";
import { tandem, type ServiceName, type TandemNode } from "../support/tandem-node.ts";
import { takeInvites } from "../support/take-invites.ts";
import { testSdp } from "../support/test-sdp.ts";

/** In `npm test` a short form: `CTI_KILLS=20 CTI_ROUNDS=6 npm run test:kill` is the long one. */
const KILLS = Number(process.env["CTI_KILLS"] ?? "4");
/** In turn. */
const VICTIMS: readonly (readonly ServiceName[])[] = [
  ["ctimanager"],
  ["callmanager"],
  ["ctimanager", "callmanager"],
  ["callmanager", "ctimanager"],
];
const CALLS_A_SECOND = 10;
const HELD_CALLS = 5;
const TALK_MS = 200;
const AGAIN_MS = 20_000;
const LEASE_MS = 60_000;
const WHOLE_TEST_MS = 400_000;
const ROUNDS = Number(process.env["CTI_ROUNDS"] ?? "1");
const DESK = { kind: "route-point", name: "desk", number: "5000", maxCalls: 1_000 } as const;
const PORT = { kind: "cti-port", name: "port", number: "5001", maxCalls: 100 } as const;
const MEDIA = { mode: "static", address: "127.0.0.1", port: 40_000, codecs: ["PCMU"] } as const;

describe("CTIManager and call control are killed under load", function () {
  this.timeout(WHOLE_TEST_MS);
  let cleanup: Cleanup;
  let site: CtiSite;
  let callers: SipPhone;

  beforeEach(async () => {
    cleanup = new Cleanup();
    site = await startCtiSite(cleanup, { devices: [DESK, PORT], orphanGraceSeconds: 60 });
    callers = await site.phone("callers");
  });
  afterEach(() => cleanup.run());

  const watch = async (): Promise<GaplessWatcher> => {
    const options = { url: site.node.cti, ...APPLICATION, heartbeatMs: 5_000, leaseMs: LEASE_MS };
    return cleanup.add(await GaplessWatcher.start(options), (watcher) => watcher.close());
  };

  it(`given ${KILLS} kills, when calls go on meanwhile, then who watches knows what is, without a gap or anything twice`, async () => {
    const agents = cleanup.add(
      Sipp.start({ scenario: "answer", address: site.addresses.agents, port: 5_060 }),
      (sipp) => sipp.close(),
    );
    await redirecting(site);
    const held = await Promise.all(Array.from({ length: HELD_CALLS }, () => heldCall(cleanup, callers)));
    const watchers = [await watch(), await watch()];
    const load = startLoad(cleanup, site);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const victims = VICTIMS[kill % VICTIMS.length] ?? [];
      await killed(site.node, victims);
      // It goes on before the next one.
      const seen = watchers.map(({ events }) => events.length);
      await Promise.all(
        watchers.map((watcher, index) => {
          return watcher.until(
            ({ events }) => events.length > (seen[index] ?? 0),
            `told anything after kill ${kill + 1}`,
            AGAIN_MS,
          );
        }),
      );
    }
    const restart = tandem(["service", "restart", "ctimanager", "--data-dir", site.node.dataDir]);
    cleanup.add(restart, async (one) => void (await one.kill()));
    assert.equal((await restart.exited(3 * AGAIN_MS)).code, 0, restart.output);
    // On a slow machine that takes its time.
    for (const watcher of watchers) {
      await watcher.until((each) => answeredByAgents(each) > HELD_CALLS, "told that calls are answered again", 60_000);
    }
    await load.stop(30_000);
    await settledAs(site.node, watchers, HELD_CALLS);
    for (const watcher of watchers) {
      assert.deepEqual(watcher.faults, []);
      assert.ok(watcher.modes.length >= KILLS / 2, `${watcher.modes.length} resumes`);
    }
    assertSame(watchers);
    for (const call of held) assert.equal((await call.bye()).status, 200);
    await settledAs(site.node, watchers, 0);
    await agents.close();
  });

  it("given commands that are each sent three times on two connections, when kills come between, then each has one effect", async () => {
    const agent = await site.phone("agents");
    const invited: PhoneCall[] = [];
    takeAll(agent, invited).catch(() => undefined);
    const watcher = await watch();
    await watcher.insist("device.open", { device: PORT.name, media: MEDIA });
    for (let round = 0; round < ROUNDS; round += 1) {
      const call = await callers.call(PORT.number, OFFER);
      await watcher.until((each) => offeredAtPort(each) !== undefined, "offered");
      const callId = offeredAtPort(watcher) ?? "";
      await watcher.insist("call.answer", { device: PORT.name, callId });
      await call.established();
      takeInvites(call, 40_000);
      const victims = VICTIMS[round % VICTIMS.length] ?? [];
      const device = PORT.name;
      const state = (wanted: string) => (): boolean => callAtPort(watcher, wanted) === callId;
      const params = { device, callId };
      for (const [method, wanted] of [
        ["call.hold", "held"],
        ["call.retrieve", "talking"],
      ] as const) {
        await thrice(site, watcher, victims, { method, params, key: `${method}-${round}`, isDone: state(wanted) });
        await watcher.until(state(wanted), wanted);
      }
      const before = invited.length;
      await thrice(site, watcher, victims, {
        method: "call.transfer",
        params: { ...params, to: AGENT },
        key: `transfer-${round}`,
        isDone: () => invited.length > before,
      });
      await eventually(() => assert.ok(invited.length > before, "not transferred"), { timeoutMs: 10_000 });
      assert.equal(invited.length, before + 1, "transferred once");
      for (const state of ["held", "talking"]) {
        const changes = watcher.events.filter((event) => {
          return (
            event.type === "call.terminal" &&
            event.callId === callId &&
            event.device === device &&
            event.state === state
          );
        });
        assert.equal(changes.length, state === "held" ? 1 : 2, `${state}: ${JSON.stringify(changes)}`);
      }
      assert.equal((await call.bye()).status, 200);
      await watcher.until(({ known }) => known.live.size === 0, "over");
    }
    assert.equal(invited.length, ROUNDS, "none was transferred later");
    assert.deepEqual(watcher.faults, []);
  });
});

const OFFER = { sdp: testSdp(40_000) };

async function redirecting(site: CtiSite): Promise<void> {
  const provider = await site.application({ leaseMs: LEASE_MS });
  const desk = await provider.openRouteTerminal(DESK.name, { routes: false });
  // Of calls that end meanwhile there is nothing to redirect.
  desk.onOffer((offer) => void offer.redirect(AGENT).catch(() => undefined));
}

/** A call of somebody who talks: without audio the switch would end it after a minute. */
async function heldCall(cleanup: Cleanup, callers: SipPhone): Promise<PhoneCall> {
  const end = cleanup.add(await RtpEnd.open(), (opened) => opened.close());
  const call = await callers.call(DESK.number, { sdp: testSdp(end.port) });
  const answer = await call.established();
  takeInvites(call, end.port);
  const talking = setInterval(() => end.send(answer), TALK_MS);
  cleanup.add(talking, clearInterval);
  return call;
}

/** Calls until it is stopped; those that a kill hits may fail. */
function startLoad(cleanup: Cleanup, site: CtiSite): { stop(timeoutMs: number): Promise<void> } {
  const load = cleanup.add(
    Sipp.start({
      scenario: "call",
      address: site.addresses.callers,
      port: 5_080,
      target: site.node.sip,
      service: DESK.number,
      callsPerSecond: CALLS_A_SECOND,
      holdMs: 300,
      receiveTimeoutMs: 10_000,
    }),
    (sipp) => sipp.close(),
  );
  return {
    stop: async (timeoutMs) => {
      const { successful } = await load.stop(timeoutMs);
      assert.ok(successful > 0, "no call was good");
    },
  };
}

/** Kills services at the same time, and waits for those that take their places. */
async function killed(node: TandemNode, victims: readonly ServiceName[]): Promise<void> {
  const pids = await Promise.all(victims.map(async (service) => [service, (await node.hello(service)).pid] as const));
  for (const [, pid] of pids) process.kill(pid, "SIGKILL");
  for (const [service, pid] of pids) await node.serviceAgain(service, pid, AGAIN_MS);
}

/** Waits until all who watch know as many calls as go on, and then that they know them as call control does. */
async function settledAs(node: TandemNode, watchers: readonly GaplessWatcher[], calls: number): Promise<void> {
  for (const watcher of watchers) {
    await watcher
      .until(({ known }) => known.live.size === calls, `left with ${calls} calls`, 40_000)
      .catch(async (error: unknown) => {
        const known = [...watcher.known.live.keys()].sort();
        const real = (await snapshotOf(node)).calls.filter(({ state }) => state !== "invalid");
        const text = `known: ${known.join(" ")}; call control has ${JSON.stringify(real).slice(0, 1_500)}`;
        throw new Error(`${String(error)}; ${text}; ${watcher.faults.join("; ")}`);
      });
  }
  const now = new Map((await snapshotOf(node)).calls.map((call) => [call.callId, stateOf(call)]));
  const live = new Map([...now].filter(([, { state }]) => state !== "invalid").sort());
  for (const { known } of watchers) assert.deepEqual(plain(known.live), plain(live));
}

function plain(value: Map<string, unknown>): unknown {
  return JSON.parse(JSON.stringify([...value]));
}

/** What call control says itself, to a CTIManager that is none. */
async function snapshotOf(node: TandemNode): Promise<CtiSnapshot> {
  const path = join(node.dataDir, "run", "callmanager-1.sock");
  const client = new ChannelClient({ path, clock: new SystemClock(), logger: silentLogger });
  try {
    await client.connectOnce();
    const manager = "test/observer";
    await client.request("cti-attach", { manager, observesCalls: true });
    return (await client.request("cti-snapshot", { manager })) as CtiSnapshot;
  } finally {
    client.close();
  }
}

/** From the first event on that both have had, all had the same of calls. */
function assertSame([one, other]: readonly GaplessWatcher[]): void {
  assert.ok(one && other);
  const told = ({ events }: GaplessWatcher): Map<string, string[]> => {
    const byCall = new Map<string, string[]>();
    for (const { seq: _, ...event } of events) {
      if (!("callId" in event) || !event.type.startsWith("call.")) continue;
      byCall.set(event.callId, [...(byCall.get(event.callId) ?? []), JSON.stringify(event)]);
    }
    return byCall;
  };
  const [ones, others] = [told(one), told(other)];
  assert.ok(others.size > HELD_CALLS, `${others.size} calls were told`);
  for (const [callId, events] of others) assert.deepEqual(events, ones.get(callId), callId);
}

/** How many calls agents talk in now. */
function answeredByAgents({ known }: GaplessWatcher): number {
  return [...known.live.values()].filter(({ connections }) => {
    return connections.some(({ party, state }) => party.number === AGENT && state === "established");
  }).length;
}

/** A call that waits at the port. */
function offeredAtPort({ known }: GaplessWatcher): string | undefined {
  const line = `${PORT.number}@internal`;
  for (const [callId, { connections }] of known.live) {
    if (connections.some(({ party, state }) => party.line === line && state === "offered")) return callId;
  }
  return undefined;
}

/** A call that the port is in, in a state. */
function callAtPort({ known }: GaplessWatcher, state: string): string | undefined {
  for (const [callId, { connections }] of known.live) {
    const terminals = connections.flatMap((connection) => connection.terminals);
    if (terminals.some((terminal) => terminal.device === PORT.name && terminal.state === state)) return callId;
  }
  return undefined;
}

/**
 * The same command three times on two connections of one session, with a kill after the first try. When call control died
 * in the middle, that is told each time, and what is not so then is asked for once more, by another key.
 */
async function thrice(
  site: CtiSite,
  watcher: GaplessWatcher,
  victims: readonly ServiceName[],
  command: { readonly method: string; readonly params: object; readonly key: string; readonly isDone: () => boolean },
): Promise<void> {
  const { method, params, key, isDone } = command;
  const withKey = { ...params, meta: { key, keyMs: Date.now() } };
  const first = (await watcher.connected()).request(method, withKey).catch(() => undefined);
  await killed(site.node, victims);
  await first;
  const second = await outcome(watcher, method, withKey);
  // Another connection of the same session: the one before is gone.
  (await watcher.connected()).destroy();
  const third = await outcome(watcher, method, withKey);
  assert.equal(third, second === "done" ? "replayed" : second, method);
  if (second !== "unknown") return;
  await eventually(() => assert.ok(isDone()), { timeoutMs: SETTLED_MS }).catch(() => undefined);
  if (!isDone()) await watcher.insist(method, { ...params, meta: { key: `${key}-again`, keyMs: Date.now() } });
}

const SETTLED_MS = 2_000;

async function outcome(watcher: GaplessWatcher, method: string, params: object): Promise<string> {
  try {
    const { replayed } = await watcher.insist(method, params);
    return replayed === true ? "replayed" : "done";
  } catch (error) {
    if (error instanceof CtiRefusal && error.data["outcome"] === "unknown") return "unknown";
    throw error;
  }
}

async function takeAll(agent: SipPhone, invited: PhoneCall[]): Promise<void> {
  for (;;) {
    const call = await agent.offered(WHOLE_TEST_MS);
    invited.push(call);
    call.answer(OFFER).then(
      () => takeInvites(call, 40_000),
      () => undefined,
    );
    call.takeBye(WHOLE_TEST_MS).catch(() => undefined);
  }
}
