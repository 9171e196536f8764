import type { MetricSample } from "../../common/index.ts";
import type { Outbox } from "./outbox.ts";

/** What is counted of signals. */
export interface FeedCounts {
  readonly managers: number;
  readonly outboxes: readonly Pick<Outbox, "depth" | "bytes">[];
  readonly endedCalls: number;
  readonly signals: number;
  readonly epochs: number;
}

export function feedMetrics({ managers, outboxes, endedCalls, signals, epochs }: FeedCounts): MetricSample[] {
  return [
    gauge("tandem_cti_managers", "CTIManagers that are connected", managers),
    gauge(
      "tandem_cti_outbox_signals",
      "Signals that CTIManagers have not acknowledged",
      outboxes.reduce((sum, { depth }) => sum + depth, 0),
    ),
    gauge(
      "tandem_cti_outbox_bytes",
      "Size of the signals that CTIManagers have not acknowledged",
      outboxes.reduce((sum, { bytes }) => sum + bytes, 0),
    ),
    gauge("tandem_cti_ended_calls", "Ended calls that commands are still answered about", endedCalls),
    counter("tandem_cti_signals_total", "Signals that were sent to CTIManagers", signals),
    counter("tandem_cti_epochs_total", "Outboxes that were begun anew, so that a CTIManager takes a snapshot", epochs),
  ];
}

function gauge(name: string, help: string, value: number): MetricSample {
  return { name, type: "gauge", help, value };
}

function counter(name: string, help: string, value: number): MetricSample {
  return { name, type: "counter", help, value };
}
