import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { CtiError } from "../../src/sdk/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { APPLICATION } from "../support/cti-objects.ts";
import { AGENT, startCtiSite, type CtiSite } from "../support/cti-site.ts";
import { eventually } from "../support/eventually.ts";
import { GaplessWatcher, type WatchedEvent } from "../support/gapless-watcher.ts";
import { Sipp, type SippResult } from "../support/sipp.ts";
import { CALL_GAUGES } from "../support/tandem-node.ts";
import { doneOn } from "../support/tandem-shell.ts";

/** `CTI_LOAD_SECONDS=60 npm run test:load`: as long as that, instead of ten seconds. */
const SECONDS = Number(process.env["CTI_LOAD_SECONDS"] ?? "10");
const RATE = 25;
const QUIET_CALLS = RATE * 4;
const CALLS = RATE * SECONDS;
const HOLD_MS = 500;
const DESK = { kind: "route-point", name: "desk", number: "5000", maxCalls: 5_000 } as const;
/** Stays with each call, so that what is told of all is more than the log holds. */
const NOTE = { note: "n".repeat(3_000) };
const LAMP = "1001@internal";
const LAMP_MS = 100;
const LOOK_MS = 250;
/** A node under load may take its time. */
const ASK_MS = 20_000;
/** Few enough that who stops reading is cut off within seconds; the log holds more than twice of what it has missed then. */
const LIMITS = { queueEvents: 500, logMegabytes: 1 };
const MEGABYTE = 1024 * 1024;
const SESSIONS = 4;
const LEASE_MS = 600_000;
/** Of ctimanager, beyond what it had with readers alone. */
const MORE_RESIDENT_BYTES = 128 * MEGABYTE;

interface Row {
  readonly id: string;
  readonly state: string;
  readonly source?: string;
  readonly flow: string;
  readonly seq: number;
  readonly acked: number;
  readonly queuedEvents: number;
  readonly logBytes: number;
}

