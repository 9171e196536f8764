import type { Bench, BenchContext, BenchOptions, Measured } from "../bench.ts";
import { callFigures, callSearchSeconds, findCleanCallRate } from "../load/calls-clean.ts";
import { CtiProbe, type CtiTimes, type Moment } from "../load/cti-probe.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";
import { DYNAMIC_PORT, ROUTE_POINT, startCtiTandem, STATIC_PORT, type CtiSystem } from "../systems/cti-system.ts";
import { CALLED_NUMBER, SECOND_CALLER_ADDRESS } from "../systems/system-under-test.ts";
import type { Provider } from "../../../src/sdk/index.ts";

const LOW_RATE = 20;
/** At 20 calls/s a p99 needs this long to mean something. */
const LOW_RATE_SECONDS = 10;
/** First calls cost two to three times as much, until thousands have been made. */
const WARM_UP = { rate: 200, seconds: 15 };
/** Of the warm-up and of a run, for the last calls. */
const REST_SECONDS = 3;
const RTP = { address: SECOND_CALLER_ADDRESS, port: 40_000 };
const CODECS = ["PCMU"] as const;

/** What is measured at one device, one way. */
interface Kind {
  readonly number: string;
  readonly open: (provider: Provider, probe: CtiProbe) => Promise<{ close(): Promise<void> }>;
  /** Name of the metric by what is measured. */
  readonly metrics: Partial<Record<Moment, string>>;
}

const KINDS: readonly Kind[] = [
  {
    number: ROUTE_POINT.number,
    metrics: { event: "event", redirect: "redirect" },
    open: async (provider, probe) => {
      const desk = await provider.openRouteTerminal(ROUTE_POINT.name, { routes: false });
      desk.onOffer((offer) => probe.onOfferToRedirect(offer));
      return desk;
    },
  },
  {
    number: ROUTE_POINT.number,
    metrics: { event: "route request", redirect: "route select" },
    open: async (provider, probe) => {
      const desk = await provider.openRouteTerminal(ROUTE_POINT.name);
      desk.onRoute((route) => probe.onRoute(route));
      return desk;
    },
  },
  {
    number: STATIC_PORT.number,
    metrics: { event: "event, CTI port", answer: "answer", transfer: "transfer" },
    open: async (provider, probe) => {
      const port = await provider.openMediaTerminal(STATIC_PORT.name, { mode: "static", ...RTP, codecs: CODECS });
      port.onOffer((offer) => probe.onOfferToAnswer(offer));
      return port;
    },
  },
  {
    number: DYNAMIC_PORT.number,
    metrics: { answer: "answer, dynamic media" },
    open: async (provider, probe) => {
      const options = { mode: "dynamic", codecs: CODECS, address: () => RTP } as const;
      const port = await provider.openMediaTerminal(DYNAMIC_PORT.name, options);
      port.onOffer((offer) => probe.onOfferToAnswer(offer));
      return port;
    },
  },
];

/** From the wire to an application and back, by a probe that is caller, callee and application in one process. */
export const cti: Bench = {
  name: "cti",
  about: `an application's events and commands at ${LOW_RATE} calls/s, and calls/s through a route point`,
  estimateSeconds: (options) => {
    const one = WARM_UP.seconds + REST_SECONDS + options.runs * (LOW_RATE_SECONDS + REST_SECONDS);
    return KINDS.length * one + callSearchSeconds(options);
  },
  run: measureCti,
};

async function measureCti(context: BenchContext): Promise<Measured[]> {
  const system = await startCtiTandem(context);
  const provider = await system.open();
  // One for all: a trunk whose other end is gone for a moment is passed over for a while.
  const probe = context.cleanup.add(await CtiProbe.start(system.sip), (each) => each.close());
  const figures: Measured[] = [];
  for (const kind of KINDS) figures.push(...(await latencies(context, system, { provider, probe }, kind)));
  probe.close();
  figures.push(...(await routePointCalls(context, system, provider)));
  await provider.close();
  await system.close();
  return figures;
}

async function latencies(
  context: BenchContext,
  system: CtiSystem,
  { provider, probe }: { readonly provider: Provider; readonly probe: CtiProbe },
  kind: Kind,
): Promise<Measured[]> {
  const device = await kind.open(provider, probe);
  await probe.run(kind.number, WARM_UP.rate, WARM_UP.seconds);
  const runs: CtiTimes[] = [];
  for (let run = 0; run < context.options.runs; run += 1) {
    const result = await probe.run(kind.number, LOW_RATE, LOW_RATE_SECONDS);
    report(context, kind, result, probe.problem);
    runs.push(result);
  }
  await device.close();
  return (Object.entries(kind.metrics) as [Moment, string][]).flatMap(([moment, metric]) =>
    [50, 99].map((percent) => ({
      bench: "cti",
      system: system.name,
      metric: `${metric} p${percent}`,
      value: roundTo(median(runs.map(({ times }) => percentile(times[moment], percent / 100)))),
      unit: "ms",
    })),
  );
}

function report({ progress }: BenchContext, kind: Kind, result: CtiTimes, problem: string | undefined): void {
  const parts = (Object.entries(kind.metrics) as [Moment, string][]).map(([moment, metric]) => {
    const times = result.times[moment];
    if (times.length === 0)
      throw new Error(`${metric}: nothing was measured in ${result.made} calls: ${problem ?? ""}`);
    return `${metric} ${percentile(times, 0.5).toFixed(2)} / ${percentile(times, 0.99).toFixed(2)} ms`;
  });
  const failures = result.failed === 0 ? "" : `, ${result.failed} of ${result.made} calls failed: ${problem ?? ""}`;
  progress(`${parts.join(", ")}${failures}`);
}

/** SIPp calls the route point, the application sends each call to the SIPp that answers. */
async function routePointCalls(context: BenchContext, system: CtiSystem, provider: Provider): Promise<Measured[]> {
  const desk = await provider.openRouteTerminal(ROUTE_POINT.name, { routes: false });
  const refusals = new Map<string, number>();
  desk.onOffer((offer) => {
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
