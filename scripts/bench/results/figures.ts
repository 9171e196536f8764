/** What is to be reached. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** A figure of the design: its goal and what peers reached when they were measured on a machine with two cores. */
export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly goal?: Goal;
  /** By peer. The conditions are in docs/performance.md. */
  readonly recorded: Readonly<Record<string, number>>;
}

const figure = (
  bench: string,
  metric: string,
  unit: string,
  goal: Goal | undefined,
  recorded: Figure["recorded"],
): Figure => ({ bench, metric, unit, recorded, ...(goal === undefined ? {} : { goal }) });

const atLeast = (value: number): Goal => ({ atLeast: value });
const atMost = (value: number): Goal => ({ atMost: value });

/** Recorded figures and goals, in the units that the benches measure in. */
export const FIGURES: readonly Figure[] = [
  figure("edge", "calls/s clean", "calls/s", atLeast(1_500), { drachtio: 650 }),
  figure("edge", "CPU per call, edge", "ms", atMost(0.4), { drachtio: 1.2 }),
  figure("edge", "CPU per call, application", "ms", undefined, { drachtio: 0.6 }),
  figure("edge", "RSS after the burst, edge", "MB", atMost(150), {}),
  figure("b2bua", "calls/s clean", "calls/s", atLeast(1_200), {
    asterisk: 480,
    freeswitch: 160,
    drachtio: 650,
    kamailio: 1_500,
  }),
  figure("b2bua", "CPU per call", "ms", undefined, { asterisk: 2.8, freeswitch: 10, drachtio: 1.8, kamailio: 0.5 }),
  figure("records", "cost of journals, edge", "%", atMost(10), {}),
  figure("records", "cost of journals, all processes", "%", atMost(10), {}),
  figure("register", "digest registrations/s clean", "registrations/s", atLeast(5_000), {
    asterisk: 3_000,
    freeswitch: 260,
    drachtio: 2_000,
    kamailio: 10_000,
  }),
  figure("parser", "INVITEs parsed per second", "1/s", atLeast(800_000), { "drachtio-srf": 135_000 }),
  figure("digit-analysis", "analysis p50", "us", atMost(50), {}),
  figure("digit-analysis", "analysis p99", "us", undefined, {}),
  figure("digit-analysis", "10,000 patterns compiled", "ms", atMost(200), {}),
  figure("relay", "packets/s, loss < 0.1 %", "packets/s", undefined, { rtpengine: 164_000 }),
  figure("relay", "CPU per packet at that rate", "us", undefined, { rtpengine: 5.9 }),
  figure("relay", "packets/s a core, from CPU", "packets/s", undefined, { rtpengine: 169_000 }),
  figure("takeover", "1,000 dialogs imported", "ms", atMost(100), {}),
  figure("takeover", "1,000 dialogs claimed", "ms", atMost(100), {}),
  figure("import", "1,000 devices imported", "ms", atMost(3_000), {}),
  figure("import", "20,000 devices read", "ms", atMost(1_000), {}),
  figure("import-command", "1,000 devices, no terminal", "ms", atMost(3_000), {}),
  figure("import-command", "1,000 devices, terminal", "ms", atMost(3_000), {}),
  figure("import-command", "20,000 devices, tandem start to ready", "ms", atMost(5_000), {}),
  figure("configuration", "20,000 devices start", "ms", atMost(5_000), {}),
  figure("configuration", "20,000 devices, a change is there", "ms", atMost(100), {}),
  figure("latency", "INVITE in to INVITE out p50", "ms", undefined, {
    asterisk: 1.7,
    freeswitch: 2.9,
    kamailio: 0.67,
    drachtio: 2,
  }),
  figure("latency", "INVITE in to INVITE out p99", "ms", undefined, { asterisk: 4, freeswitch: 6.5, kamailio: 2.1 }),
  figure("latency", "post-dial delay p50", "ms", atMost(2.4), { asterisk: 2.4, freeswitch: 4.5, kamailio: 0.85 }),
  figure("latency", "post-dial delay p99", "ms", atMost(4.6), { asterisk: 4.6, freeswitch: 26, kamailio: 2.5 }),
  figure("latency", "answer p99, at half the clean rate", "ms", atMost(20), {}),
  figure("cti", "event p50", "ms", atMost(1.4), { asterisk: 1.4, freeswitch: 11 }),
  figure("cti", "event p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 21 }),
  figure("cti", "route request p50", "ms", atMost(1.4), { asterisk: 1.4, freeswitch: 11 }),
  figure("cti", "route request p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 21 }),
  figure("cti", "event, CTI port p50", "ms", atMost(1.4), { asterisk: 1.4, freeswitch: 11 }),
  figure("cti", "event, CTI port p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 21 }),
  figure("cti", "answer p50", "ms", atMost(0.75), { asterisk: 0.75, freeswitch: 2.8 }),
  figure("cti", "answer p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 4.6 }),
  figure("cti", "answer, dynamic media p50", "ms", atMost(0.75), { asterisk: 0.75, freeswitch: 2.8 }),
  figure("cti", "answer, dynamic media p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 4.6 }),
  figure("cti", "redirect p50", "ms", atMost(1.2), { asterisk: 1.2, freeswitch: 15 }),
  figure("cti", "redirect p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 22 }),
  figure("cti", "route select p50", "ms", atMost(1.2), { asterisk: 1.2, freeswitch: 15 }),
  figure("cti", "route select p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 22 }),
  figure("cti", "transfer p50", "ms", atMost(1.2), { asterisk: 1.2, freeswitch: 15 }),
  figure("cti", "transfer p99", "ms", atMost(3.1), { asterisk: 3.1, freeswitch: 22 }),
  figure("cti", "route-point calls/s clean", "calls/s", atLeast(640), { asterisk: 320, freeswitch: 60 }),
  figure("memory", "memory per held call", "bytes", atMost(56 * 1024), {
    asterisk: 290 * 1024,
    freeswitch: 650 * 1024,
    drachtio: 37 * 1024,
  }),
  figure("memory", "memory per held call, edge", "bytes", atMost(14 * 1024), { drachtio: 21 * 1024 }),
  figure("overload", "calls/s that succeed at 2 x the clean rate, share of it", "%", atLeast(100), { asterisk: 50 }),
  figure("overload", "established calls harmed", "calls", atMost(0), {}),
];