describe("clients that stop reading, under load", function () {
  this.timeout(120_000 + 4_000 * SECONDS);
  const cleanup = new Cleanup();
  let site: CtiSite;
  let reader: GaplessWatcher;
  /** Reads again as soon as it is cut off, and stops again. */
  let slow: GaplessWatcher;
  /** Reads again when all is over. */
  let gone: GaplessWatcher;
  const offeredMs = new Map<string, number>();
  const refusals: string[] = [];

  before(async () => {
    site = await startCtiSite(cleanup, { devices: [DESK], cti: LIMITS });
    const agents = Sipp.start({ scenario: "answer", address: site.addresses.agents, port: 5060 });
    cleanup.add(agents, (sipp) => sipp.close());
    const provider = await site.application();
    const desk = await provider.openRouteTerminal(DESK.name, { routes: false });
    desk.onOffer((offer) => {
      offeredMs.set(offer.call.id, performance.now());
      Promise.all([offer.setUserData(NOTE), offer.redirect(AGENT)]).catch((error: unknown) => {
        refusals.push(told(error));
      });
    });
    reader = await watch();
    slow = await watch();
    gone = await watch();
  });
  after(() => cleanup.run());

  const watch = async (): Promise<GaplessWatcher> => {
    const options = { url: site.node.cti, ...APPLICATION, leaseMs: LEASE_MS, takesSnapshots: true };
    return cleanup.add(await GaplessWatcher.start(options), (watcher) => watcher.close());
  };
  const call = (calls: number): Promise<SippResult> => {
    return Sipp.run(
      {
        scenario: "call",
        address: site.addresses.callers,
        port: 5060,
        target: site.node.sip,
        service: DESK.number,
        calls,
        callsPerSecond: RATE,
        holdMs: HOLD_MS,
        takesTimes: true,
      },
      30_000 + (3_000 * calls) / RATE,
    );
  };
  const rows = async (): Promise<readonly Row[]> =>
    (await site.node.ask("ctimanager", "cti-sessions", {}, ASK_MS)) as Row[];
  const rowOf = async ({ sessionId }: GaplessWatcher): Promise<Row> => {
    const row = (await rows()).find(({ id }) => id === sessionId);
    assert.ok(row, sessionId);
    return row;
  };

  it(`given ${RATE} calls a second, when clients stop reading, then they alone fall behind, are cut off, and come back with nothing missed, or a snapshot`, async () => {
    let isOver = false;
    const residentBefore = await residentBytes(site);
    const lamps = changeLamp(site, () => isOver);
    const worst = watchBounds(rows, () => isOver);
    const whenOver = Promise.all([lamps, worst]);
    whenOver.catch(() => undefined);

    const quiet = await call(QUIET_CALLS);
    assertAllGood(quiet, QUIET_CALLS);
    await settled([reader, slow, gone]);
    const quietLateMs = lateness(reader, offeredMs);
    const seenBefore = reader.events.length;

    slow.pause();
    gone.pause();
    const laps = fallBehind(slow, rowOf, () => isOver);
    let shown = "";
    const looked = eventually(async () => assert.equal((await rowOf(gone)).source, undefined), { timeoutMs: 60_000 })
      .then(() => doneOn(site.node, ["cti", "sessions"]))
      .then((text) => (shown = text));
    const load = call(CALLS).finally(() => (isOver = true));
    const [loaded, [changes, most]] = await Promise.all([load, whenOver, laps, looked]);

    // Calls, and those who read.
    assertAllGood(loaded, CALLS);
    assert.deepEqual(refusals, []);
    const [withThem, without] = [median(loaded.timesMs), median(quiet.timesMs)];
    assert.ok(withThem <= 3 * without + 200, `set-up took ${withThem} ms, and ${without} ms before`);
    await settled([reader, slow]);
    assert.deepEqual([reader.faults, reader.closeCodes], [[], []]);
    assert.equal(callEvents(reader.events, "invalid"), QUIET_CALLS + CALLS);
    assert.deepEqual(lampsTo(reader), changes);
    const lateMs = lateness(reader, offeredMs, seenBefore);
    assert.ok(lateMs <= 3 * quietLateMs + 200, `events came ${lateMs} ms late, and ${quietLateMs} ms before`);

    // Who comes back soon has missed nothing.
    assert.deepEqual(slow.faults, []);
    assert.ok(slow.modes.length >= 1);
    assert.deepEqual(new Set(slow.modes), new Set(["resumed"]));
    for (const code of slow.closeCodes) assert.ok([4008, 1006].includes(code), `closed with ${code}`);
    assert.ok(callEvents(slow.events, "session.lagging") >= 1, "it was not warned");
    assert.deepEqual(ofCalls(slow), ofCalls(reader));
    const states = lampsTo(slow);
    assert.equal(states.at(-1), changes.at(-1));
    assert.ok(states.length < changes.length, "no state was left out");

    // Who has stopped takes no room, and it can be seen.
    const { queued, log, resident } = most;
    assert.ok(queued <= LIMITS.queueEvents, `${queued} events waited for one application`);
    assert.ok(log <= SESSIONS * LIMITS.logMegabytes * MEGABYTE, `${log} bytes of events were kept`);
    assert.ok(resident - residentBefore <= MORE_RESIDENT_BYTES, `${resident} bytes resident, ${residentBefore} before`);
    assert.match(shown, new RegExp(`${gone.sessionId}.*silent.*lagging`));
    const metrics = await site.node.metrics();
    assert.equal(metrics.sum("tandem_cti_sessions_cut_total"), slow.modes.length + 1);
    assert.equal(metrics.sum("tandem_cti_lagging_sessions"), 1);
    assert.ok(metrics.sum("tandem_cti_replaced_events_total") > 0);
    const away = await rowOf(gone);
    assert.equal(away.flow, "lagging");
    assert.ok(away.logBytes <= LIMITS.logMegabytes * MEGABYTE, `${away.logBytes} bytes are kept`);

    // Who comes back late begins anew, and is told what comes like everybody.
    gone.resume();
    await eventually(() => assert.deepEqual(gone.modes, ["resnapshot"]), { timeoutMs: 20_000 });
    await gone.connected();
    const before = [reader, slow, gone].map(({ events }) => events.length);
    assertAllGood(await call(1), 1);
    await Promise.all([reader, slow, gone].map((each, index) => heardOfEnd(each, before[index] ?? 0)));
    const [toReader, toSlow, toGone] = [reader, slow, gone].map((each, index) => ofCalls(each, before[index]));
    assert.deepEqual(toSlow, toReader);
    assert.deepEqual(toGone, toReader);
    assert.deepEqual(gone.faults, []);
    const now = await site.node.zero([...CALL_GAUGES, "tandem_cti_lagging_sessions"], 10_000);
    assert.equal(now.sum("tandem_cti_sessions"), SESSIONS);
  });

  /** The most that there was at a time: events that waited for who is connected, characters kept, and memory. */
  async function watchBounds(look: () => Promise<readonly Row[]>, isOver: () => boolean) {
    const worst = { queued: 0, log: 0, resident: 0 };
    while (!isOver()) {
      for (const { source, queuedEvents } of await look()) {
        if (source !== undefined) worst.queued = Math.max(worst.queued, queuedEvents);
      }
      const metrics = await site.node.metrics();
      worst.log = Math.max(worst.log, metrics.sum("tandem_cti_log_bytes"));
      worst.resident = Math.max(worst.resident, metrics.sum("tandem_process_resident_bytes", CTIMANAGER));
      await delay(LOOK_MS);
    }
    return worst;
  }
});

