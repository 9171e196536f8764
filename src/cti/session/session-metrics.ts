import type { MetricSample } from "../../common/index.ts";
import type { Session } from "./session.ts";
import type { SessionPhase } from "./session-clock.ts";

export interface SessionTotals {
  readonly logBytes: number;
  readonly failedWrites: number;
  readonly events: number;
  readonly replaced: number;
  readonly cut: number;
  readonly shed: number;
  readonly failed: number;
  readonly closed: number;
}

const PHASES: readonly SessionPhase[] = ["connected", "silent", "absent", "failed"];

/** Gauges and counters of all sessions. */
export function sessionMetrics(sessions: Iterable<Session>, totals: SessionTotals): MetricSample[] {
  const phases = new Map<SessionPhase, number>(PHASES.map((phase) => [phase, 0]));
  const sum = { queuedEvents: 0, queuedBytes: 0, held: 0, lagging: 0, deepest: 0 };
  for (const { phase, load } of sessions) {
    phases.set(phase, (phases.get(phase) ?? 0) + 1);
    sum.queuedEvents += load.queued.events;
    sum.queuedBytes += load.queued.bytes;
    sum.held += load.held;
    sum.deepest = Math.max(sum.deepest, load.queued.events);
    if (load.level === "lagging") sum.lagging += 1;
  }
  return [
    ...PHASES.map((phase) => ({
      ...gauge("tandem_cti_sessions", "Sessions of CTI applications", phases.get(phase) ?? 0),
      labels: { phase },
    })),
    gauge("tandem_cti_queue_events", "Events that wait to be sent to applications", sum.queuedEvents),
    gauge("tandem_cti_queue_bytes", "What those take as JSON", sum.queuedBytes),
    gauge(
      "tandem_cti_queue_deepest_events",
      "Events that wait for the application that is furthest behind",
      sum.deepest,
    ),
    gauge("tandem_cti_held_events", "Events held back that a later one may replace", sum.held),
    gauge("tandem_cti_lagging_sessions", "Sessions whose application is far behind", sum.lagging),
    gauge("tandem_cti_log_bytes", "What events take that are kept until they are acknowledged", totals.logBytes),
    counter("tandem_cti_events_total", "Events told to sessions", totals.events),
    counter(
      "tandem_cti_replaced_events_total",
      "Events held back that were not told, since a later one has taken their place",
      totals.replaced,
    ),
    counter("tandem_cti_sessions_cut_total", "Connections ended since the application read too slowly", totals.cut),
    counter("tandem_cti_log_failed_writes_total", "Writes of session files that failed", totals.failedWrites),
    counter("tandem_cti_logs_shed_total", "Times that the events kept for a session were given up", totals.shed),
    counter("tandem_cti_sessions_failed_total", "Applications that fell silent for two intervals", totals.failed),
    counter("tandem_cti_sessions_closed_total", "Sessions that have ended", totals.closed),
  ];
}

function gauge(name: string, help: string, value: number): MetricSample {
  return { name, type: "gauge", help, value };
}

function counter(name: string, help: string, value: number): MetricSample {
  return { name, type: "counter", help, value };
}
