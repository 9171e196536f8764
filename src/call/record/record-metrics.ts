import type { MetricSample } from "../../common/index.ts";
import type { RecordWriter } from "./record-writer.ts";

export function recordMetrics({ written, lost, waiting }: RecordWriter["counts"]): MetricSample[] {
  const counter = (name: string, help: string, value: number): MetricSample => ({ name, type: "counter", help, value });
  return [
    counter("tandem_call_records_total", "Call records written", written),
    counter("tandem_call_records_lost_total", "Call records given up because the disk refused", lost),
    {
      name: "tandem_call_records_waiting",
      type: "gauge",
      help: "Call records on their way to the disk",
      value: waiting,
    },
  ];
}
