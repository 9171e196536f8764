import assert from "node:assert/strict";
import { join } from "node:path";
import { allEstablished, endAll, Place } from "../support/called-place.ts";
import { APPLICATION } from "../support/cti-objects.ts";
import { AGENT, FAILURE, startCtiSite, UNANSWERED, type CtiSite } from "../support/cti-site.ts";
import { Cleanup } from "../support/cleanup.ts";
import { CtiClient } from "../support/cti-client.ts";
import { eventually } from "../support/eventually.ts";
import { ManagedProcess } from "../support/managed-process.ts";
import type { PhoneCall, SipPhone } from "../support/sip-phone.ts";
import { CALL_GAUGES } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";
import type { ApplicationTask } from "./application-program.ts";

const PROGRAM = join(import.meta.dirname, "application-program.ts");
const HEARTBEAT_MS = 1_000;
/** Silence of so many intervals is the application's end. */
const INTERVALS = 2;
const LIMIT_MS = 1_000;
const LEASE_MS = 3_000;
const CALLS = 50;
const STANDBY_CALLS = 20;
/** Of applications whose standby is to take over much earlier than it would by their heartbeats. */
const PAIR = { group: "pair", heartbeatMs: 10_000, leaseMs: 30_000, standbyAfterMs: 500 };
const TAKEN_OVER_MS = 2_000;
const START_MS = 30_000;
/** Of calls that are left where they are. */
const TREATED = { noAnswer: UNANSWERED, onFailure: FAILURE };
const point = (name: string, number: string) =>
  ({ kind: "route-point", name, number, maxCalls: 1_000, ...TREATED }) as const;
const DESK = point("desk", "5000");
const ROUTES = point("routes", "5010");
/** Of applications that have these alone: what is killed has its devices until its lease is over. */
const [PAIR_DESK, PAIR_ROUTES] = [point("pair-desk", "5020"), point("pair-routes", "5021")];
const BOTH_DESK = point("both-desk", "5024");
const [LOST_DESK, LOST_ROUTES] = [point("lost-desk", "5022"), point("lost-routes", "5023")];
const port = (name: string, number: string, onOwnerLost: string) =>
  ({ kind: "cti-port", name, number, ...TREATED, more: { onOwnerLost } }) as const;
const PORTS = [port("moves", "5101", "redirect"), port("drops", "5102", "drop"), port("holds", "5103", "hold")];

