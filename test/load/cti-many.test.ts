import assert from "node:assert/strict";
import { ChannelClient, silentLogger, SystemClock } from "../../src/common/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { APPLICATION } from "../support/cti-objects.ts";
import { startCtiSite, type CtiSite } from "../support/cti-site.ts";
import { eventually } from "../support/eventually.ts";
import { GaplessWatcher } from "../support/gapless-watcher.ts";

const DEVICES = 1_000;
const SESSIONS = 200;
const AT_A_TIME = 20;
const SHARE = DEVICES / SESSIONS;
const AGAIN_MS = 20_000;
const HEARD_MS = 30_000;
const ASK_MS = 20_000;
const HEARTBEAT_MS = 10_000;
const LEASE_MS = 300_000;

const NUMBERS = Array.from({ length: DEVICES }, (_, index) => String(2_000 + index));

/** A session and the lines of the devices that it has open. */
interface Desk {
  readonly watcher: GaplessWatcher;
  readonly lines: readonly string[];
}

describe(`${SESSIONS} applications with ${DEVICES} devices`, function () {
  this.timeout(150_000);
  const cleanup = new Cleanup();
  let site: CtiSite;
  let desks: Desk[];
  let callControl: ChannelClient;

  before(async () => {
    const phones = NUMBERS.map((number) => ({ name: phoneOf(number), number, password: `demo-${number}` }));
    site = await startCtiSite(cleanup, { devices: [], phones, cti: { requestsPerSecond: 100_000 } });
    callControl = await askedOf(site);
    const groups = Array.from({ length: SESSIONS }, (_, index) => NUMBERS.slice(index * SHARE, (index + 1) * SHARE));
    desks = [];
    for (let from = 0; from < SESSIONS; from += AT_A_TIME) {
      desks.push(...(await Promise.all(groups.slice(from, from + AT_A_TIME).map((numbers) => open(numbers)))));
    }
  });
  after(() => cleanup.run());

  const open = async (numbers: readonly string[]): Promise<Desk> => {
    const watcher = await GaplessWatcher.start({
      url: site.node.cti,
      ...APPLICATION,
      devices: numbers.map(phoneOf),
      heartbeatMs: HEARTBEAT_MS,
      leaseMs: LEASE_MS,
    });
    cleanup.add(watcher, (started) => started.close());
    return { watcher, lines: numbers.map((number) => `${number}@internal`) };
  };
  const askedOf = async ({ node }: CtiSite): Promise<ChannelClient> => {
    const path = `${node.dataDir}/run/callmanager-1.sock`;
    const client = new ChannelClient({ path, clock: new SystemClock(), logger: silentLogger });
    cleanup.add(client, (opened) => opened.close());
    await client.connectOnce();
    return client;
  };

  /** Changes the lamps of lines. */
  const turn = async (isOn: boolean, lines: readonly string[]): Promise<void> => {
    await Promise.all(
      lines.map((line) => callControl.request("set-lamp", { line, new: isOn ? 1 : 0, old: 0 }, ASK_MS)),
    );
  };
  const each = (nth: (place: number) => boolean): string[] =>
    desks.flatMap(({ lines }) => lines.filter((_, place) => nth(place)));
  /** Each application has heard of the lamps of its own lines, once each, and of no others. */
  const heard = async (
    since: readonly number[],
    expected: (lines: readonly string[]) => readonly string[],
  ): Promise<void> => {
    await Promise.all(
      desks.map(({ watcher, lines }, index) => {
        const wanted = expected(lines).length;
        return watcher.until((one) => lampsTo(one, since[index]).length >= wanted, `told of ${wanted} lamps`, HEARD_MS);
      }),
    );
    for (const [index, { watcher, lines }] of desks.entries()) {
      assert.deepEqual(lampsTo(watcher, since[index]).sort(), [...expected(lines)].sort(), `application ${index}`);
      assert.deepEqual(watcher.faults, []);
    }
  };
  const seen = (): number[] => desks.map(({ watcher }) => watcher.events.length);
  it("given all open, when something changes at each device, then each application is told of its own, and of nothing else", async () => {
    const metrics = await site.node.metrics();
    assert.equal(metrics.sum("tandem_cti_open_devices"), DEVICES);
    assert.equal(metrics.sum("tandem_cti_sessions", { phase: "connected" }), SESSIONS);
    const since = seen();
    await turn(
      true,
      each(() => true),
    );
    await heard(since, (lines) => lines.map((line) => `${line} on`));
  });

  it("given a kill of CTIManager, when changes come before, during and after it, then all come back and have missed nothing", async () => {
    const since = seen();
    const { pid } = await site.node.hello("ctimanager");
    await turn(
      false,
      each((place) => place === 0),
    );
    // At once: CTIManager has not said yet how far it has come.
    process.kill(pid, "SIGKILL");
    await turn(
      false,
      each((place) => place === 1),
    );
    await site.node.serviceAgain("ctimanager", pid, AGAIN_MS);
    await turn(
      false,
      each((place) => place === 2),
    );
    await heard(since, (lines) => lines.slice(0, 3).map((line) => `${line} off`));
    await eventually(
      () => assert.deepEqual(new Set(desks.map(({ watcher }) => watcher.modes.join())), new Set(["resumed"])),
      { timeoutMs: HEARD_MS },
    );
    const metrics = await site.node.metrics();
    assert.equal(metrics.sum("tandem_cti_open_devices"), DEVICES);
    assert.equal(metrics.sum("tandem_cti_sessions", { phase: "connected" }), SESSIONS);
  });

  it("given a kill of call control, when changes come before and after it, then none is missed or told twice", async () => {
    const since = seen();
    const { pid } = await site.node.hello("callmanager");
    await turn(
      false,
      each((place) => place === 3),
    );
    process.kill(pid, "SIGKILL");
    await site.node.serviceAgain("callmanager", pid, AGAIN_MS);
    callControl = await askedOf(site);
    await turn(
      false,
      each((place) => place === 4),
    );
    await heard(since, (lines) => lines.slice(3).map((line) => `${line} off`));
    for (const { watcher } of desks) assert.deepEqual(watcher.modes, ["resumed"], "no connection was lost");
  });
});

function phoneOf(number: string): string {
  return `desk-${number}`;
}

/** What an application was told of lines: which, and how their lamps are. */
function lampsTo({ events }: GaplessWatcher, from = 0): string[] {
  return events.slice(from).flatMap((event) => {
    return event.type === "line.state" ? [`${event.line.name} ${event.line.isMessageWaiting ? "on" : "off"}`] : [];
  });
}
