import { setTimeout as delay } from "node:timers/promises";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { CtiProbe } from "../load/cti-probe.ts";
import { usageOf, type Usage } from "../load/process-usage.ts";
import { percentile, roundTo } from "../results/statistics.ts";
import { ROUTE_POINT, startCtiTandem, type CtiSystem } from "../systems/cti-system.ts";
import { registeredUsers } from "../systems/system-under-test.ts";
import { probeOffer } from "../systems/tandem-cti.ts";

const SESSIONS = 200;
const PROBE = { rate: 20, seconds: 10 };
const WARM_UP = { rate: 100, seconds: 5 };
const OPEN_AT_A_TIME = 20;
const SETTLE_MS = 3_000;
/** In which each application sends a heartbeat. */
const HEARTBEAT_SECONDS = 10;
const MEGABYTE = 1024 * 1024;
const WATCHED = ["ctimanager", "callmanager"];

/** What applications cost that have devices open and do nothing. */
export const ctiIdle: Bench = {
  name: "cti-idle",
  about: `${registeredUsers().length} phones opened by ${SESSIONS} sessions: memory, processor time, an event's latency`,
  estimateSeconds: ({ seconds }) => 2 * (WARM_UP.seconds + PROBE.seconds + 6) + 2 * idleSeconds(seconds) + 40,
  run: measureIdle,
};

async function measureIdle(context: BenchContext): Promise<Measured[]> {
  const system = await startCtiTandem(context);
  const seconds = idleSeconds(context.options.seconds);
  const figures: Measured[] = [];
  const add = (metric: string, value: number, unit: string): void =>
    void figures.push({ bench: "cti-idle", system: TANDEM, metric, value: roundTo(value), unit });
  const probe = await startProbe(context, system);
  for (const [suffix, sessions] of [
    [", nothing open", 0],
    ["", SESSIONS],
  ] as const) {
    await openAll(context, system, sessions);
    await delay(SETTLE_MS);
    const before = usageOf(system.groups);
    await delay(seconds * 1_000);
    const after = usageOf(system.groups);
    for (const name of WATCHED) {
      add(`RSS, ${name}${suffix}`, of(after, name).residentBytes / MEGABYTE, "MB");
      const share = (of(after, name).cpuMs - of(before, name).cpuMs) / (seconds * 10);
      add(`processor, ${name}${suffix}`, share, "% of a core");
    }
    const { times, failed } = await probe.run(ROUTE_POINT.number, PROBE.rate, PROBE.seconds);
    if (failed > 0) context.progress(`${failed} calls failed: ${probe.problem ?? ""}`);
    for (const percent of [50, 99]) add(`event p${percent}${suffix}`, percentile(times.event, percent / 100), "ms");
  }
  probe.close();
  await system.close();
  return figures;
}

/** Whole intervals, since heartbeats are what an idle application does. */
function idleSeconds(seconds: number): number {
  return HEARTBEAT_SECONDS * Math.ceil(seconds / HEARTBEAT_SECONDS);
}

async function startProbe(context: BenchContext, system: CtiSystem): Promise<CtiProbe> {
  const provider = await system.open();
  const desk = await provider.openRouteTerminal(ROUTE_POINT.name, { routes: false });
  const probe = context.cleanup.add(await CtiProbe.start(system.sip), (each) => each.close());
  desk.onOffer((offer) => probe.onOfferToRedirect(probeOffer(offer)));
  await probe.run(ROUTE_POINT.number, WARM_UP.rate, WARM_UP.seconds);
  return probe;
}

/** Sessions that have as many phones open each. */
async function openAll({ progress }: BenchContext, system: CtiSystem, sessions: number): Promise<void> {
  const phones = registeredUsers().map(({ user }) => user);
  const share = Math.ceil(phones.length / Math.max(1, sessions));
  const open = async (index: number): Promise<void> => {
    const provider = await system.open();
    for (const phone of phones.slice(index * share, (index + 1) * share)) await provider.terminal(phone).open();
  };
  for (let index = 0; index < sessions; index += OPEN_AT_A_TIME) {
    const some = Array.from({ length: Math.min(OPEN_AT_A_TIME, sessions - index) }, (_, more) => open(index + more));
    await Promise.all(some);
  }
  if (sessions > 0) progress(`${sessions} sessions have ${phones.length} phones open`);
}

function of(usages: readonly Usage[], name: string): Usage {
  const found = usages.find((usage) => usage.name === name);
  if (found === undefined) throw new Error(`nothing is known of ${name}`);
  return found;
}
