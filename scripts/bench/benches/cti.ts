import type { Bench, BenchContext, BenchOptions, Measured } from "../bench.ts";
import { callFigures, callSearchSeconds, findCleanCallRate } from "../load/calls-clean.ts";
import { CTI_RATES, ctiLatencies, ctiLatencySeconds } from "../load/cti-latencies.ts";
import { CtiProbe } from "../load/cti-probe.ts";
import { ROUTE_POINT } from "../systems/cti-system.ts";
import type { CtiSwitch } from "../systems/cti-switch.ts";
import { ctiPeersPresent } from "../systems/peers.ts";
import { CALLED_NUMBER } from "../systems/system-under-test.ts";
import { startTandemSwitch } from "../systems/tandem-cti.ts";

/** Of Tandem; peers have no more. */
const MAX_KINDS = 4;

/** From the wire to an application and back, by a probe that is caller, callee and application in one process. */
export const cti: Bench = {
  name: "cti",
  about: `an application's events and commands at ${CTI_RATES} calls/s, and calls/s through a route point`,
  estimateSeconds: (options) => {
    const one = MAX_KINDS * ctiLatencySeconds(options.runs) + callSearchSeconds(options);
    return one * (1 + ctiPeersPresent().length);
  },
  run: measureCti,
};

async function measureCti(context: BenchContext): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const start of [startTandemSwitch, ...ctiPeersPresent()]) {
    const measured = await start(context);
    context.progress(`${measured.system.name}: events and commands`);
    // One for all: a trunk whose other end is gone for a moment is passed over for a while.
    const probe = context.cleanup.add(await CtiProbe.start(measured.system.sip), (each) => each.close());
    for (const kind of measured.kinds)
      figures.push(...(await ctiLatencies(context, { bench: "cti", system: measured.system.name, probe, kind })));
    probe.close();
    figures.push(...(await routePointCalls(context, measured)));
    await measured.close();
  }
  return figures;
}

/** SIPp calls the route point, the application sends each call to the SIPp that answers. */
async function routePointCalls(context: BenchContext, measured: CtiSwitch): Promise<Measured[]> {
  const { system } = measured;
  const refusals = new Map<string, number>();
  const desk = await measured.openDesk((offer) => {
    offer.redirect(CALLED_NUMBER).catch((error: unknown) => {
      const text = String(error);
      refusals.set(text, (refusals.get(text) ?? 0) + 1);
    });
  });
  const application = { name: "application", pid: process.pid, isAlone: true };
  const routed = { ...system, service: ROUTE_POINT.number, groups: [...system.groups, application] };
  const options: BenchOptions = { ...context.options, rate: context.options.rate ?? FIRST_RATE };
  const found = await findCleanCallRate(context, routed, options);
  await desk.close();
  for (const [text, count] of [...refusals].slice(0, MAX_TOLD)) context.progress(`redirect, ${count} times: ${text}`);
  const named = (metric: string): string => (metric === "calls/s clean" ? `route-point ${metric}` : metric);
  return callFigures("cti", routed, found).map((figure) => ({ ...figure, metric: named(figure.metric) }));
}

const FIRST_RATE = 200;
/** Refusals that people are told of. */
const MAX_TOLD = 5;