const CTIMANAGER = { service: "ctimanager" } as const;

async function residentBytes({ node }: CtiSite): Promise<number> {
  return (await node.metrics()).sum("tandem_process_resident_bytes", CTIMANAGER);
}

/** Each time that it is cut off, it reads, comes back, and stops again. Reads in the end. */
async function fallBehind(
  slow: GaplessWatcher,
  rowOf: (watcher: GaplessWatcher) => Promise<Row>,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const { source } = await rowOf(slow);
    if (source === undefined) {
      const laps = slow.modes.length;
      slow.resume();
      await slow.until(({ modes }) => modes.length > laps, "resumed", 20_000);
      await slow.connected();
      slow.pause();
    }
    await delay(LOOK_MS);
  }
  await slow.connected();
  slow.resume();
}

/** Turns the lamp of a line on and off in turn. @returns the changes */
async function changeLamp({ node }: CtiSite, isOver: () => boolean): Promise<boolean[]> {
  const changes: boolean[] = [];
  while (!isOver()) {
    const isOn = changes.length % 2 === 0;
    await node.ask("callmanager", "set-lamp", { line: LAMP, new: isOn ? 1 : 0, old: 0 }, ASK_MS);
    changes.push(isOn);
    await delay(LAMP_MS);
  }
  return changes;
}

function lampsTo({ events }: GaplessWatcher): boolean[] {
  return events.flatMap((event) => {
    return event.type === "line.state" && event.line.name === LAMP ? [event.line.isMessageWaiting] : [];
  });
}

async function settled(watchers: readonly GaplessWatcher[]): Promise<void> {
  for (const watcher of watchers) {
    await watcher.connected();
    await watcher.until(({ known }) => known.live.size === 0, "told of the end of all calls", 30_000);
  }
}

function heardOfEnd(watcher: GaplessWatcher, from: number): Promise<void> {
  return watcher.until(({ events }) => callEvents(events.slice(from), "invalid") === 1, "told of the call", 10_000);
}

/** Events of a type, or with a state. */
function callEvents(events: readonly WatchedEvent[], what: string): number {
  return events.filter((event) => event.type === what || (event.type === "call.state" && event.state === what)).length;
}

/** What was told of calls, without its numbers, which are the session's. */
function ofCalls({ events }: GaplessWatcher, from = 0): string[] {
  return events
    .slice(from)
    .flatMap(({ seq: _, ...event }) => (event.type.startsWith("call.") ? [JSON.stringify(event)] : []));
}

/** How much later than the application it heard of nine of ten offers at most, in ms. */
function lateness({ events, timesMs }: GaplessWatcher, offeredMs: ReadonlyMap<string, number>, from = 0): number {
  const late = events.slice(from).flatMap((event, index) => {
    if (event.type !== "call.connection" || event.state !== "offered") return [];
    const atMs = offeredMs.get(event.callId);
    return atMs === undefined ? [] : [Math.abs((timesMs[from + index] ?? Infinity) - atMs)];
  });
  return quantile(late, 0.9);
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const found = sorted[Math.floor(share * (sorted.length - 1))];
  assert.ok(found !== undefined, "nothing was measured");
  return found;
}

function assertAllGood(result: SippResult, calls: number): void {
  assert.deepEqual([result.successful, result.failed, result.current], [calls, 0, 0], result.log);
}

function told(error: unknown): string {
  return error instanceof CtiError ? `${error.code}: ${error.message}` : String(error);
}