describe("kill -9 of an application", () => {
  const cleanup = new Cleanup();
  let site: CtiSite;
  let callers: SipPhone;
  let agents: Place;
  let failures: Place;
  let unanswered: Place;

  before(async () => {
    site = await startCtiSite(cleanup, {
      devices: [DESK, ROUTES, PAIR_DESK, PAIR_ROUTES, BOTH_DESK, LOST_DESK, LOST_ROUTES, ...PORTS],
    });
    callers = await site.phone("callers");
    [agents, failures, unanswered] = [
      new Place(await site.phone("agents")),
      new Place(await site.phone("failures")),
      new Place(await site.phone("unanswered")),
    ];
  });
  after(() => cleanup.run());
  afterEach(async () => {
    for (const place of [agents, failures, unanswered]) place.arrivals.length = 0;
    await site.node.zero(CALL_GAUGES, 10_000);
  });

  const start = async (
    task: Partial<ApplicationTask> & Pick<ApplicationTask, "device" | "act">,
  ): Promise<ManagedProcess> => {
    const whole: ApplicationTask = {
      servers: [site.node.cti],
      ...APPLICATION,
      heartbeatMs: HEARTBEAT_MS,
      leaseMs: LEASE_MS,
      ...task,
    };
    const args = ["--import", "tsx", PROGRAM, JSON.stringify(whole)];
    const application = cleanup.add(
      new ManagedProcess({ command: process.execPath, args }),
      async (one) => void (await one.kill()),
    );
    await application.outputMatching(/^owner /m, START_MS);
    return application;
  };
  const call = async (number: string, count: number): Promise<PhoneCall[]> => {
    return Promise.all(Array.from({ length: count }, () => callers.call(number, { sdp: testSdp(40_000) })));
  };

  it(`given ${CALLS} calls offered, when their application is killed, then each is at CFOF in time`, async () => {
    const application = await start({ device: DESK.name, act: "leave" });
    const calls = await call(DESK.number, CALLS);
    await application.outputMatching(new RegExp(`^offered ${CALLS}$`, "m"), START_MS);
    const killedMs = performance.now();
    await application.kill();
    const arrivals = await failures.take(CALLS, 10_000);
    const [first = 0, last = 0] = [Math.min, Math.max].map((pick) => pick(...arrivals.map(({ atMs }) => atMs)));
    const tookMs = last - killedMs;
    // Its last frame was sent up to one interval before.
    assert.ok(
      first - killedMs >= (INTERVALS - 1) * HEARTBEAT_MS - EARLY_MS,
      `the first came ${first - killedMs} ms after`,
    );
    assert.ok(tookMs <= INTERVALS * HEARTBEAT_MS + LIMIT_MS, `the last came ${tookMs} ms after`);
    assert.deepEqual([agents.arrivals.length, unanswered.arrivals.length], [0, 0]);
    await allEstablished(calls);
    await endAll(calls, arrivals);
    // Later ones do not wait for anybody.
    const later = await call(DESK.number, 1);
    const [arrival] = await unanswered.take(1, LIMIT_MS);
    assert.ok(arrival);
    await allEstablished(later);
    await endAll(later, [arrival]);
  });

  it("given route dialogues, when the active one of a group is killed, then the standby routes each call", async () => {
    const active = await start({ device: ROUTES.name, act: "leave-route", group: "desk" });
    const standby = await start({ device: ROUTES.name, act: "select", to: AGENT, group: "desk" });
    assert.match(active.output, /^owner true$/m);
    assert.match(standby.output, /^owner false$/m);
    const calls = await call(ROUTES.number, STANDBY_CALLS);
    await active.outputMatching(new RegExp(`^routing ${STANDBY_CALLS}$`, "m"), START_MS);
    const killedMs = performance.now();
    await active.kill();
    // Some come while nobody has noticed.
    calls.push(...(await call(ROUTES.number, STANDBY_CALLS)));
    const arrivals = await agents.take(2 * STANDBY_CALLS, 10_000).catch((error: unknown) => {
      const strays = { failures: failures.arrivals.length, unanswered: unanswered.arrivals.length };
      throw new Error(`${String(error)}: ${JSON.stringify(strays)}; ${standby.output}`);
    });
    assert.deepEqual([failures.arrivals.length, unanswered.arrivals.length], [0, 0]);
    assert.doesNotMatch(standby.output, /refused/);
    const tookMs = Math.max(...arrivals.map(({ atMs }) => atMs)) - killedMs;
    assert.ok(tookMs <= INTERVALS * HEARTBEAT_MS + LIMIT_MS, `the last came ${tookMs} ms after`);
    await allEstablished(calls);
    await endAll(calls, arrivals);
    await standby.kill();
  });

  for (const [what, device, leave, take] of [
    ["route dialogues", PAIR_ROUTES, "leave-route", "select"],
    ["calls offered", PAIR_DESK, "leave", "redirect"],
  ] as const) {
    it(`given ${what}, when the active one of a group is killed, then the standby has each at once, where its session has asked for that`, async () => {
      const active = await start({ device: device.name, act: leave, ...PAIR });
      const standby = await start({ device: device.name, act: take, to: AGENT, ...PAIR });
      assert.match(standby.output, /^owner false$/m);
      const calls = await call(device.number, STANDBY_CALLS);
      const told = leave === "leave" ? "offered" : "routing";
      await active.outputMatching(new RegExp(`^${told} ${STANDBY_CALLS}$`, "m"), START_MS);
      const killedMs = performance.now();
      await active.kill();
      calls.push(...(await call(device.number, STANDBY_CALLS)));
      const arrivals = await agents.take(2 * STANDBY_CALLS, 10_000);
      assert.deepEqual([failures.arrivals.length, unanswered.arrivals.length], [0, 0]);
      assert.doesNotMatch(standby.output, /refused/);
      const times = arrivals.map(({ atMs }) => atMs - killedMs);
      assert.ok(Math.min(...times) >= PAIR.standbyAfterMs - EARLY_MS, `the first came ${Math.min(...times)} ms after`);
      assert.ok(Math.max(...times) <= TAKEN_OVER_MS, `the last came ${Math.max(...times)} ms after`);
      await allEstablished(calls);
      await endAll(calls, arrivals);
      await standby.kill();
    });
  }

  it("given calls offered, when the active one of a group is killed, and CTIManager before the standby has them, then it has each soon after", async () => {
    const task = { ...PAIR, group: "both", device: BOTH_DESK.name, standbyAfterMs: 1_500 };
    const active = await start({ ...task, act: "leave" });
    const standby = await start({ ...task, act: "redirect", to: AGENT });
    const calls = await call(BOTH_DESK.number, STANDBY_CALLS);
    await active.outputMatching(new RegExp(`^offered ${STANDBY_CALLS}$`, "m"), START_MS);
    const killedMs = performance.now();
    await active.kill();
    await eventually(
      async () => {
        const rows = (await site.node.ask("ctimanager", "cti-sessions")) as { group?: string; state: string }[];
        assert.deepEqual(rows.flatMap(({ group, state }) => (group === "both" ? [state] : [])).sort(), [
          "connected",
          "silent",
        ]);
      },
      { timeoutMs: task.standbyAfterMs, intervalMs: 5 },
    );
    await site.node.killService("ctimanager");
    const arrivals = await agents.take(STANDBY_CALLS, PAIR.heartbeatMs);
    assert.deepEqual([failures.arrivals.length, unanswered.arrivals.length], [0, 0]);
    const tookMs = Math.max(...arrivals.map(({ atMs }) => atMs)) - killedMs;
    assert.ok(tookMs < PAIR.heartbeatMs, `the last came ${tookMs} ms after`);
    await allEstablished(calls);
    await endAll(calls, arrivals);
    await standby.kill();
  });

  it("given a connection that is lost for a moment, when it is resumed in time, then the owner has its calls, and no standby", async () => {
    // More than the resume of a busy machine takes.
    const opening = { ...APPLICATION, ...PAIR, group: "moment", standbyAfterMs: 1_500 };
    const connect = async (): Promise<CtiClient> => {
      return cleanup.add(await CtiClient.connect(site.node.cti), (client) => client.destroy());
    };
    const sessions: Readonly<Record<string, unknown>>[] = [];
    const clients: CtiClient[] = [];
    for (let index = 0; index < 3; index += 1) {
      const client = await connect();
      sessions.push(await client.open(opening));
      clients.push(client);
    }
    const [first, second, third] = clients;
    assert.ok(first && second && third);
    for (const client of [first, second]) await client.request("device.open", { device: LOST_DESK.name });
    for (const client of [third, second]) await client.request("device.open", { device: LOST_ROUTES.name });
    const calls = await call(LOST_DESK.number, 1);
    await first.until(({ events }) => events.some(({ type }) => type === "call.snapshot"));
    first.destroy();
    const again = await connect();
    const { sessionId, epoch } = sessions[0] ?? {};
    const { mode } = await again.open({ ...opening, resume: { sessionId, epoch, lastSeq: 0 } });
    assert.equal(mode, "resumed");
    // When what is lost later has been taken over, the time of this one is over.
    third.destroy();
    const owns = (device: string) => (client: CtiClient) => {
      return client.events.some((event) => event["notice"] === "owner" && event["device"] === device);
    };
    await second.until(owns(LOST_ROUTES.name));
    assert.equal(owns(LOST_DESK.name)(second), false);
    const { calls: offered } = await again.request("call.list", { device: LOST_DESK.name });
    const [{ callId } = { callId: "none" }] = offered as readonly { readonly callId: string }[];
    await again.request("call.redirect", { device: LOST_DESK.name, callId, to: AGENT });
    const arrivals = await agents.take(1, LIMIT_MS);
    await allEstablished(calls);
    await endAll(calls, arrivals);
    for (const client of [again, second]) await client.request("provider.close");
  });

  it("given answered calls, when the application's lease is over, then each is treated as its device says", async () => {
    const applications = await Promise.all(PORTS.map(({ name }) => start({ device: name, act: "answer" })));
    const calls: PhoneCall[] = [];
    for (const { number } of PORTS) {
      const [one] = await call(number, 1);
      assert.ok(one);
      await allEstablished([one]);
      calls.push(one);
    }
    const [moved, dropped, held] = calls;
    assert.ok(moved && dropped && held);
    const isDropped = dropped.request("BYE", 10_000);
    await Promise.all(applications.map((application) => application.kill()));
    const arrivals = await failures.take(1, 10_000);
    dropped.respond(await isDropped, 200);
    // Another instance takes it over, when its lease is over, too: the caller is still there.
    const provider = await site.application();
    const media = { mode: "static", address: "127.0.0.1", port: 40_000, codecs: ["PCMU"] } as const;
    const again = await eventually(() => provider.openMediaTerminal("holds", media), { timeoutMs: 10_000 });
    const { calls: left } = await provider.request("call.list", { device: "holds" });
    assert.deepEqual(
      left.map(({ connections }) =>
        connections.flatMap(({ terminals }) => terminals.map(({ device }) => device)).sort(),
      ),
      [["callers", "holds"]],
    );
    await endAll([moved, held], arrivals);
    await again.close();
    await provider.close();
  });
});

/** What may be measured too early: two clocks, and timers that are rounded. */
const EARLY_MS = 50;
