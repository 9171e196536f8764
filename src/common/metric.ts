/** One value of one metric. Names follow Prometheus; label values come from closed sets. */
export interface MetricSample {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}
